//! Pixels to a JPEG file, by the browser's own encoder.

use crate::data::{Rgb, to_plain_jpeg};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageData, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// Beyond this, files grow and nobody sees why.
const QUALITY: f64 = 0.92;

/// A canvas that is used again for every picture.
pub struct Encoder {
    canvas: OffscreenCanvas,
    context: OffscreenCanvasRenderingContext2d,
}

impl Encoder {
    /// `None` in a browser that cannot draw in a worker.
    pub fn new() -> Option<Self> {
        let canvas = OffscreenCanvas::new(1, 1).ok()?;
        let options = Object::new();
        // Kept where the processor can read it, not on the graphics card.
        Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
        let context = canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
        Some(Self { canvas, context })
    }

    /// `None` when the browser has no memory left.
    pub async fn jpeg(&self, picture: &Rgb) -> Option<Vec<u8>> {
        let (width, height) = (picture.width as u32, picture.height as u32);
        let rgba = picture.to_rgba();
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height).ok()?;
        self.canvas.set_width(width);
        self.canvas.set_height(height);
        self.context.put_image_data(&data, 0.0, 0.0).ok()?;
        let options = ImageEncodeOptions::new();
        options.set_type("image/jpeg");
        options.set_quality(QUALITY);
        let blob = JsFuture::from(self.canvas.convert_to_blob_with_options(&options).ok()?).await.ok()?;
        let blob: Blob = blob.dyn_into().ok()?;
        let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
        // The same for all browsers, and a twentieth smaller.
        Some(to_plain_jpeg(Uint8Array::new(&buffer).to_vec()))
    }
}
