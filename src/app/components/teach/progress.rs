//! How far collecting is, and what became of it.

use crate::app::components::look_inside::controls::button;
use crate::app::state::teach::{Count, use_teach};
use crate::app::{erase, words};
use leptos::prelude::*;

#[component]
pub fn CollectProgress() -> impl IntoView {
    let lab = use_teach();
    let share = erase::attribute(move || {
        lab.collecting
            .count
            .with(|count| count.as_ref().filter(|count| count.total > 0).map(|count| count.total.to_string()))
    });
    let done = erase::attribute(move || {
        let known =
            lab.collecting.count.with(|count| count.as_ref().filter(|count| count.total > 0).map(|count| count.done));
        known.map(|done| done.to_string())
    });
    let sentence =
        erase::text(move || lab.collecting.count.with(|count| count.as_ref().map_or(String::new(), in_words)));
    view! {
        <div class="collect-progress" hidden=erase::flag(move || lab.collecting.count.with(Option::is_none))>
            // Without a value the browser shows that it does not know.
            <progress id="collect-progress" aria-label="Pictures read" max=share value=done></progress>
            <p id="collect-words">{sentence}</p>
            {button("collect-cancel", "Cancel", move || lab.collecting.count.with(|count| count.as_ref().is_none_or(|c| c.cancelled)), move || lab.cancel_collecting())}
        </div>
        <p class="hint" id="collect-result">{erase::text(move || lab.collecting.result.get())}</p>
    }
    .into_any()
}

fn in_words(count: &Count) -> String {
    if count.cancelled {
        return "Stopping …".to_owned();
    }
    let of = match count.total {
        0 if count.done == 0 => return "Opening …".to_owned(),
        0 => format!("{} pictures", words::count(count.done)),
        total => format!("{} of {} pictures", words::count(count.done), words::count(total)),
    };
    match count.seconds_left {
        Some(left) => format!("{of}, about {} left", words::duration(left)),
        None => format!("{of} …"),
    }
}
