//! What the coach reads in the curves, with a remedy to try, and what it did.

use crate::app::erase;
use crate::app::state::googlenet::{Advice, Comparison, Googlenet, use_googlenet};
use leptos::prelude::*;

pub fn coach_panel() -> AnyView {
    let lab = use_googlenet();
    let advice = erase::memo(move || lab.advice());
    let cards = move || {
        let advice = advice.get();
        if advice.is_empty() {
            let text = format!("The coach has nothing to say: {}", nothing_because(lab));
            return view! { <p class="empty" id="googlenet-coach-silent">{text}</p> }.into_any();
        }
        let cards = advice.into_iter().map(|advice| card(lab, advice)).collect_view();
        view! { <ol class="coach-cards" id="googlenet-verdicts">{cards}</ol> }.into_any()
    };
    view! {
        <section class="panel coach" id="googlenet-coach" aria-labelledby="googlenet-coach-title">
            <h2 id="googlenet-coach-title">"Coach"</h2>
            <p class="hint">"Read from the two curves of the run that is shown, and from nothing else. Each finding carries the number that marks its epoch in the plot. One odd epoch does not count: where levels are compared, the number of an epoch is the middle one of three."</p>
            {erase::maybe(move || lab.as_remedy().map(remedy_run))}
            {erase::view(cards)}
        </section>
    }
    .into_any()
}

fn nothing_because(lab: Googlenet) -> &'static str {
    match lab.runs.epochs.with(Vec::len) {
        0 => "no epoch of this run is over.",
        1..4 => "a few epochs more are needed before two curves mean anything.",
        _ => "these curves support no finding.",
    }
}

/// The run that is shown was made as a remedy.
fn remedy_run(comparison: Comparison) -> AnyView {
    let changed = format!("This run tries a remedy: {}.", comparison.changed);
    view! { <div class="coach-outcome" id="googlenet-outcome"><p>{changed}</p>{outcome(&comparison)}</div> }.into_any()
}

fn outcome(comparison: &Comparison) -> AnyView {
    let Some(outcome) = &comparison.outcome else {
        return view! { <p>"What it does is said as soon as enough of its epochs are over."</p> }.into_any();
    };
    let verdict = match outcome.helped {
        Some(true) => "It helped. ",
        Some(false) => "It did not help. ",
        None => "",
    };
    view! { <p><strong>{verdict}</strong>{outcome.sentence.clone()} {format!(" (Compared after epoch {}.)", outcome.epoch)}</p> }
        .into_any()
}

fn card(lab: Googlenet, advice: Advice) -> AnyView {
    let Advice { number, verdict, tried } = advice;
    let title = format!("{} (epoch {})", verdict.title, verdict.epoch);
    let reason = verdict.reason.clone();
    let remedy = verdict.remedy.clone().map(|remedy| {
        let verdict = verdict.clone();
        let change = remedy.clone();
        // The remedy keeps the pictures of the run that is shown, whatever the controls say.
        let refused = erase::memo(move || lab.runs.settings.with(|settings| lab.refusal(&change.applied(settings))));
        view! {
            <p class="hint">{remedy.why}</p>
            <button
                type="button"
                id=format!("googlenet-remedy-{number}")
                class="button"
                title="Starts a run from the same seed with this change; the present one is paused and kept"
                disabled=erase::flag(move || refused.with(Option::is_some))
                on:click=erase::click(move |_| lab.try_remedy(&verdict))
            >
                {remedy.label}
            </button>
            <p class="hint" hidden=erase::flag(move || refused.with(Option::is_none))>
                "It cannot be tried here: the pictures of this run are not on this site."
            </p>
        }
        .into_any()
    });
    let item = |comparison: Comparison| {
        let run = comparison.run.clone();
        view! {
            <li>
                <p>{format!("Tried: {}.", comparison.changed)}</p>
                {outcome(&comparison)}
                <button type="button" class="button quiet small" disabled=erase::flag(move || lab.runs.is_busy()) on:click=erase::click(move |_| lab.open_run(&run))>
                    "Show that run"
                </button>
            </li>
        }
        .into_any()
    };
    let tried = (!tried.is_empty())
        .then(|| view! { <ul class="coach-tried">{tried.into_iter().map(item).collect_view()}</ul> }.into_any());
    view! {
        <li class="coach-card">
            <span class="coach-number" aria-hidden="true">{number}</span>
            <div class="coach-words">
                <h3>{title}</h3>
                <p>{reason}</p>
                {remedy}
                {tried}
            </div>
        </li>
    }
    .into_any()
}
