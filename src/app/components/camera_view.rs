//! The device's camera, live. The stream ends with this component.

use crate::app::browser;
use crate::app::erase;
use js_sys::{Array, Object, Reflect};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, HtmlVideoElement, MediaDeviceInfo, MediaDeviceKind, MediaStream, MediaStreamConstraints, MediaStreamTrack,
};

/// The running camera.
type Running = StoredValue<Option<MediaStream>, LocalStorage>;

/// What the parts of a camera share.
#[derive(Clone, Copy)]
pub struct Camera {
    /// Begins the ids of its buttons.
    pub id: &'static str,
    pub video: NodeRef<html::Video>,
    /// Before its first picture there is nothing to take.
    pub live: RwSignal<bool>,
}

impl Camera {
    pub fn new() -> Self {
        Self { id: "camera", video: NodeRef::new(), live: RwSignal::new(false) }
    }

    /// The element, once it shows something.
    pub fn showing(&self) -> Option<HtmlVideoElement> {
        self.video.get_untracked().filter(|_| self.live.get_untracked())
    }
}

/// The picture and its buttons: those of `buttons` first, then those that every camera has.
pub fn camera_view(camera: Camera, instead: &'static str, buttons: AnyView, close: Box<dyn Fn()>) -> AnyView {
    let Camera { id, video, live } = camera;
    let running: Running = StoredValue::new_local(None);
    let cameras = RwSignal::new(Vec::<String>::new());
    let which = RwSignal::new(None::<usize>);
    let problem = RwSignal::new(None::<&'static str>);
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
    let trouble = move || problem.get().map(|problem| format!("{problem} {instead}")).unwrap_or_default();
    view! {
        <div class="camera">
            <video
                node_ref=video
                class="camera-view"
                playsinline
                muted
                autoplay
                aria-label="Live picture of the camera"
                on:loadeddata=move |_| live.set(true)
                hidden=erase::flag(move || problem.get().is_some())
            ></video>
            <p class="camera-problem" role="alert">{erase::text(trouble)}</p>
            <div class="photo-buttons">
                {buttons}
                <button type="button" id=format!("{id}-switch") class="button" hidden=erase::flag(move || cameras.with(|c| c.len() < 2)) on:click=erase::click(another)>
                    "Switch camera"
                </button>
                <button type="button" id=format!("{id}-stop") class="button" on:click=erase::click(move |_| close())>"Stop camera"</button>
            </div>
        </div>
    }
    .into_any()
}

/// The picture seen now as a JPEG file; its shorter side at most `side` pixels, where one is given. `None` where the
/// browser cannot.
pub fn take(video: &HtmlVideoElement, side: Option<u32>, then: impl FnOnce(Option<Blob>) + 'static) {
    let (width, height) = (video.video_width(), video.video_height());
    let scale = side.map_or(1.0, |side| (f64::from(side) / f64::from(width.min(height).max(1))).min(1.0));
    let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
    let Some((canvas, context)) = browser::canvas(scaled(width), scaled(height)) else { return then(None) };
    let (wide, high) = (f64::from(canvas.width()), f64::from(canvas.height()));
    if wide == 0.0 || context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, wide, high).is_err() {
        return then(None);
    }
    // A canvas that is not empty always answers.
    let done = Closure::once_into_js(move |blob: Option<Blob>| then(blob));
    canvas.to_blob_with_type(done.unchecked_ref(), "image/jpeg").ok();
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
        "NotAllowedError" => "The camera may not be used. Allow it in the browser's settings for this page, or",
        "NotFoundError" | "OverconstrainedError" => "No camera was found. Instead,",
        "NotReadableError" => "The camera is in use by another program. Close that one, or",
        _ => "This browser offers no camera here (it does so on https pages only). Instead,",
    }
}
