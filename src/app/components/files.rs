use crate::app::erase;
use crate::app::state::use_lab;
use crate::protocol::Export;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What the visitor takes home, and the way back in.
#[component]
pub fn FilesPanel() -> impl IntoView {
    let lab = use_lab();
    let export = move |what: Export| move |_| lab.export(what);
    let on_file = move |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            lab.import(file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <section class="panel files" aria-labelledby="files-title">
            <h2 id="files-title">"Take it home"</h2>
            <div class="files-grid">
                <div class="file">
                    <button type="button" id="export-safetensors" class="button" on:click=erase::click(export(Export::Safetensors))>"Weights (safetensors)"</button>
                    <p>"All 61,706 numbers of the network and its settings, in the format PyTorch and others read."</p>
                </div>
                <div class="file">
                    <button type="button" id="export-csv" class="button" on:click=erase::click(export(Export::HistoryCsv))>"History (CSV)"</button>
                    <p>"Every measured loss and accuracy, for a spreadsheet."</p>
                </div>
                <div class="file">
                    <button type="button" id="export-pytorch" class="button" on:click=erase::click(export(Export::PytorchScript))>"PyTorch script"</button>
                    <p>"A Python program that loads the weights file beside it and measures the same test accuracy."</p>
                </div>
                <div class="file">
                    <label class="button" for="import-file">"Open a weights file"</label>
                    <input type="file" id="import-file" class="visually-hidden" accept=".safetensors" on:change=erase::event(on_file) />
                    <p>"Goes on with weights saved here before. A file that does not fit is refused, and nothing changes."</p>
                </div>
            </div>
        </section>
    }
    .into_any()
}
