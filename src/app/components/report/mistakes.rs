use crate::app::components::digit::DigitPicture;
use crate::app::erase;
use crate::app::state::{Shown, use_lab};
use crate::app::{browser, words};
use crate::protocol::RunReport;
use leptos::prelude::*;
use std::sync::Arc;

/// The wrong answers the network was surest of.
#[component]
pub fn Mistakes(report: Arc<RunReport>) -> impl IntoView {
    let lab = use_lab();
    let pictures = report.mistakes.iter().map(|m| {
        let (index, actual, predicted) = (m.index, m.actual, m.predicted);
        let (wrong, right) = (words::probability(m.probability), words::probability(m.probability_of_actual));
        let label = format!("Test digit {index}, a {actual}, read as {predicted}");
        let look = move |_| {
            lab.look_at(Shown::Test(index));
            browser::focus("test-index");
        };
        view! {
            <li>
                <button type="button" class="picture-button" title="See inside with this digit" on:click=erase::click(look)>
                    <DigitPicture pixels=m.pixels.clone() label />
                </button>
                <span>{format!("read as {predicted}: {wrong}")}</span>
                <span>{format!("is a {actual}: {right}")}</span>
            </li>
        }
    });
    view! {
        <div class="mistakes-block">
            <h3>"Worst mistakes"</h3>
            <p class="report-note">"The wrong answers the network was surest of. Choose one to look inside with it."</p>
            <ul class="pictures" id="mistakes">{pictures.collect_view()}</ul>
        </div>
    }
    .into_any()
}
