//! The runs of this browser and of this site: shown, continued, laid over one another, begun from, removed.

use super::LETTERS;
use crate::app::components::look_inside::controls::{Choice, select};
use crate::app::erase;
use crate::app::googlenet_store::RunRecord;
use crate::app::long_runs::{differences, name_of};
use crate::app::state::googlenet::{Googlenet, use_googlenet, when};
use crate::app::words;
use crate::protocol::RunId;
use leptos::prelude::*;

pub fn kept_runs() -> AnyView {
    let lab = use_googlenet();
    let ids = erase::memo(move || {
        let shown = |record: &&RunRecord| !record.removed;
        lab.runs.all.with(|all| all.iter().filter(shown).map(|record| record.run.clone()).collect::<Vec<_>>())
    });
    let some = erase::flag(move || ids.with(|ids| !ids.is_empty()));
    let none = erase::flag(move || ids.with(Vec::is_empty));
    view! {
        <section class="panel kept-runs googlenet-runs" aria-labelledby="googlenet-runs-title">
            <h2 id="googlenet-runs-title">"Runs"</h2>
            <p class="empty" hidden=some>"Runs are kept here, on this device, from their first epoch on."</p>
            <div class="scroll" tabindex="0" role="group" aria-label="Runs" hidden=none>
                <table id="googlenet-runs">
                    <thead>
                        <tr>
                            <th scope="col">"Run"</th>
                            <th scope="col">"Epochs"</th>
                            <th scope="col">"Best"</th>
                            <th scope="col">"Last"</th>
                            <th scope="col">"Stored"</th>
                            <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        // A row stays while its run goes on, and with it the keyboard's focus.
                        <For each=move || ids.get() key=|run| run.clone() let(run)>{row(lab, run)}</For>
                    </tbody>
                </table>
            </div>
            {erase::maybe(move || two_ticked(lab))}
            <p class="hint">"Best and last are validation accuracies. A run that begins with the weights of an epoch has the network of that run (stem, batch norm, ReLU, width), and the other settings as they are shown above."</p>
        </section>
    }
    .into_any()
}

/// In which settings the only two runs that are ticked differ.
fn two_ticked(lab: Googlenet) -> Option<AnyView> {
    let ticked = lab.runs.ticked.get();
    let [one, other] = ticked.as_slice() else { return None };
    let (one, other) = (lab.runs.record(one)?, lab.runs.record(other)?);
    let text = format!("The two ticked runs differ in: {}.", differences(&one.settings, &other.settings));
    Some(view! { <p class="comparison" id="googlenet-two">{text}</p> }.into_any())
}

/// The best and the last validation accuracy.
fn accuracies(record: &RunRecord) -> [String; 2] {
    let mut validated = record.history.epochs.iter().filter_map(|point| point.validation_accuracy);
    let (best, last) = (validated.clone().reduce(f32::max), validated.next_back());
    [best, last].map(|accuracy| accuracy.map_or("–".to_owned(), |accuracy| words::percent(accuracy.into())))
}

fn about(record: &RunRecord) -> String {
    let begun = match &record.begun_with {
        Some((_, epoch)) => format!(", begun with the weights of epoch {epoch} of another run"),
        None => String::new(),
    };
    let remedy = if record.remedy_of.is_some() { ", a remedy of the coach" } else { "" };
    let lossy = if record.lossy { ", pictures stored with loss" } else { "" };
    match &record.made {
        Some((_, made)) => made.trim_end_matches('.').to_owned(),
        None => {
            let state = if record.finished { "" } else { ", not finished" };
            format!("{}{lossy}{begun}{remedy}, {}{state}", record.set, when(record))
        }
    }
}

