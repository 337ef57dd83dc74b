//! What a run needs of the browser while it goes on by itself: a screen that stays on, and to be saved before the tab
//! is hidden or left, because the browser may end it without another word.

use crate::app::{browser, erase};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// The browser's promise to keep the screen on.
type WakeLock = StoredValue<Option<JsValue>, LocalStorage>;

/// Serves as long as the page, whatever of it is shown.
pub fn keep_alive(busy: impl Fn() -> bool + Send + Sync + 'static, save: impl Fn() + 'static) {
    erase::for_good(move || {
        let lock: WakeLock = StoredValue::new_local(None);
        let busy = erase::memo(busy);
        erase::effect(move || hold(lock, busy.get()));
        serve(lock, busy, Box::new(save));
    });
}

fn serve(lock: WakeLock, busy: Memo<bool>, save: Box<dyn Fn()>) {
    let save = move || {
        if busy.get_untracked() {
            save();
        }
    };
    let on_leave = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        if event.type_() == "pagehide" || browser::document().hidden() {
            save();
        } else {
            // The browser takes the lock away from a hidden tab.
            hold(lock, busy.get_untracked());
        }
    });
    let listener = on_leave.as_ref().unchecked_ref();
    browser::document().add_event_listener_with_callback("visibilitychange", listener).ok();
    browser::window().add_event_listener_with_callback("pagehide", listener).ok();
    on_leave.forget();
}

fn hold(lock: WakeLock, wanted: bool) {
    erase::spawn(async move {
        if let Some(old) = lock.try_update_value(Option::take).flatten() {
            browser::release_wake_lock(old).await;
        }
        if wanted && let Some(new) = browser::wake_lock().await {
            lock.update_value(|lock| *lock = Some(new));
        }
    });
}
