//! What is seen, as files for the visitor. Nothing leaves the device.

use super::browser;
use super::npy::{Dtype, npy};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A picture is enlarged until it is at least so wide, in pixels.
const WIDE: u32 = 1000;

/// Hands out an array as `name.npy`.
pub fn array(name: &str, dtype: Dtype, shape: &[usize], values: &[u8]) {
    browser::download(&format!("{name}.npy"), &npy(dtype, shape, values));
}

/// Hands out what is on the canvas inside the element with this id as `name.png`, every pixel a whole number of times
/// as large.
pub fn picture(id: &str, name: &str) {
    let canvas = browser::document().query_selector(&format!("#{id} canvas")).ok().flatten();
    let Some(canvas) = canvas.and_then(|c| c.dyn_into::<HtmlCanvasElement>().ok()) else { return };
    let Some((large, context)) = new_canvas(&canvas) else { return };
    context.set_image_smoothing_enabled(false);
    let (width, height) = (f64::from(large.width()), f64::from(large.height()));
    context.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, 0.0, 0.0, width, height).ok();
    let name = format!("{name}.png");
    let done = Closure::once_into_js(move |blob: Option<web_sys::Blob>| {
        if let Some(blob) = blob {
            browser::download_blob(&name, &blob);
        }
    });
    large.to_blob(done.unchecked_ref()).ok();
}

/// An empty canvas a whole number of times as large as this one.
fn new_canvas(small: &HtmlCanvasElement) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let times = WIDE.div_ceil(small.width().max(1));
    browser::canvas(small.width() * times, small.height() * times)
}
