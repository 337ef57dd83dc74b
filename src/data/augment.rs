//! Pictures changed a little at random, so that a network sees something new every time.

use super::Rgb;
use super::split::stream;
use crate::protocol::Augmentation;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

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
    let (middle_x, middle_y) = ((width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0);
    let (sin, cos) = (angle.sin() / zoom, angle.cos() / zoom);
    let mut pixels = Vec::with_capacity(picture.pixels.len());
    for y in 0..height {
        for x in 0..width {
            // Where this pixel comes from: the changes, undone in reverse.
            let dx = (x as f64 - middle_x - right * width as f64) * flip;
            let dy = y as f64 - middle_y - down * height as f64;
            pixels.extend(sample(picture, middle_x + cos * dx + sin * dy, middle_y - sin * dx + cos * dy));
        }
    }
    light(&mut pixels, brightness as f32, contrast as f32);
    if a.noise > 0.0 {
        let strength = 255.0 * a.noise as f32;
        for value in &mut pixels {
            // The sum of three has nearly the bell's shape, and a deviation of 1.
            let bell: f32 = (0..3).map(|_| rng.random_range(-1.0..=1.0_f32)).sum();
            *value += strength * bell;
        }
    }
    let pixels = pixels.into_iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect();
    Rgb { width, height, pixels }
}

/// The colour between pixels; beyond the edge the picture goes on as in a mirror.
fn sample(picture: &Rgb, x: f64, y: f64) -> [f32; COLOURS] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let mirror = |place: f64, length: usize| {
        let place = place as i64;
        let last = length as i64 - 1;
        let place = if place < 0 { -place } else { place };
        let place = if place > last { 2 * last - place } else { place };
        place.clamp(0, last) as usize
    };
    let (x0, x1) = (mirror(left, picture.width), mirror(left + 1.0, picture.width));
    let (y0, y1) = (mirror(top, picture.height), mirror(top + 1.0, picture.height));
    let at = |x: usize, y: usize, colour: usize| f32::from(picture.pixels[(y * picture.width + x) * COLOURS + colour]);
    std::array::from_fn(|colour| {
        let above = at(x0, y0, colour) * (1.0 - across) + at(x1, y0, colour) * across;
        let below = at(x0, y1, colour) * (1.0 - across) + at(x1, y1, colour) * across;
        above * (1.0 - down) + below * down
    })
}

/// Brightness multiplies every value; contrast stretches them around the picture's mean.
fn light(pixels: &mut [f32], brightness: f32, contrast: f32) {
    if brightness == 1.0 && contrast == 1.0 {
        return;
    }
    let mean = pixels.iter().sum::<f32>() / pixels.len().max(1) as f32 * brightness;
    for value in pixels {
        *value = mean + (*value * brightness - mean) * contrast;
    }
}
