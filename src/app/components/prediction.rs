use crate::app::erase;
use crate::app::words;
use crate::protocol::Prediction;
use leptos::prelude::*;

/// The ten probabilities as bars with their values.
#[component]
pub fn PredictionBars(prediction: Signal<Option<Prediction>>) -> impl IntoView {
    let row = move |class: usize| {
        let p = move || prediction.with(|p| p.as_ref().and_then(|p| p.probabilities.get(class).copied()));
        let best = move || prediction.with(|p| p.as_ref().is_some_and(|p| usize::from(p.class) == class));
        view! {
            <li class:best=erase::flag(best)>
                <span class="bar-name">{class}</span>
                <span class="bar-track" aria-hidden="true">
                    <span class="bar-fill" style:width=erase::text(move || format!("{:.2}%", p().unwrap_or(0.0) * 100.0))></span>
                </span>
                <span class="bar-value">{erase::text(move || p().map_or("–".to_owned(), words::probability))}</span>
            </li>
        }
    };
    view! { <ol class="prediction" start="0" aria-label="Probability of each digit">{(0..10).map(row).collect_view()}</ol> }
        .into_any()
}
