//! Pictures moved and lit a little otherwise.

use super::picture::COLOURS;

/// How a picture is moved around its middle.
pub struct Motion {
    /// Cosine and sine of the angle, each divided by the zoom.
    pub turn: [f64; 2],
    /// To the right and down, in pixels.
    pub shift: [f64; 2],
    /// -1 for a mirrored picture, 1 for others.
    pub flip: f64,
}

/// A picture of this width and height, moved; its values stay between 0 and 255.
#[inline(never)]
pub fn warp(pixels: &[u8], [width, height]: [usize; 2], motion: &Motion) -> Vec<f32> {
    let Motion { turn: [cos, sin], shift: [right, down], flip } = *motion;
    let (middle_x, middle_y) = ((width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0);
    let mut values = Vec::with_capacity(pixels.len());
    for y in 0..height {
        for x in 0..width {
            // Where this pixel comes from: the changes, undone in reverse.
            let dx = (x as f64 - middle_x - right) * flip;
            let dy = y as f64 - middle_y - down;
            values.extend(sample(
                pixels,
                [width, height],
                middle_x + cos * dx + sin * dy,
                middle_y - sin * dx + cos * dy,
            ));
        }
    }
    values
}

/// The colour between pixels; beyond the edge the picture goes on as in a mirror.
#[inline(always)]
fn sample(pixels: &[u8], [width, height]: [usize; 2], x: f64, y: f64) -> [f32; COLOURS] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = ((x - left) as f32, (y - top) as f32);
    let mirror = |place: f64, length: usize| {
        let place = place as i64;
        let last = length as i64 - 1;
        let place = if place < 0 { -place } else { place };
        let place = if place > last { 2 * last - place } else { place };
        place.clamp(0, last) as usize
    };
    let (x0, x1) = (mirror(left, width), mirror(left + 1.0, width));
    let (y0, y1) = (mirror(top, height), mirror(top + 1.0, height));
    let at = |x: usize, y: usize, colour: usize| f32::from(pixels[(y * width + x) * COLOURS + colour]);
    std::array::from_fn(|colour| {
        let above = at(x0, y0, colour) * (1.0 - across) + at(x1, y0, colour) * across;
        let below = at(x0, y1, colour) * (1.0 - across) + at(x1, y1, colour) * across;
        above * (1.0 - down) + below * down
    })
}

/// Brightness multiplies every value; contrast stretches them around the picture's mean.
#[inline(never)]
pub fn light(pixels: &mut [f32], brightness: f32, contrast: f32) {
    if brightness == 1.0 && contrast == 1.0 {
        return;
    }
    let mean = pixels.iter().sum::<f32>() / pixels.len().max(1) as f32 * brightness;
    for value in pixels {
        *value = mean + (*value * brightness - mean) * contrast;
    }
}

/// Rounded to bytes.
#[inline(never)]
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect()
}
