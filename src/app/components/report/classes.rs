use crate::protocol::RunReport;
use leptos::prelude::*;
use std::sync::Arc;

/// Precision, recall and F1 of every class.
#[component]
pub fn Classes(report: Arc<RunReport>) -> impl IntoView {
    let c = &report.confusion;
    let percent = |values: &[Option<f64>], class: usize| {
        // 0/0 has no value.
        values.get(class).copied().flatten().map_or("–".to_owned(), |v| format!("{:.1}", v * 100.0))
    };
    let rows = (0..c.counts.len()).map(|class| {
        let digits: u32 = c.counts[class].iter().sum();
        view! {
            <tr>
                <th scope="row">{class}</th>
                <td>{percent(&c.precision, class)}</td>
                <td>{percent(&c.recall, class)}</td>
                <td>{percent(&c.f1, class)}</td>
                <td>{digits}</td>
            </tr>
        }
    });
    view! {
        <div class="classes-block">
            <h3>"Digit by digit, in %"</h3>
            <p class="report-note">
                "Precision: of those read as this digit, how many are. Recall: of all that are, how many were found. F1: both in one."
            </p>
            <div class="scroll">
                <table class="classes" id="classes">
                    <thead>
                        <tr>
                            <th scope="col">"Digit"</th>
                            <th scope="col">"Precision"</th>
                            <th scope="col">"Recall"</th>
                            <th scope="col">"F1"</th>
                            <th scope="col">"Digits"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}
