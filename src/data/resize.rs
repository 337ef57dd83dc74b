//! A 28x28 digit as the network's 32x32 input.

use super::mnist::{PIXELS, SIDE};
use crate::protocol::Padding;

/// Height and width of the input.
const INPUT: usize = 32;
/// From 28 to 32 pixels every weight is a multiple of 1/16, so these four bits hold exactly what Pillow's 22 do.
const ONE: u16 = 16;

/// An output pixel's first source pixel, and the weights of that and the next, in sixteenths.
#[derive(Clone, Copy)]
struct Tap {
    first: usize,
    weights: [u16; 2],
}

/// The same for rows and columns.
const TAPS: [Tap; INPUT] = taps();

/// Pillow's bilinear coefficients for 28 to 32 pixels: a triangle of half-width 1 around each output pixel's centre.
const fn taps() -> [Tap; INPUT] {
    let mut taps = [Tap { first: 0, weights: [0; 2] }; INPUT];
    let mut i = 0;
    while i < INPUT {
        let centre = (i as f64 + 0.5) * (SIDE as f64 / INPUT as f64);
        // The pair around the centre; at the far edge the last pair, whose first pixel is then out of reach.
        let left = if centre > 0.5 { (centre - 0.5) as usize } else { 0 };
        let first = if left + 2 <= SIDE { left } else { SIDE - 2 };
        let (a, b) = (triangle(first as f64 + 0.5 - centre), triangle(first as f64 + 1.5 - centre));
        let one = ONE as f64 / (a + b);
        taps[i] = Tap { first, weights: [(a * one + 0.5) as u16, (b * one + 0.5) as u16] };
        i += 1;
    }
    taps
}

const fn triangle(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 { 1.0 - x } else { 0.0 }
}

/// Enlarges `[28, 28]` to `[32, 32]`, to the bit as Pillow and torchvision do on 8-bit grey pictures: columns first,
/// rounded to a byte, then rows.
///
/// # Panics
/// When `image` is not 784 pixels.
pub fn enlarge(image: &[u8]) -> [u8; INPUT * INPUT] {
    assert_eq!(image.len(), PIXELS, "a digit has 784 pixels");
    let mut wide = [[0_u8; INPUT]; SIDE];
    for (row, out) in image.as_chunks::<SIDE>().0.iter().zip(&mut wide) {
        for (out, tap) in out.iter_mut().zip(&TAPS) {
            *out = blend(row[tap.first], row[tap.first + 1], tap.weights);
        }
    }
    let mut result = [0; INPUT * INPUT];
    for (out, tap) in result.chunks_exact_mut(INPUT).zip(&TAPS) {
        let (above, below) = (&wide[tap.first], &wide[tap.first + 1]);
        for ((out, &a), &b) in out.iter_mut().zip(above).zip(below) {
            *out = blend(a, b, tap.weights);
        }
    }
    result
}

fn blend(a: u8, b: u8, [x, y]: [u16; 2]) -> u8 {
    // The weights sum to 16, so this is at most 255.
    ((u16::from(a) * x + u16::from(b) * y + ONE / 2) / ONE) as u8
}

/// Writes a digit as network input: 32x32 values from 0 (paper) to 1 (ink), row-major.
///
/// # Panics
/// When `image` is not 784 pixels or `out` not 1,024 values.
pub fn to_input(image: &[u8], padding: Padding, out: &mut [f32]) {
    assert_eq!(out.len(), INPUT * INPUT, "the input has 1,024 values");
    match padding {
        Padding::Resize => {
            for (out, pixel) in out.iter_mut().zip(enlarge(image)) {
                *out = f32::from(pixel) / 255.0;
            }
        }
        Padding::Paper => {
            assert_eq!(image.len(), PIXELS, "a digit has 784 pixels");
            let border = (INPUT - SIDE) / 2;
            out.fill(0.0);
            for (row, out) in image.chunks_exact(SIDE).zip(out.chunks_exact_mut(INPUT).skip(border)) {
                for (out, pixel) in out[border..].iter_mut().zip(row) {
                    *out = f32::from(*pixel) / 255.0;
                }
            }
        }
    }
}
