//! A picture file to pixels, by the browser's own decoders.

use crate::data::Rgb;
use crate::protocol::Fault;
use crate::worker::scope;
use imagesize::ImageType;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// Pictures of more pixels are refused: decoded they would take half a gigabyte.
const MOST_PIXELS: u64 = 120_000_000;
/// Above this the browser scales while it decodes, which saves memory, though not to the bit as Pillow does.
const EXACT_PIXELS: u64 = 16_000_000;
/// Shorter side after that.
const REDUCED: u64 = 1024;

/// A decoded picture, turned as its EXIF data says.
pub struct Picture {
    pub rgb: Rgb,
    /// Of the file, turned.
    pub width: u32,
    pub height: u32,
}

/// Decodes whatever this browser can; of an animation the first frame.
///
/// # Errors
/// [`Fault::BadPicture`] with the reason.
pub async fn decode(name: &str, bytes: &[u8]) -> Result<Picture, Fault> {
    decode_within(name, bytes, EXACT_PIXELS).await
}

/// The same, of pictures with more than `exact` pixels scaled by the browser while it decodes them.
///
/// # Errors
/// [`Fault::BadPicture`] with the reason.
pub async fn decode_within(name: &str, bytes: &[u8], exact: u64) -> Result<Picture, Fault> {
    let bad = |reason: String| Fault::BadPicture { name: name.to_owned(), reason };
    if bytes.is_empty() {
        return Err(bad("the file is empty".to_owned()));
    }
    // The header tells the size before anything is decoded.
    let size = imagesize::blob_size(bytes).ok().map(|size| (size.width as u64, size.height as u64));
    if let Some((width, height)) = size
        && width.saturating_mul(height) > MOST_PIXELS
    {
        let most = MOST_PIXELS / 1_000_000;
        return Err(bad(format!("it has {width} x {height} pixels, and at most {most} million can be opened")));
    }
    let large = size.filter(|(width, height)| width * height > exact);
    let bitmap = bitmap(bytes, large).await.ok_or_else(|| bad(why(bytes).to_owned()))?;
    let (width, height) = (bitmap.width(), bitmap.height());
    let rgba = pixels(&bitmap);
    bitmap.close();
    let rgba = rgba.ok_or_else(|| bad("this browser has no memory left to draw it".to_owned()))?;
    let (full_width, full_height) = match large {
        // The header does not know about turning, but the proportions tell.
        Some((w, h)) if (w > h) == (width > height) => (w as u32, h as u32),
        Some((w, h)) => (h as u32, w as u32),
        None => (width, height),
    };
    let rgb = Rgb::from_rgba(width as usize, height as usize, &rgba);
    Ok(Picture { rgb, width: full_width, height: full_height })
}

/// Why the browser could not decode it, as far as the first bytes tell.
fn why(bytes: &[u8]) -> &'static str {
    match imagesize::image_type(bytes) {
        Ok(ImageType::Heif(_)) => {
            "this browser cannot read HEIC or AVIF pictures; export it as JPEG, or send it to yourself as “most compatible”"
        }
        Ok(_) => "the file is damaged, or of a kind this browser cannot read",
        Err(_) => "it is not a picture this browser knows",
    }
}

/// Calls the worker's `createImageBitmap`; `None` where the browser cannot decode the file.
async fn bitmap(bytes: &[u8], large: Option<(u64, u64)>) -> Option<ImageBitmap> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).ok()?;
    let options = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value).ok();
    set("imageOrientation", "from-image".into())?;
    if let Some((width, height)) = large {
        set("resizeWidth", ((width * REDUCED / width.min(height).max(1)) as u32).into())?;
        set("resizeQuality", "high".into())?;
    }
    let scope: JsValue = scope().into();
    let create: Function = Reflect::get(&scope, &"createImageBitmap".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = create.call2(&scope, &blob, &options).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

fn pixels(bitmap: &ImageBitmap) -> Option<Vec<u8>> {
    let (width, height) = (bitmap.width(), bitmap.height());
    let canvas = OffscreenCanvas::new(width, height).ok()?;
    let options = Object::new();
    // Kept where the processor can read it, not on the graphics card.
    Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok()??;
    let context: OffscreenCanvasRenderingContext2d = context.dyn_into().ok()?;
    context.draw_image_with_image_bitmap(bitmap, 0.0, 0.0).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?.data().0;
    // Its memory is given back now, not whenever the browser looks for it.
    canvas.set_width(0);
    Some(pixels)
}
