//! Small things a browser can do, each in one function.

use crate::protocol::wire::DOWNLOADS;
use js_sys::{Array, Date, Function, Math, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, Storage, Window};

pub fn window() -> Window {
    // The app runs on a page's main thread only, where there is always a window.
    web_sys::window().expect("a page has a window")
}

pub fn document() -> web_sys::Document {
    // As above.
    window().document().expect("a window has a document")
}

/// Where the site lies: an absolute URL ending in `/`. Every page's `<base>` points there.
pub fn site_root() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let end = base.find(['?', '#']).unwrap_or(base.len());
    let folder = base[..end].rfind('/').map_or(end, |slash| slash + 1);
    base[..folder].to_owned()
}

/// The path of the site on its host, without a `/` at its end: empty, or `/some/where`.
pub fn site_path() -> String {
    let path = web_sys::Url::new(&site_root()).map(|url| url.pathname()).unwrap_or_default();
    path.trim_end_matches('/').to_owned()
}

/// A file of this site, by its path. `None` when it cannot be had.
pub async fn site_file(path: &str) -> Option<Blob> {
    let response = JsFuture::from(window().fetch_with_str(&format!("{}{path}", site_root()))).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()
}

/// The pairs after `?` in the address, decoded.
pub fn query() -> Vec<(String, String)> {
    let search = window().location().search().unwrap_or_default();
    let Ok(params) = web_sys::UrlSearchParams::new_with_str(&search) else { return Vec::new() };
    let mut pairs = Vec::new();
    for pair in js_sys::try_iter(&params).ok().flatten().into_iter().flatten().flatten() {
        let pair = Array::from(&pair);
        pairs.push((pair.get(0).as_string().unwrap_or_default(), pair.get(1).as_string().unwrap_or_default()));
    }
    pairs
}

/// Replaces what is after `?` in the address, without loading anything.
pub fn replace_query(pairs: &[(&str, String)]) {
    let Ok(params) = web_sys::UrlSearchParams::new() else { return };
    for (key, value) in pairs {
        params.append(key, value);
    }
    let text = String::from(params.to_string());
    let path = window().location().pathname().unwrap_or_default();
    let address = if text.is_empty() { path } else { format!("{path}?{text}") };
    if let Ok(history) = window().history() {
        // Safari refuses more than 100 a minute; the next change brings the address up to date.
        history.replace_state_with_url(&history.state().unwrap_or(JsValue::NULL), "", Some(&address)).ok();
    }
}

/// A member of a JavaScript object, if it is there.
fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Calls a method that returns a promise, and waits for it.
async fn call(object: &JsValue, method: &str, argument: Option<&str>) -> Option<JsValue> {
    let function: Function = member(object, method)?.dyn_into().ok()?;
    let result = match argument {
        Some(text) => function.call1(object, &text.into()),
        None => function.call0(object),
    };
    let value = JsFuture::from(Promise::resolve(&result.ok()?)).await.ok()?;
    (!value.is_null() && !value.is_undefined()).then_some(value)
}

/// Whether the browser has WebGPU and a device for it. Downloads nothing.
pub async fn has_webgpu() -> bool {
    // web-sys offers WebGPU and wake locks only behind a flag, because they may still change.
    let Some(gpu) = member(window().navigator().as_ref(), "gpu") else { return false };
    call(&gpu, "requestAdapter", None).await.is_some()
}

/// Keeps the screen on until it is released or the tab is hidden; `None` where the browser cannot.
pub async fn wake_lock() -> Option<JsValue> {
    let lock = member(window().navigator().as_ref(), "wakeLock")?;
    call(&lock, "request", Some("screen")).await
}

pub async fn release_wake_lock(sentinel: JsValue) {
    call(&sentinel, "release", None).await;
}

/// Whether the device draws on its battery, and how full that is (0..=1); `None` where the browser does not tell.
pub async fn battery() -> Option<(bool, f64)> {
    let battery = call(window().navigator().as_ref(), "getBattery", None).await?;
    Some((!member(&battery, "charging")?.as_bool()?, member(&battery, "level")?.as_f64()?))
}

/// Lets go of what was downloaded and kept; `false` where there was nothing of it. It comes from the site once more when
/// it is needed.
pub async fn forget_downloads() -> bool {
    let Some(caches) = member(window().as_ref(), "caches") else { return false };
    let Some(cache) = call(&caches, "open", Some(DOWNLOADS)).await else { return false };
    let Some(kept) = call(&cache, "keys", None).await else { return false };
    let mut any = false;
    for request in Array::from(&kept) {
        // One by one: a cache that is deleted as a whole keeps its room while anyone still holds it.
        if let Some(address) = member(&request, "url").and_then(|url| url.as_string()) {
            any |= call(&cache, "delete", Some(&address)).await.is_some_and(|gone| gone.is_truthy());
        }
    }
    any
}

/// Something that no other tab of this browser has meanwhile. Dropping it lets go of it, and so does leaving the page.
pub struct Held(Option<Function>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release.call0(&JsValue::NULL).ok();
        }
    }
}

