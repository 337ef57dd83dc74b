//! Step 5: what the visitor takes home.

use crate::app::erase;
use crate::app::state::teach::{Teach, use_teach};
use crate::protocol::TeachExport;
use leptos::prelude::*;

/// Id, what, label, and what it is good for.
const FILES: [(&str, TeachExport, &str, &str); 5] = [
    (
        "export-page",
        TeachExport::Page,
        "Web page (zip)",
        "A page that classifies with this network: unzip it and host it anywhere, or open it through a local server.",
    ),
    (
        "export-safetensors",
        TeachExport::Safetensors,
        "Weights (safetensors)",
        "All weights and how the network is built, in the format PyTorch and others read.",
    ),
    (
        "export-script",
        TeachExport::PytorchScript,
        "PyTorch script",
        "A Python program that loads the weights file beside it, gives the same predictions, and is where training goes on on larger machines.",
    ),
    (
        "export-card",
        TeachExport::ModelCard,
        "Model card",
        "What the network is, on what it was trained, with which settings, how good it is and where it fails.",
    ),
    ("export-csv", TeachExport::HistoryCsv, "History (CSV)", "Every measured loss and accuracy, for a spreadsheet."),
];

#[component]
pub fn ExportStep() -> impl IntoView {
    let lab = use_teach();
    view! {
        <section class="teach-step" aria-labelledby="teach-export-title">
            <h2 id="teach-export-title" class="step-title">"5 · Take it home"</h2>
            <section class="panel files" aria-label="Files">
                <p class="hint">{erase::text(move || hint(lab).to_owned())}</p>
                <div class="files-grid">{FILES.map(|file| card(lab, file)).into_iter().collect_view()}</div>
            </section>
        </section>
    }
    .into_any()
}

fn hint(lab: Teach) -> &'static str {
    if lab.runs.usable.get() {
        "Made on this device from the run that is shown. Pictures are never part of it; the project with its pictures is saved at the top of the page."
    } else {
        "Train a network first."
    }
}

fn card(lab: Teach, (id, what, label, words): (&'static str, TeachExport, &'static str, &'static str)) -> AnyView {
    let making = move || lab.live.exports.waiting.get() == Some(what);
    let text = move || if making() { "Being made …" } else { label }.to_owned();
    view! {
        <div class="file">
            <button
                type="button"
                id=id
                class="button"
                disabled=erase::flag(move || !lab.runs.usable.get() || making())
                on:click=erase::click(move |_| lab.export(what))
            >
                {erase::text(text)}
            </button>
            <p>{words}</p>
        </div>
    }
    .into_any()
}
