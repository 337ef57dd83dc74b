//! A picture of the visitor's, scaled to what the network sees.

use super::{Googlenet, NoticeAction, Tone};
use crate::app::{browser, erase};
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap};

/// The square is first drawn at most so large.
const LARGEST: u32 = 1024;

/// A small picture of this site, of something that CIFAR-10 has a class for.
const SAMPLE: &str = "thumbnails/chelsea.jpg";

impl Googlenet {
    /// Looks at a picture of this site, for visitors who have none at hand.
    pub fn look_at_sample(&self) {
        let lab = *self;
        erase::spawn(async move {
            match browser::site_file(SAMPLE).await {
                Some(blob) => lab.look_at("The cat’s picture".to_owned(), blob),
                None => {
                    let text = "The picture cannot be fetched. Is the network there? Or choose one of yours.";
                    lab.announce(text);
                    lab.notify(Tone::Error, text, Some(NoticeAction::ChoosePicture));
                }
            }
        });
    }

    /// Looks at the square in the middle of a picture.
    pub fn look_at(&self, name: String, blob: Blob) {
        let lab = *self;
        erase::spawn(async move {
            match pixels(&blob).await {
                Some(pixels) => lab.take_own(pixels),
                None => {
                    let text = format!(
                        "{name} cannot be shown as a picture. Choose another one; JPEG, PNG, WebP and GIF work in every browser."
                    );
                    lab.announce(text.clone());
                    lab.notify(Tone::Error, text, Some(NoticeAction::ChoosePicture));
                }
            }
        });
    }
}

/// `[32, 32, 3]` bytes of the square in the middle.
async fn pixels(blob: &Blob) -> Option<Vec<u8>> {
    let decoding = browser::window().create_image_bitmap_with_blob(blob).ok()?;
    let picture: ImageBitmap = JsFuture::from(decoding).await.ok()?.dyn_into().ok()?;
    let (width, height) = (picture.width(), picture.height());
    let length = width.min(height);
    if length == 0 {
        return None;
    }
    let least = GOOGLENET_SIDE as u32;
    // Halving averages four pixels; a browser that shrinks a photo in one go leaves most of them out.
    let mut side = least;
    while side * 2 <= length.min(LARGEST) {
        side *= 2;
    }
    let (mut canvas, context) = browser::canvas(side, side)?;
    let (left, top) = (f64::from(width - length) / 2.0, f64::from(height - length) / 2.0);
    let (from, to) = (f64::from(length), f64::from(side));
    context
        .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &picture, left, top, from, from, 0.0, 0.0, to, to,
        )
        .ok()?;
    let mut last = context;
    while side > least {
        side /= 2;
        let (smaller, context) = browser::canvas(side, side)?;
        let to = f64::from(side);
        context.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, 0.0, 0.0, to, to).ok()?;
        (canvas, last) = (smaller, context);
    }
    let to = f64::from(least);
    let rgba = last.get_image_data(0.0, 0.0, to, to).ok()?.data().0;
    Some(rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}
