//! Loss and accuracy of a run as lines and as a table. Both labs that train show them.

use crate::app::charts::line_chart::{Along, Axis, LineChart, Series, from_zero, logarithmic};
use crate::app::charts::scale::Spread;
use crate::app::erase;
use crate::app::words;
use crate::protocol::{PointOf, TrainPoint};
use leptos::prelude::*;

/// The lines of the loss.
pub fn loss_lines(points: &[TrainPoint], epochs: &[PointOf]) -> Vec<Series> {
    let live = points.iter().map(|p| (p.step as f64, f64::from(p.loss))).collect();
    lines(live, epochs, |p| p.train_loss, |p| p.validation_loss, 1.0)
}

/// The lines of the accuracy, in percent.
pub fn accuracy_lines(points: &[TrainPoint], epochs: &[PointOf]) -> Vec<Series> {
    let live = points.iter().map(|p| (p.step as f64, 100.0 * f64::from(p.accuracy))).collect();
    lines(live, epochs, |p| p.train_accuracy, |p| p.validation_accuracy, 100.0)
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
        Series { name: "training".to_owned(), class: "live", points: live, dots: false },
        Series { name: "epoch mean".to_owned(), class: "train", points: per_epoch, dots: true },
    ];
    if epochs.is_empty() || !measured.is_empty() {
        series.push(Series { name: "validation".to_owned(), class: "validation", points: measured, dots: true });
    }
    series
}

/// The two plots. `marks` are places along the x axis with their numbers; `zoom` is the other view of the accuracy: its label, and where its axis begins.
pub fn charts(
    loss: Signal<Vec<Series>>,
    accuracy: Signal<Vec<Series>>,
    along: Along,
    marks: Signal<Vec<(f64, usize)>>,
    zoom: (&'static str, Axis),
) -> AnyView {
    view! {
        <LineChart
            title="Loss"
            unit="cross entropy"
            series=loss
            along
            marks
            format=|v| format!("{v:.4}")
            axis=loss_axis
            detail=("log scale", logarithmic)
        />
        <LineChart
            title="Accuracy"
            unit="% correct"
            series=accuracy
            along
            marks
            format=|v| format!("{v:.2} %")
            axis=|_, _| (Spread::Linear, 0.0, 100.0)
            detail=zoom
        />
    }
    .into_any()
}

/// A loss that exploded would press all others flat on an axis from zero.
fn loss_axis(low: f64, high: f64) -> (Spread, f64, f64) {
    if high > 1000.0 { logarithmic(low, high) } else { from_zero(low, high) }
}

/// The same numbers, epoch by epoch.
pub fn epoch_table(id: &'static str, title: &'static str, epochs: Signal<Vec<PointOf>>) -> AnyView {
    let heads = ["Epoch", "Step", "Training loss", "Validation loss", "Training accuracy", "Validation accuracy"];
    view! {
        <details class="table-of-epochs">
            <summary>{title}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=title>
                <table id=id>
                    <thead>
                        <tr>
                            {heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view()}
                            <th scope="col">"Time so far"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {erase::view(move || {
                            let epochs = epochs.get();
                            if epochs.is_empty() {
                                view! { <tr><td colspan="7">"No epoch is over yet."</td></tr> }.into_any()
                            } else {
                                epochs.into_iter().map(row).collect_view().into_any()
                            }
                        })}
                    </tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(p: PointOf) -> AnyView {
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
    .into_any()
}
