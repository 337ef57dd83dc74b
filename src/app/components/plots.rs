//! Loss and accuracy over the steps, and the same numbers as a table.

use crate::app::charts::line_chart::{LineChart, Series, from_zero, logarithmic};
use crate::app::charts::scale::Spread;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::words;
use crate::protocol::PointOf;
use leptos::prelude::*;

#[component]
pub fn Plots() -> impl IntoView {
    let lab = use_lab();
    let run = lab.run;
    let steps_per_epoch = Signal::derive(move || run.settings.with(|s| s.steps_per_epoch()));
    let loss = erase::memo(move || {
        let live = run.points.with(|all| all.iter().map(|p| (p.step as f64, f64::from(p.loss))).collect());
        run.epochs.with(|e| lines(live, e, |p| p.train_loss, |p| p.validation_loss, 1.0))
    });
    let accuracy = erase::memo(move || {
        let live = run.points.with(|all| all.iter().map(|p| (p.step as f64, 100.0 * f64::from(p.accuracy))).collect());
        run.epochs.with(|e| lines(live, e, |p| p.train_accuracy, |p| p.validation_accuracy, 100.0))
    });
    view! {
        <section class="panel plots" aria-labelledby="plots-title">
            <h2 id="plots-title">"Learning"</h2>
            <LineChart
                title="Loss"
                unit="cross entropy"
                series=loss.into()
                steps_per_epoch
                format=|v| format!("{v:.4}")
                axis=from_zero
                detail=("log scale", logarithmic)
            />
            <LineChart
                title="Accuracy"
                unit="% correct"
                series=accuracy.into()
                steps_per_epoch
                format=|v| format!("{v:.2} %")
                axis=|_, _| (Spread::Linear, 0.0, 100.0)
                detail=("zoom to 90–100 %", |_, _| (Spread::Linear, 90.0, 100.0))
            />
            <details class="table-of-epochs">
                <summary>"Epochs as a table"</summary>
                <EpochTable />
            </details>
        </section>
    }
    .into_any()
}

fn lines(
    live: Vec<(f64, f64)>,
    epochs: &[PointOf],
    train: fn(&PointOf) -> f32,
    validation: fn(&PointOf) -> Option<f32>,
    factor: f64,
) -> Vec<Series> {
    let per_epoch = epochs.iter().map(|p| (p.step as f64, factor * f64::from(train(p)))).collect();
    let measured: Vec<(f64, f64)> =
        epochs.iter().filter_map(|p| validation(p).map(|v| (p.step as f64, factor * f64::from(v)))).collect();
    let mut series = vec![
        Series { name: "training", class: "live", points: live, dots: false },
        Series { name: "epoch mean", class: "train", points: per_epoch, dots: true },
    ];
    if epochs.is_empty() || !measured.is_empty() {
        series.push(Series { name: "validation", class: "validation", points: measured, dots: true });
    }
    series
}

#[component]
fn EpochTable() -> impl IntoView {
    let lab = use_lab();
    let row = |p: PointOf| {
        let loss = |v: Option<f32>| v.map_or("–".to_owned(), |v| format!("{v:.4}"));
        let accuracy = |v: Option<f32>| v.map_or("–".to_owned(), |v| words::percent(v.into()));
        view! {
            <tr>
                <th scope="row">{p.epoch}</th>
                <td>{words::count(p.step)}</td>
                <td>{loss(Some(p.train_loss))}</td>
                <td>{loss(p.validation_loss)}</td>
                <td>{accuracy(Some(p.train_accuracy))}</td>
                <td>{accuracy(p.validation_accuracy)}</td>
                <td>{words::duration(p.seconds)}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label="Epochs as a table">
            <table id="epochs">
                <thead>
                    <tr>
                        <th scope="col">"Epoch"</th>
                        <th scope="col">"Step"</th>
                        <th scope="col">"Training loss"</th>
                        <th scope="col">"Validation loss"</th>
                        <th scope="col">"Training accuracy"</th>
                        <th scope="col">"Validation accuracy"</th>
                        <th scope="col">"Time so far"</th>
                    </tr>
                </thead>
                <tbody>
                    {erase::view(move || {
                        let epochs = lab.run.epochs.get();
                        if epochs.is_empty() {
                            view! { <tr><td colspan="7">"No epoch is over yet."</td></tr> }.into_any()
                        } else {
                            epochs.into_iter().map(row).collect_view().into_any()
                        }
                    })}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
