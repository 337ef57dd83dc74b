//! A picture dropped or pasted anywhere on the page. The labs that look at one have it.

use leptos::ev;
use leptos::prelude::*;
use web_sys::{DataTransfer, File};

/// Listens as long as the page is shown, and says so while something is held over it.
///
/// `take` gets the file; `none` is called when something else was pasted.
#[component]
pub fn DropZone(take: Callback<File>, none: Callback<()>) -> impl IntoView {
    let over = RwSignal::new(false);
    let listeners = StoredValue::new(vec![
        window_event_listener(ev::dragover, move |event| {
            if holds_files(event.data_transfer()) {
                event.prevent_default();
                over.set(true);
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            // Nothing is entered instead: the pointer left the window.
            if event.related_target().is_none() {
                over.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            over.set(false);
            if holds_files(event.data_transfer()) {
                event.prevent_default();
                hand_over(take, event.data_transfer());
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if holds_files(event.clipboard_data()) {
                event.prevent_default();
                hand_over(take, event.clipboard_data());
            } else {
                none.run(());
            }
        }),
    ]);
    on_cleanup(move || {
        for listener in listeners.try_update_value(std::mem::take).unwrap_or_default() {
            listener.remove();
        }
    });
    view! {
        <div class="drop-zone" hidden=crate::app::erase::flag(move || !over.get()) aria-hidden="true">
            <p>"Drop the picture anywhere: it stays on this device"</p>
        </div>
    }
    .into_any()
}

fn holds_files(data: Option<DataTransfer>) -> bool {
    data.is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

fn hand_over(take: Callback<File>, data: Option<DataTransfer>) {
    let file: Option<File> = data.and_then(|data| data.files()).and_then(|files| files.get(0));
    if let Some(file) = file {
        take.run(file);
    }
}
