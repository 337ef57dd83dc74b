//! Pictures changed a little at random, so that a network sees something new every time.

use super::Rgb;
use super::split::stream;
use crate::protocol::Augmentation;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use receptive_loops::{Motion, light, to_bytes, warp};

/// Red, green, blue.
const COLOURS: usize = 3;
/// What a masked border is painted with.
const GREY: u8 = 128;
/// Streams of random numbers below this one are for weights, parts and orders; see [`super::split`].
const FIRST_STREAM: u64 = 1 << 40;

/// The random numbers for one picture in one epoch: they depend on nothing else, so that a run that was interrupted
/// goes on as if it had not been.
pub fn augmentation_stream(seed: u32, epoch: usize, picture: u32) -> ChaCha8Rng {
    stream(seed, FIRST_STREAM + ((epoch as u64) << 32) + u64::from(picture))
}

/// The picture turned, shifted, zoomed and mirrored around its middle, then with other light and noise, then masked.
pub fn augment(picture: &Rgb, augmentation: &Augmentation, mask: f64, rng: &mut ChaCha8Rng) -> Rgb {
    let mut picture = if augmentation.is_none() { picture.clone() } else { change(picture, augmentation, rng) };
    mask_borders(&mut picture, mask);
    picture
}

/// Paints a border grey; `share` of the side on each side.
pub fn mask_borders(picture: &mut Rgb, share: f64) {
    let border = |length: usize| (length as f64 * share).round() as usize;
    let (across, down) = (border(picture.width), border(picture.height));
    if across == 0 && down == 0 {
        return;
    }
    let Rgb { width, height, .. } = *picture;
    for (y, row) in picture.pixels.chunks_exact_mut(width * COLOURS).enumerate() {
        if y < down || y + down >= height {
            row.fill(GREY);
        } else {
            row[..across * COLOURS].fill(GREY);
            row[(width - across) * COLOURS..].fill(GREY);
        }
    }
}

fn change(picture: &Rgb, a: &Augmentation, rng: &mut ChaCha8Rng) -> Rgb {
    // All are drawn whatever is switched on, so that one switch does not change what the others do.
    let mut draw = |reach: f64| reach * rng.random_range(-1.0..=1.0_f64);
    let angle = draw(a.rotation).to_radians();
    let (right, down) = (draw(a.shift), draw(a.shift));
    let zoom = 1.0 + draw(a.zoom);
    let (brightness, contrast) = (1.0 + draw(a.brightness), 1.0 + draw(a.contrast));
    let flip = if rng.random_bool(0.5) && a.flip { -1.0 } else { 1.0 };
    let Rgb { width, height, .. } = *picture;
    let motion = Motion {
        turn: [angle.cos() / zoom, angle.sin() / zoom],
        shift: [right * width as f64, down * height as f64],
        flip,
    };
    let mut pixels = warp(&picture.pixels, [width, height], &motion);
    light(&mut pixels, brightness as f32, contrast as f32);
    if a.noise > 0.0 {
        let strength = 255.0 * a.noise as f32;
        for value in &mut pixels {
            // The sum of three has nearly the bell's shape, and a deviation of 1.
            let bell: f32 = (0..3).map(|_| rng.random_range(-1.0..=1.0_f32)).sum();
            *value += strength * bell;
        }
    }
    Rgb { width, height, pixels: to_bytes(&pixels) }
}