/// Takes hold of a name; `None` while another tab has it. A browser that knows no such names gives it to all.
pub async fn hold(name: &str) -> Option<Held> {
    let Some(locks) = member(window().navigator().as_ref(), "locks") else { return Some(Held(None)) };
    let Some(request) = member(&locks, "request").and_then(|f| f.dyn_into::<Function>().ok()) else {
        return Some(Held(None));
    };
    let (mut release, mut tell) = (None, None);
    let until = Promise::new(&mut |resolve, _| release = Some(resolve));
    let told = Promise::new(&mut |resolve, _| tell = Some(resolve));
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into()).ok();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let ours = !lock.is_null();
        if let Some(tell) = tell {
            tell.call1(&JsValue::NULL, &ours.into()).ok();
        }
        // The name is held until this is settled.
        if ours { JsValue::from(until) } else { JsValue::UNDEFINED }
    });
    let Ok(asked) = request.call3(&locks, &name.into(), &options, &granted) else { return Some(Held(None)) };
    // A refusal rejects what was asked, and tells nothing.
    match JsFuture::from(Promise::race(&Array::of2(&told, &asked))).await {
        Ok(ours) => (ours.as_bool() == Some(true)).then(|| Held(release)),
        Err(_) => Some(Held(None)),
    }
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// A remembered text; `None` also where the browser refuses storage.
pub fn remembered(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok().flatten()
}

/// Remembers a text for the next visit, where the browser allows it.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        storage.set_item(key, value).ok();
    }
}

pub fn forget(key: &str) {
    if let Some(storage) = local_storage() {
        storage.remove_item(key).ok();
    }
}

/// A text that this tab remembers over a reload, and no other tab knows.
pub fn remembered_in_tab(key: &str) -> Option<String> {
    window().session_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers a text in this tab, or forgets it.
pub fn remember_in_tab(key: &str, value: Option<&str>) {
    if let Some(storage) = window().session_storage().ok().flatten() {
        match value {
            Some(value) => storage.set_item(key, value).ok(),
            None => storage.remove_item(key).ok(),
        };
    }
}

/// Whether the browser has a database for this page.
pub fn can_store() -> bool {
    member(window().as_ref(), "indexedDB").is_some()
}

/// Hands the visitor a file. Nothing leaves the device.
pub fn download(name: &str, bytes: &[u8]) {
    let options = BlobPropertyBag::new();
    options.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    if let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
        download_blob(name, &blob);
    }
}

/// As [`download`].
pub fn download_blob(name: &str, blob: &Blob) {
    let Ok(address) = web_sys::Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of the blob when the click returns; a moment later it may go.
    gloo::timers::callback::Timeout::new(10_000, move || {
        web_sys::Url::revoke_object_url(&address).ok();
    })
    .forget();
}

/// A canvas that is not on the page.
pub fn canvas(width: u32, height: u32) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

/// As [`canvas`], for pixels that are read back again and again.
pub fn canvas_to_read(width: u32, height: u32) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

/// A number from its text. The browser reads it: Rust's own tables for that take 10 KB of the page's module, which
/// nothing compresses.
pub fn number(text: &str) -> Option<f64> {
    let number = JsValue::from_str(text.trim()).unchecked_into_f64();
    (number.is_finite() && !text.trim().is_empty()).then_some(number)
}

/// Milliseconds since 1970.
pub fn now() -> f64 {
    Date::now()
}

/// A name no other run of this browser has.
pub fn new_run_id() -> String {
    format!("run-{:.0}-{:04x}", now(), (Math::random() * 65_536.0) as u32)
}

/// Any number from 0 up to `end`, without it. Not for anything that must be reproducible.
pub fn random_below(end: usize) -> usize {
    (Math::random() * end as f64) as usize
}

pub fn prefers_reduced_motion() -> bool {
    matches_media("(prefers-reduced-motion: reduce)")
}

pub fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Clicks the element with this id, as the visitor would.
pub fn click(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.unchecked_into::<web_sys::HtmlElement>().click();
    }
}

/// Moves the keyboard's focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.unchecked_into::<web_sys::HtmlElement>().focus().ok();
    }
}

/// As [`focus`], but the page stays where it is scrolled to.
pub fn focus_in_place(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        element.unchecked_into::<web_sys::HtmlElement>().focus_with_options(&options).ok();
    }
}

/// Puts a global object on the page.
pub fn set_global(name: &str, members: &[(&str, JsValue)]) {
    let object = Object::new();
    for (key, value) in members {
        Reflect::set(&object, &(*key).into(), value).ok();
    }
    Reflect::set(&window(), &name.into(), &object).ok();
}

/// Bytes that this site stores, and how many the browser lets it; `None` where it does not tell.
pub async fn storage_estimate() -> Option<(f64, f64)> {
    let storage = member(window().navigator().as_ref(), "storage")?;
    let estimate = call(&storage, "estimate", None).await?;
    Some((member(&estimate, "usage")?.as_f64()?, member(&estimate, "quota")?.as_f64()?))
}

/// Asks the browser not to throw away what this site stores; says whether it will not.
pub async fn persist_storage() -> bool {
    let Some(storage) = member(window().navigator().as_ref(), "storage") else { return false };
    call(&storage, "persist", None).await.and_then(|answer| answer.as_bool()).unwrap_or(false)
}

/// Scrolls the element with this id into view.
pub fn scroll_to(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
    }
}

/// Memory of this device in GiB, rounded, as far as the browser tells.
pub fn device_memory() -> Option<f64> {
    member(window().navigator().as_ref(), "deviceMemory")?.as_f64()
}

/// The time of day on the visitor's clock, such as `14-05-09`, as part of a name.
pub fn clock() -> String {
    let now = Date::new_0();
    format!("{:02}-{:02}-{:02}", now.get_hours(), now.get_minutes(), now.get_seconds())
}

/// Bytes as text (base64), and back.
pub fn to_base64(bytes: &[u8]) -> Option<String> {
    // A string of one character for each byte is what the browser wants; in pieces, so that it stays small.
    let piece = |bytes: &[u8]| window().btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()).ok();
    bytes.chunks(3 << 14).map(piece).collect()
}

pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for piece in text.as_bytes().chunks(4 << 14) {
        let piece = window().atob(std::str::from_utf8(piece).ok()?).ok()?;
        bytes.extend(piece.chars().map(|character| character as u8));
    }
    Some(bytes)
}
