//! A picture from the device's camera. The stream ends with this component.

use crate::app::browser;
use crate::app::erase;
use crate::app::state::inside::{Inside, PhotoChoice, use_inside};
use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, HtmlVideoElement, MediaDeviceInfo, MediaDeviceKind, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

/// The running camera.
type Running = StoredValue<Option<MediaStream>, LocalStorage>;

#[component]
pub fn Camera(open: RwSignal<bool>) -> impl IntoView {
    let lab = use_inside();
    let video = NodeRef::<html::Video>::new();
    let running: Running = StoredValue::new_local(None);
    let cameras = RwSignal::new(Vec::<String>::new());
    let which = RwSignal::new(None::<usize>);
    let problem = RwSignal::new(None::<&'static str>);
    let live = RwSignal::new(false);
    on_cleanup(move || stop(running));
    erase::effect(move || {
        let device = which.get().and_then(|i| cameras.with_untracked(|c| c.get(i).cloned()));
        let Some(video) = video.get() else { return };
        stop(running);
        live.set(false);
        erase::spawn(async move {
            match start(device).await {
                // The visitor may have closed the camera while the browser asked.
                Ok(stream) => match running.try_update_value(|now| *now = Some(stream.clone())) {
                    None => end(&stream),
                    Some(()) => {
                        video.set_src_object(Some(&stream));
                        video.play().ok();
                        let found = list().await;
                        cameras.try_set(found);
                    }
                },
                Err(error) => drop(problem.try_set(Some(in_words(&error)))),
            }
        });
    });
    let another = move |_| {
        let count = cameras.with_untracked(Vec::len).max(1);
        which.update(|which| *which = Some(which.map_or(1, |i| i + 1) % count));
    };
    view! {
        <div class="camera">
            <video
                node_ref=video
                class="camera-view"
                playsinline
                muted
                autoplay
                aria-label="Live picture of the camera"
                // Before its first picture there is nothing to take.
                on:loadeddata=move |_| live.set(true)
                hidden=erase::flag(move || problem.get().is_some())
            ></video>
            <p class="camera-problem" role="alert">{erase::text(move || problem.get().unwrap_or_default().to_owned())}</p>
            <div class="photo-buttons">
                <button
                    type="button"
                    id="camera-take"
                    class="button primary"
                    disabled=erase::flag(move || !live.get())
                    on:click=erase::click(move |_| {
                        if let Some(video) = video.get_untracked() {
                            take(lab, &video, open);
                        }
                    })
                >
                    "Take picture"
                </button>
                <button type="button" id="camera-switch" class="button" hidden=erase::flag(move || cameras.with(|c| c.len() < 2)) on:click=erase::click(another)>
                    "Switch camera"
                </button>
                <button type="button" id="camera-stop" class="button" on:click=erase::click(move |_| open.set(false))>"Stop camera"</button>
            </div>
        </div>
    }
    .into_any()
}

fn end(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn stop(running: Running) {
    if let Some(stream) = running.try_update_value(Option::take).flatten() {
        end(&stream);
    }
}

/// The camera with this id; else the one that looks away from the visitor, where there is one.
async fn start(device: Option<String>) -> Result<MediaStream, JsValue> {
    let devices = browser::window().navigator().media_devices()?;
    if devices.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    let video = Object::new();
    let wish = |key: &str, kind: &str, value: JsValue| {
        let inner = Object::new();
        Reflect::set(&inner, &kind.into(), &value).and_then(|_| Reflect::set(&video, &key.into(), &inner))
    };
    wish("width", "ideal", 1280.into())?;
    match device {
        Some(id) => wish("deviceId", "exact", id.into())?,
        None => wish("facingMode", "ideal", "environment".into())?,
    };
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&video);
    JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?.dyn_into()
}

/// Ids of all cameras; the browser tells them once one may be used.
async fn list() -> Vec<String> {
    let Ok(devices) = browser::window().navigator().media_devices().and_then(|devices| devices.enumerate_devices())
    else {
        return Vec::new();
    };
    let all: Array = JsFuture::from(devices).await.map(JsCast::unchecked_into).unwrap_or_default();
    let all = all.iter().map(JsCast::unchecked_into::<MediaDeviceInfo>);
    all.filter(|device| device.kind() == MediaDeviceKind::Videoinput).map(|device| device.device_id()).collect()
}

fn in_words(error: &JsValue) -> &'static str {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" => {
            "The camera may not be used. Allow it in the browser's settings for this page, or choose a photo instead."
        }
        "NotFoundError" | "OverconstrainedError" => "No camera was found. Choose a photo instead.",
        "NotReadableError" => "The camera is in use by another program. Close that one, or choose a photo instead.",
        _ => "This browser offers no camera here (it does so on https pages only). Choose a photo instead.",
    }
}

/// Hands the picture seen now to the lab, as a JPEG file.
fn take(lab: Inside, video: &HtmlVideoElement, open: RwSignal<bool>) {
    let Some((canvas, context)) = browser::canvas(video.video_width(), video.video_height()) else { return };
    if context.draw_image_with_html_video_element(video, 0.0, 0.0).is_err() || canvas.width() == 0 {
        return;
    }
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        let Some(blob) = blob else { return };
        erase::spawn(async move {
            if let Ok(buffer) = JsFuture::from(blob.array_buffer()).await {
                let bytes = Arc::new(Uint8Array::new(&buffer).to_vec());
                lab.choose_photo(PhotoChoice::File { name: "Camera picture".to_owned(), bytes });
                open.try_set(false);
            }
        });
    });
    canvas.to_blob_with_type(done.unchecked_ref(), "image/jpeg").ok();
}
