use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::storage::SavedRun;
use crate::app::{browser, words};
use crate::protocol::catalog;
use leptos::prelude::*;

/// Offers to take up the runs of earlier visits, as long as the present run has not begun.
#[component]
pub fn SavedRuns() -> impl IntoView {
    let lab = use_lab();
    let shown = move || {
        let fresh = lab.run.is_fresh() && !lab.waiting_to_train.get();
        let runs = lab.saved_runs.get();
        (fresh && !runs.is_empty()).then(|| {
            view! {
                <section class="saved-runs" aria-label="Saved runs">
                    {runs.into_iter().enumerate().map(|(i, saved)| offer(i, saved)).collect_view()}
                </section>
            }
        })
    };
    view! { {erase::maybe(move || shown().map(IntoAny::into_any))} }.into_any()
}

fn offer(place: usize, saved: SavedRun) -> impl IntoView {
    let lab = use_lab();
    let when = words::ago((browser::now() - saved.saved_at) / 1000.0);
    let p = saved.progress;
    let (sentence, label) = if saved.finished {
        (
            format!(
                "A finished run, saved {when}: {} steps, {} of {} epochs.",
                words::count(p.step),
                p.epoch,
                p.epochs
            ),
            "Show it",
        )
    } else {
        let step = words::count(p.step);
        (
            format!("A run saved {when} stands at step {step}, with {} of {} epochs done.", p.epoch, p.epochs),
            "Continue the run",
        )
    };
    let changed: Vec<String> = saved
        .settings
        .to_pairs()
        .into_iter()
        .filter_map(|(key, value)| Some(words::setting(catalog::hyperparameter(key)?, &value)))
        .collect();
    let changed = (!changed.is_empty()).then(|| format!(" Settings: {}.", changed.join(", ")));
    let (go, drop_it) = (saved.clone(), saved);
    view! {
        <div class="saved-run">
            <p>{sentence}{changed}</p>
            <div class="notice-buttons">
                <button
                    type="button"
                    id=(place == 0).then_some("continue-run")
                    class="button primary small"
                    on:click=erase::click(move |_| lab.continue_run(go.clone()))
                >
                    {label}
                </button>
                <button
                    type="button"
                    id=(place == 0).then_some("discard-run")
                    class="button quiet small"
                    on:click=erase::click(move |_| lab.discard_run(&drop_it))
                >
                    "Discard"
                </button>
            </div>
        </div>
    }
    .into_any()
}
