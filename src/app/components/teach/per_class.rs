//! Class by class: precision, recall, F1, and the curve behind the threshold.

use super::results::{Choices, Numbers};
use crate::app::charts::scale::Scale;
use crate::app::erase;
use crate::app::words;
use crate::metrics::{Roc, RocPoint, class_roc};
use leptos::prelude::*;
use std::sync::Arc;

/// The square of the curve, and the room around it, in pixels.
const SIDE: f64 = 240.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 40.0;
const EDGE: f64 = 10.0;

/// The numbers, once there are some.
type There = Memo<Option<Arc<Numbers>>>;

fn curve(numbers: &Numbers, class: usize) -> Roc {
    class_roc(&numbers.judged.probabilities, &numbers.actual, numbers.classes.len(), class)
}

/// Precision, recall and F1 of every class, and the area below its curve.
#[component]
pub fn ClassTable(numbers: There) -> impl IntoView {
    let rows = move || {
        let Some(numbers) = numbers.get() else { return ().into_any() };
        (0..numbers.classes.len()).map(|class| row(&numbers, class)).collect_view().into_any()
    };
    view! {
        <div class="classes-block">
            <h4>"Class by class, in %"</h4>
            <p class="report-note">
                "Precision: of those taken for this class, how many are. Recall: of all that are, how many were found. F1: both in one. Area: how often one of the class gets a higher probability for it than another picture; 50 is guessing."
            </p>
            <div class="scroll" tabindex="0" role="group" aria-label="Class by class">
                <table class="classes" id="teach-classes">
                    <thead>
                        <tr>
                            <th scope="col">"Class"</th>
                            <th scope="col">"Precision"</th>
                            <th scope="col">"Recall"</th>
                            <th scope="col">"F1"</th>
                            <th scope="col">"Area"</th>
                            <th scope="col">"Pictures"</th>
                        </tr>
                    </thead>
                    <tbody>{erase::view(rows)}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn row(numbers: &Numbers, class: usize) -> AnyView {
    let report = &numbers.report;
    // 0/0 has no value.
    let percent = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{:.1}", v * 100.0));
    let pictures: u32 = report.counts[class].iter().sum();
    view! {
        <tr data-class-name=numbers.classes[class].clone()>
            <th scope="row">{numbers.classes[class].clone()}</th>
            <td>{percent(report.precision[class])}</td>
            <td>{percent(report.recall[class])}</td>
            <td>{percent(report.f1[class])}</td>
            <td class="area">{percent(curve(numbers, class).area)}</td>
            <td>{pictures}</td>
        </tr>
    }
    .into_any()
}

/// The curve of the class of the threshold, against all others.
#[component]
pub fn RocPanel(numbers: There, choices: Choices) -> impl IntoView {
    let drawn = move || {
        let numbers = numbers.get()?;
        let class = choices.class.get().min(numbers.classes.len().saturating_sub(1));
        let roc = curve(&numbers, class);
        let at = choices.threshold().and_then(|t| point_at(&roc, t.least));
        let name = &numbers.classes[class];
        let words = in_words(name, &roc, at);
        Some(
            view! {
                <div class="roc">
                    {svg(&roc, at)}
                    <div>
                        <h4>{format!("ROC curve: {name} against the others")}</h4>
                        <p class="report-note" id="teach-roc-words">{words}</p>
                    </div>
                </div>
            }
            .into_any(),
        )
    };
    view! { <div id="teach-roc">{erase::maybe(drawn)}</div> }.into_any()
}

/// What a threshold gives: the last point whose score is not below it.
fn point_at(roc: &Roc, least: f32) -> Option<RocPoint> {
    roc.points.iter().rev().find(|point| point.least >= least).copied()
}

fn in_words(name: &str, roc: &Roc, at: Option<RocPoint>) -> String {
    let Some(area) = roc.area else {
        return format!("There is no curve: among these pictures are only {name}, or none of it.");
    };
    let area = words::percent(area);
    let sentence = format!(
        "Every threshold is a point: how many {name} are found, and how many others are taken for it. Area below the curve: {area}."
    );
    match at {
        None => format!("{sentence} The diagonal is guessing."),
        Some(at) => format!(
            "{sentence} With this threshold {} are found, and {} of the others are taken for it.",
            words::percent(at.true_positives),
            words::percent(at.false_positives)
        ),
    }
}

fn svg(roc: &Roc, at: Option<RocPoint>) -> AnyView {
    use std::fmt::Write;
    let (width, height) = (LEFT + SIDE + EDGE, EDGE + SIDE + BOTTOM);
    let x = Scale::linear((0.0, 1.0), (LEFT, LEFT + SIDE));
    let y = Scale::linear((0.0, 1.0), (EDGE + SIDE, EDGE));
    let mut path = String::new();
    for (i, point) in roc.points.iter().enumerate() {
        let letter = if i == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        write!(path, "{letter}{:.1} {:.1}", x.pixel(point.false_positives), y.pixel(point.true_positives)).ok();
    }
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let label = format!("{:.0}", share * 100.0);
        view! {
            <line class="grid" x1=LEFT x2=LEFT + SIDE y1=y.pixel(share) y2=y.pixel(share) />
            <text class="tick" x=LEFT - 6.0 y=y.pixel(share) + 4.0 text-anchor="end">{label.clone()}</text>
            <text class="tick" x=x.pixel(share) y=EDGE + SIDE + 16.0 text-anchor="middle">{label}</text>
        }
    });
    let middle = EDGE + SIDE / 2.0;
    let dot = at.map(|at| {
        view! { <circle class="dot train" cx=x.pixel(at.false_positives) cy=y.pixel(at.true_positives) r="5" /> }
    });
    let at_the_end = view! {
        <text class="unit" x=LEFT + SIDE / 2.0 y=height - 6.0 text-anchor="middle">"others taken for it, %"</text>
        <text class="unit" transform=format!("translate(11 {middle}) rotate(-90)") text-anchor="middle">"found, %"</text>
    };
    view! {
        <svg class="chart" width=width height=height viewBox=format!("0 0 {width} {height}") aria-hidden="true">
            {ticks.into_iter().collect_view()}
            <line class="axis guess" x1=LEFT x2=LEFT + SIDE y1=EDGE + SIDE y2=EDGE />
            <path class="line train" d=path />
            {dot}
            {at_the_end}
        </svg>
    }
    .into_any()
}
