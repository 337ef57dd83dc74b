//! The ways pictures come in, other than onto a class.

use crate::app::components::look_inside::controls::{Choice, button, select};
use crate::app::state::teach::{Chosen, Target, use_teach};
use crate::app::{erase, words};
use crate::protocol::SampleSet;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

#[component]
pub fn AddPanel() -> impl IntoView {
    let lab = use_teach();
    let take = move |event: web_sys::Event| lab.collect_files(files_of(&event), Target::Folders);
    let none = move || lab.projects.current().is_none();
    let options = move || {
        let classes = lab.projects.with_current(|project| project.classes.clone()).unwrap_or_default();
        classes.iter().map(|class| Choice::new(class.id.to_string(), &class.name)).collect()
    };
    let target = move || {
        let first = lab.projects.with_current(|project| project.classes.first().map(|class| class.id)).flatten();
        lab.collecting.target.get().or(first).map_or(String::new(), |id| id.to_string())
    };
    let several = move || lab.projects.with_current(|project| project.classes.len() > 1).unwrap_or(false);
    view! {
        <div class="panel add-panel">
            <div class="controls">
                <span class="file-button">
                    <label class="button" for="add-files">"Add pictures or a zip"</label>
                    <input type="file" id="add-files" class="visually-hidden" multiple accept="image/*,.zip,application/zip" disabled=erase::flag(none) on:change=erase::event(take) />
                </span>
                <span class="file-button">
                    <label class="button" for="add-folder">"Add a folder"</label>
                    <input type="file" id="add-folder" class="visually-hidden" multiple prop:webkitdirectory=true disabled=erase::flag(none) on:change=erase::event(take) />
                </span>
                {button("try-sample", "Try it with a generated sample", move || none() || lab.collecting.is_busy(), move || lab.collect_drawn())}
                {erase::maybe(move || several().then(|| {
                    select(
                        "add-target",
                        "Pictures without a folder go to",
                        Box::new(options),
                        Box::new(target),
                        Box::new(move |id| lab.collecting.target.set(id.parse().ok())),
                    )
                }))}
            </div>
            <p class="hint">
                "Drop pictures, folders or a zip on a class or anywhere on this page, or paste a picture. In a folder of folders, and in a zip, each folder becomes a class. The sample is drawn by this page: six textures in varied colours, sizes and angles."
            </p>
            {erase::view(move || lab.collecting.sets.get().into_iter().map(set_row).collect_view().into_any())}
            <super::progress::CollectProgress />
        </div>
    }
    .into_any()
}

/// A data set of this host, with what it holds.
fn set_row(set: SampleSet) -> AnyView {
    let lab = use_teach();
    let about = format!(
        "{} pictures in {} classes ({}), {}. Licence: {}. Source: {}.",
        words::count(set.pictures),
        set.classes.len(),
        set.classes.join(", "),
        words::megabytes_or_kilobytes(set.bytes),
        set.licence,
        set.source.trim_end_matches('.')
    );
    let busy = move || lab.projects.current().is_none() || lab.collecting.is_busy();
    let title = set.title.clone();
    let id = format!("set-{}", set.name);
    view! {
        <div class="set-row">
            <button type="button" id=id class="button small" disabled=erase::flag(busy) on:click=erase::click(move |_| lab.collect_set(&set))>
                {title}
            </button>
            <span class="hint">{about}</span>
        </div>
    }
    .into_any()
}

/// The files of an input, which can take the same ones again afterwards.
pub fn files_of(event: &web_sys::Event) -> Vec<Chosen> {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return Vec::new() };
    let files = input.files().map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect::<Vec<_>>());
    input.set_value("");
    files
        .unwrap_or_default()
        .into_iter()
        .filter(wanted)
        .map(|file| {
            let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
            chosen(file, &path.unwrap_or_default())
        })
        .collect()
}

/// A file with the folder it was in, if `path` names one.
pub fn chosen(file: File, path: &str) -> Chosen {
    let folder = path.rsplit('/').nth(1).filter(|folder| !folder.is_empty()).map(str::to_owned);
    Chosen { name: file.name(), folder, file: file.into() }
}

/// Folders hold more than pictures: what systems hide in them is passed over without a word.
pub fn wanted(file: &File) -> bool {
    let name = file.name();
    !name.starts_with('.') && !["Thumbs.db", "desktop.ini"].contains(&name.as_str())
}
