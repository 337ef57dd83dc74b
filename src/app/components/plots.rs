//! Loss and accuracy over the steps, and the same numbers as a table.

use super::curves::{accuracy_lines, charts, epoch_table, loss_lines};
use crate::app::charts::line_chart::{Along, Axis};
use crate::app::charts::scale::Spread;
use crate::app::erase;
use crate::app::state::use_lab;
use leptos::prelude::*;

#[component]
pub fn Plots() -> impl IntoView {
    let lab = use_lab();
    let run = lab.run;
    let steps_per_epoch = Signal::derive(move || run.settings.with(|s| s.steps_per_epoch()));
    let loss = erase::memo(move || run.points.with(|points| run.epochs.with(|epochs| loss_lines(points, epochs))));
    let accuracy =
        erase::memo(move || run.points.with(|points| run.epochs.with(|epochs| accuracy_lines(points, epochs))));
    let zoom = ("zoom to 90–100 %", (|_, _| (Spread::Linear, 90.0, 100.0)) as Axis);
    view! {
        <section class="panel plots" aria-labelledby="plots-title">
            <h2 id="plots-title">"Learning"</h2>
            {charts(loss.into(), accuracy.into(), Along::Steps(steps_per_epoch), Signal::stored(Vec::new()), zoom)}
            {epoch_table("epochs", "Epochs as a table", run.epochs.into())}
        </section>
    }
    .into_any()
}
