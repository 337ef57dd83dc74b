//! Loss and accuracy while the network learns, and those of the run beside it in the same plot.

use crate::app::charts::line_chart::{Along, Axis, Series};
use crate::app::charts::scale::Spread;
use crate::app::components::curves::{accuracy_lines, charts, epoch_table, loss_lines};
use crate::app::erase;
use crate::app::projects_store::RunRecord;
use crate::app::state::teach::use_teach;
use crate::protocol::{PointOf, Start, TrainPoint};
use leptos::prelude::*;

/// Makes lines of points and epochs.
type Lines = fn(&[TrainPoint], &[PointOf]) -> Vec<Series>;

#[component]
pub fn CurvesPanel() -> impl IntoView {
    let lab = use_teach();
    let run = lab.runs;
    let steps_per_epoch = Signal::derive(move || run.progress.with(|p| p.steps_in_all / p.epochs.max(1)).max(1));
    let lines = move |make: Lines| {
        erase::memo(move || {
            let mut own = run.points.with(|points| run.epochs.with(|epochs| make(points, epochs)));
            own.extend(lab.run_beside().map(|other| lines_beside(&other, make)).unwrap_or_default());
            own
        })
    };
    let zoom = ("zoom to 50–100 %", (|_, _| (Spread::Linear, 50.0, 100.0)) as Axis);
    view! {
        <section class="panel plots" id="teach-curves" aria-labelledby="teach-curves-title">
            <h3 id="teach-curves-title">"Learning"</h3>
            {charts(lines(loss_lines).into(), lines(accuracy_lines).into(), Along::Steps(steps_per_epoch), Signal::stored(Vec::new()), zoom)}
            {erase::maybe(move || {
                let sentence = lab.comparison()?;
                Some(view! { <p class="comparison" id="teach-comparison" role="status">{sentence}</p> }.into_any())
            })}
            {epoch_table("teach-epochs", "Epochs as a table", run.epochs.into())}
        </section>
    }
    .into_any()
}

/// The means of the epochs and the validation of another run.
fn lines_beside(other: &RunRecord, make: Lines) -> Vec<Series> {
    let (train, validation) = match (other.settings.start, other.settings.mask > 0.0) {
        (Start::Random, _) => ("random weights, epoch mean", "random weights, validation"),
        (Start::Pretrained, true) => ("masked, epoch mean", "masked, validation"),
        (Start::Pretrained, false) => ("run beside, epoch mean", "run beside, validation"),
    };
    let renamed = |series: Series| match series.class {
        "train" => Some(Series { name: train.to_owned(), class: "beside", ..series }),
        "validation" => Some(Series { name: validation.to_owned(), class: "beside-validation", ..series }),
        _ => None,
    };
    make(&[], &other.history.epochs).into_iter().filter_map(renamed).collect()
}
