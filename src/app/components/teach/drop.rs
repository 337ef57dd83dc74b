//! Pictures, folders and zips dropped or pasted anywhere on the page, or onto a class.

use super::add::{chosen, wanted};
use crate::app::erase;
use crate::app::state::teach::{Chosen, Target, Teach, use_teach};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, Element, File};

/// No folder is followed deeper.
const DEEPEST: usize = 8;
/// Nor are more files looked for: the lab says that these are too many.
const MOST: usize = 20_000;

/// Listens as long as the page is shown, and says so while something is held over it.
#[component]
pub fn DropZone() -> impl IntoView {
    let lab = use_teach();
    let over = RwSignal::new(None::<String>);
    let listeners = StoredValue::new(vec![
        window_event_listener(ev::dragover, move |event| {
            if holds_files(event.data_transfer()) {
                event.prevent_default();
                let name = class_at(event.target()).map(|(_, name)| name).unwrap_or_default();
                if over.with_untracked(|over| over.as_ref() != Some(&name)) {
                    over.set(Some(name));
                }
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            // Nothing is entered instead: the pointer left the window.
            if event.related_target().is_none() {
                over.set(None);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            over.set(None);
            if holds_files(event.data_transfer()) {
                event.prevent_default();
                let target = class_at(event.target()).map_or(Target::Folders, |(id, _)| Target::Class(id));
                take(lab, event.data_transfer(), target);
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if holds_files(event.clipboard_data()) {
                event.prevent_default();
                take(lab, event.clipboard_data(), Target::Folders);
            }
        }),
    ]);
    on_cleanup(move || {
        for listener in listeners.try_update_value(std::mem::take).unwrap_or_default() {
            listener.remove();
        }
    });
    let words = move || match over.get().unwrap_or_default().as_str() {
        "" => "Drop pictures, folders or a zip: they stay on this device".to_owned(),
        name => format!("Drop them into “{name}”"),
    };
    view! {
        <div class="drop-zone" hidden=erase::flag(move || over.with(Option::is_none)) aria-hidden="true">
            <p>{erase::text(words)}</p>
        </div>
    }
    .into_any()
}

/// The class at whose row something happened.
fn class_at(target: Option<web_sys::EventTarget>) -> Option<(u32, String)> {
    let row = target?.dyn_into::<Element>().ok()?.closest(".teach-class").ok()??;
    Some((row.get_attribute("data-class-id")?.parse().ok()?, row.get_attribute("data-class-name")?))
}

fn holds_files(data: Option<DataTransfer>) -> bool {
    data.is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

fn take(lab: Teach, data: Option<DataTransfer>, target: Target) {
    let Some(data) = data else { return };
    // All of these must be fetched before the event is over.
    let entries = entries(&data);
    let files = data.files().map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect::<Vec<_>>());
    erase::spawn(async move {
        let mut found = Vec::new();
        let with_folders = entries.iter().any(|entry| is(entry, "isDirectory"));
        if with_folders {
            walk(entries, &mut found).await;
        } else {
            found.extend(files.unwrap_or_default().into_iter().map(|file| chosen(file, "")));
        }
        if found.is_empty() {
            lab.announce("There is no picture in what was dropped or pasted.");
        }
        lab.collect_files(found, target);
    });
}

/// What was dropped, as files and folders of the browser; empty where it has no such thing.
fn entries(data: &DataTransfer) -> Vec<JsValue> {
    let Ok(items) = Reflect::get(data, &"items".into()) else { return Vec::new() };
    let mut entries = Vec::new();
    for item in Array::from(&items).iter() {
        let method = Reflect::get(&item, &"webkitGetAsEntry".into()).ok().and_then(|m| m.dyn_into::<Function>().ok());
        let entry = method.and_then(|method| method.call0(&item).ok());
        entries.extend(entry.filter(|entry| !entry.is_null() && !entry.is_undefined()));
    }
    entries
}

fn is(entry: &JsValue, what: &str) -> bool {
    Reflect::get(entry, &what.into()).ok().and_then(|value| value.as_bool()).unwrap_or(false)
}

/// All files in these folders and below.
async fn walk(entries: Vec<JsValue>, found: &mut Vec<Chosen>) {
    let mut waiting: Vec<(JsValue, String, usize)> =
        entries.into_iter().rev().map(|entry| (entry, String::new(), 0)).collect();
    while let Some((entry, path, depth)) = waiting.pop() {
        if found.len() > MOST {
            return;
        }
        if is(&entry, "isFile") {
            let file = called_back(&entry, "file").await.and_then(|file| file.dyn_into::<File>().ok());
            found.extend(file.filter(wanted).map(|file| chosen(file, &format!("{path}/"))));
        } else if depth < DEEPEST {
            let name = Reflect::get(&entry, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
            let Some(reader) = call(&entry, "createReader") else { continue };
            // A browser tells a hundred at a time.
            while let Some(part) = called_back(&reader, "readEntries").await {
                let part = Array::from(&part);
                if part.length() == 0 {
                    break;
                }
                waiting.extend(part.iter().map(|entry| (entry, name.clone(), depth + 1)));
            }
        }
    }
}

fn call(object: &JsValue, method: &str) -> Option<JsValue> {
    Reflect::get(object, &method.into()).ok()?.dyn_into::<Function>().ok()?.call0(object).ok()
}

/// Calls a method that takes a function for its answer and one for its failure.
async fn called_back(object: &JsValue, method: &str) -> Option<JsValue> {
    let method = Reflect::get(object, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        method.call2(object, &resolve, &reject).ok();
    });
    JsFuture::from(promise).await.ok()
}
