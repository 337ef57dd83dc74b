//! Pictures of a class from the device's camera: as long as the button is held, several a second.

use crate::app::browser;
use crate::app::components::camera_view::{Camera, camera_view, take};
use crate::app::erase;
use crate::app::state::teach::use_teach;
use gloo::timers::callback::Interval;
use leptos::prelude::*;

/// Milliseconds between two pictures. Closer ones hardly differ.
const EVERY: u32 = 160;
/// The worker makes them this small anyway.
const SIDE: u32 = 256;

#[component]
pub fn RecordCamera(class: u32, open: RwSignal<Option<u32>>) -> impl IntoView {
    let lab = use_teach();
    let camera = Camera { id: "class-camera", ..Camera::new() };
    let interval = StoredValue::new_local(None::<Interval>);
    let taken = RwSignal::new(0_usize);
    // Pictures the browser is still packing: the recording ends with the last of them.
    let packing = StoredValue::new_local(0_usize);
    let end = move || {
        let idle = packing.try_with_value(|count| *count == 0) != Some(false);
        if idle && interval.try_with_value(Option::is_some) != Some(true) {
            lab.recording_ended();
        }
    };
    let shoot = move || {
        if let Some(video) = camera.showing() {
            taken.update(|taken| *taken += 1);
            packing.update_value(|count| *count += 1);
            take(&video, Some(SIDE), move |blob| {
                if let Some(blob) = blob {
                    lab.collect_frame(class, blob);
                }
                packing.try_update_value(|count| *count -= 1);
                end();
            });
        }
    };
    let start = move || {
        if interval.with_value(Option::is_some) || camera.showing().is_none() {
            return;
        }
        lab.collecting.recording.set(true);
        shoot();
        interval.set_value(Some(Interval::new(EVERY, shoot)));
    };
    let stop = move || {
        // Dropping it ends it.
        if interval.try_update_value(Option::take).flatten().is_some() {
            end();
        }
    };
    on_cleanup(stop);
    let close = move || {
        browser::focus_in_place(&format!("class-camera-{class}"));
        open.set(None);
    };
    let held = move || lab.collecting.recording.get();
    let words = move || match taken.get() {
        0 => "Hold the button, and turn the thing or move the camera meanwhile.".to_owned(),
        1 => "1 picture taken.".to_owned(),
        n => format!("{n} pictures taken."),
    };
    let button = view! {
        <button
            type="button"
            id="camera-record"
            class="button primary record"
            disabled=erase::flag(move || !camera.live.get())
            aria-pressed=erase::text(move || held().to_string())
            on:pointerdown=erase::pointer(move |event| {
                // The finger may slide off the button and still holds it.
                if let Some(target) = event.current_target() {
                    capture(&target, event.pointer_id());
                }
                start();
            })
            on:pointerup=erase::pointer(move |_| stop())
            on:pointercancel=erase::pointer(move |_| stop())
            on:lostpointercapture=erase::pointer(move |_| stop())
            on:contextmenu=erase::click(|event| event.prevent_default())
            on:keydown=erase::key(move |event| {
                if !event.repeat() && [" ", "Enter"].contains(&event.key().as_str()) {
                    event.prevent_default();
                    start();
                }
            })
            on:keyup=erase::key(move |_| stop())
            on:blur=erase::focus(move |_| stop())
        >
            {erase::text(move || if held() { "Recording …" } else { "Hold to record" }.to_owned())}
        </button>
    };
    view! {
        {camera_view(camera, "add pictures as files.", button.into_any(), Box::new(close))}
        <p class="hint" role="status">{erase::text(words)}</p>
    }
    .into_any()
}

fn capture(target: &web_sys::EventTarget, pointer: i32) {
    use wasm_bindgen::JsCast;
    if let Some(element) = target.dyn_ref::<web_sys::Element>() {
        element.set_pointer_capture(pointer).ok();
    }
}
