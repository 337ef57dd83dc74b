//! The project's runs: which one is shown and used, which one lies beside it, and which may go.

use crate::app::comparison::name_of;
use crate::app::erase;
use crate::app::projects_store::RunRecord;
use crate::app::state::teach::{Teach, use_teach};
use crate::app::{browser, words};
use leptos::prelude::*;

#[component]
pub fn KeptRuns() -> impl IntoView {
    let lab = use_teach();
    let runs = erase::memo(move || lab.projects.with_current(|project| project.runs.clone()).unwrap_or_default());
    let content = move || {
        let runs = runs.get();
        if runs.is_empty() {
            return None;
        }
        // Newest first.
        let rows = runs.into_iter().rev().map(|run| row(lab, run)).collect_view();
        Some(
            view! {
                <section class="panel kept-runs" aria-labelledby="kept-runs-title">
                    <h3 id="kept-runs-title">"Runs of this project"</h3>
                    <div class="scroll" tabindex="0" role="group" aria-label="Runs of this project">
                        <table id="teach-runs">
                            <thead>
                                <tr>
                                    <th scope="col">"Run"</th>
                                    <th scope="col">"Accuracy"</th>
                                    <th scope="col">"Epochs"</th>
                                    <th scope="col">"Time"</th>
                                    <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </section>
            }
            .into_any(),
        )
    };
    view! { {erase::maybe(content)} }.into_any()
}

fn row(lab: Teach, record: RunRecord) -> AnyView {
    let report = record.history.report.as_ref();
    let latest = record.history.epochs.last().and_then(|epoch| epoch.validation_accuracy).map(f64::from);
    let accuracy = report.map(|report| report.test_accuracy).or(latest).map_or("–".to_owned(), words::percent);
    let when = words::ago((browser::now() - record.started_at) / 1000.0);
    let backbone = lab.setup.backbone(&record.settings.backbone);
    let backbone = backbone.map_or(record.settings.backbone.clone(), |backbone| backbone.title);
    let state = if record.finished { "" } else { ", not finished" };
    let name = format!("{backbone}, {}", name_of(&record.settings));
    let blocks = match record.settings.blocks {
        0 => String::new(),
        1 => ", 1 block learns".to_owned(),
        n => format!(", {n} blocks learn"),
    };
    let run = record.run.clone();
    let is = move |other: &str| run == other;
    let (is_shown, is_beside) = (is.clone(), is);
    let shown = erase::memo(move || lab.runs.id.with(|id| is_shown(id)));
    let beside = erase::memo(move || lab.runs.beside.with(|id| id.as_ref().is_some_and(|id| is_beside(id))));
    let (use_it, lay_beside, delete_it) = (record.run.clone(), record.run.clone(), record.run.clone());
    let toggle = move |_| {
        let next = (!beside.get_untracked()).then(|| lay_beside.clone());
        lab.runs.beside.set(next);
    };
    view! {
        <tr class:chosen=move || shown.get() data-run=record.run>
            <th scope="row">
                {format!("{name}{blocks}")}
                <span class="run-when">{erase::text(move || format!("{when}{state}{}", if shown.get() { ", shown here" } else { "" }))}</span>
            </th>
            <td>{accuracy}</td>
            <td>{format!("{} of {}", record.progress.epoch, record.progress.epochs)}</td>
            <td>{words::duration(record.progress.seconds)}</td>
            <td class="run-actions">
                <button
                    type="button"
                    class="button small run-use"
                    title="Show this run: results, trying it, and files are of the run that is shown"
                    hidden=erase::flag(move || shown.get())
                    disabled=erase::flag(move || lab.run_is_busy())
                    on:click=erase::click(move |_| lab.use_run(&use_it))
                >
                    "Show"
                </button>
                <button
                    type="button"
                    class="button small run-beside"
                    aria-pressed=erase::text(move || beside.get().to_string())
                    title="Draw its curves into the plots too"
                    hidden=erase::flag(move || shown.get())
                    on:click=erase::click(toggle)
                >
                    "Compare"
                </button>
                <button
                    type="button"
                    class="button quiet small run-delete"
                    aria-label=format!("Delete the run {name}")
                    disabled=erase::flag(move || shown.get() && lab.run_is_busy())
                    on:click=erase::click(move |_| lab.delete_run(delete_it.clone()))
                >
                    "Delete"
                </button>
            </td>
        </tr>
    }
    .into_any()
}