fn row(lab: Googlenet, run: RunId) -> AnyView {
    let id = run.clone();
    let record = erase::memo(move || lab.runs.record(&id).unwrap_or_default());
    let id = StoredValue::new(run.clone());
    let shown = erase::memo(move || id.with_value(|id| lab.runs.id.with(|shown| shown == id)));
    let place = erase::memo(move || {
        let shown = lab.runs.id.get();
        let over = lab
            .runs
            .ticked
            .with(|all| all.iter().filter(|run| **run != shown).position(|run| id.with_value(|id| run == id)));
        over.filter(|place| *place < LETTERS.len())
    });
    let ticked = erase::memo(move || lab.runs.ticked.with(|all| id.with_value(|id| all.contains(id))));
    let name = move || {
        record.with(|record| record.made.as_ref().map_or_else(|| name_of(&record.settings), |(title, _)| title.clone()))
    };
    let letter = move || {
        let (letter, class) = LETTERS[place.get()?];
        Some(view! { <span class=format!("run-letter {class}")>{letter}</span> }.into_any())
    };
    let stored = move || {
        record.with(|record| match record.made {
            Some(_) => format!("{} to download", words::megabytes(record.bytes as u64)),
            None => words::megabytes(record.stored() as u64),
        })
    };
    let full = move || !ticked.get() && lab.runs.ticked.with(Vec::len) >= LETTERS.len();
    let toggle = move |event: web_sys::Event| id.with_value(|id| lab.tick(id, event_target_checked(&event)));
    view! {
        <tr class:chosen=erase::flag(move || shown.get()) data-run=run>
            <th scope="row">
                {erase::maybe(letter)} {erase::text(name)}
                <span class="run-when">{erase::text(move || format!("{}{}", record.with(about), if shown.get() { ", shown here" } else { "" }))}</span>
            </th>
            <td>{erase::text(move || record.with(|r| format!("{} of {}", r.progress.epoch, r.progress.epochs)))}</td>
            <td>{erase::text(move || record.with(|r| accuracies(r)[0].clone()))}</td>
            <td>{erase::text(move || record.with(|r| accuracies(r)[1].clone()))}</td>
            <td>{erase::text(stored)}</td>
            <td class="run-actions">
                <label class="tick">
                    <input
                        type="checkbox"
                        class="run-tick"
                        aria-label=erase::text(move || format!("Lay over: {}", name()))
                        prop:checked=erase::flag(move || ticked.get())
                        disabled=erase::flag(full)
                        on:change=erase::event(toggle)
                    />
                    <span>"Lay over"</span>
                </label>
                <button
                    type="button"
                    class="button small run-open"
                    hidden=erase::flag(move || shown.get())
                    disabled=erase::flag(move || lab.runs.is_busy())
                    title="Show this run: curves, coach and time-lapse are of the run that is shown"
                    on:click=erase::click(move |_| id.with_value(|id| lab.open_run(id)))
                >
                    "Show"
                </button>
                <button
                    type="button"
                    class="button small run-continue"
                    hidden=erase::flag(move || shown.get() || record.with(|r| r.finished))
                    disabled=erase::flag(move || lab.runs.is_busy())
                    on:click=erase::click(move |_| id.with_value(|id| lab.continue_run(id)))
                >
                    "Continue"
                </button>
                <button
                    type="button"
                    class="button quiet small run-remove"
                    aria-label=erase::text(move || format!("Remove: {}", name()))
                    hidden=erase::flag(move || record.with(|r| r.made.is_some()))
                    disabled=erase::flag(move || shown.get() && lab.runs.is_busy())
                    on:click=erase::click(move |_| id.with_value(|id| lab.remove_run(id)))
                >
                    "Remove"
                </button>
                {erase::maybe(move || begin_from(lab, record, id))}
            </td>
        </tr>
    }
    .into_any()
}

/// A new run from a saved epoch of this one.
fn begin_from(lab: Googlenet, record: Memo<RunRecord>, id: StoredValue<RunId>) -> Option<AnyView> {
    // As long as there is any, so that the choice stays when another comes.
    let there = erase::memo(move || record.with(|r| !r.kept.is_empty()));
    there.get().then(|| {
        let epochs = move || record.with(|r| r.kept.iter().map(|(epoch, _)| *epoch).collect::<Vec<_>>());
        let chosen = RwSignal::new(None::<usize>);
        let epoch = move || chosen.get().or(epochs().last().copied()).unwrap_or_default();
        let choices = move || epochs().into_iter().map(|epoch| Choice::new(epoch.to_string(), format!("epoch {epoch}"))).collect();
        view! {
            <span class="run-begin">
                {select(id.with_value(|id| format!("from-{id}")), "New run with the weights of", Box::new(choices), Box::new(move || epoch().to_string()), Box::new(move |text| chosen.set(text.parse().ok())))}
                <button
                    type="button"
                    class="button small run-from"
                    disabled=erase::flag(move || lab.runs.is_busy())
                    on:click=erase::click(move |_| lab.start_from(id.get_value(), untrack(epoch)))
                >
                    "Start"
                </button>
            </span>
        }
        .into_any()
    })
}
