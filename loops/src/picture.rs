//! Pictures of red, green and blue bytes, row-major.

use std::ops::Range;

/// Fractional bits of the weights, as in Pillow.
const BITS: u32 = 32 - 8 - 2;
/// Red, green, blue.
pub(super) const COLOURS: usize = 3;

/// A picture of this width and height scaled `to` others, these columns and rows of it; to the bit as Pillow's bilinear
/// filter.
#[inline(never)]
pub fn scale(
    pixels: &[u8],
    [width, height]: [usize; 2],
    to: [usize; 2],
    across: Range<usize>,
    down: Range<usize>,
) -> Vec<u8> {
    let kept = (across.len(), down.len());
    let columns = Filter::new(width, to[0], across);
    let rows = Filter::new(height, to[1], down);
    let (first, last) = rows.reach();
    // Columns first, rounded to bytes in between, as Pillow does.
    let mut narrow = vec![0_u8; (last - first) * kept.0 * COLOURS];
    let source = pixels[first * width * COLOURS..last * width * COLOURS].chunks_exact(width * COLOURS);
    for (row, out) in source.zip(narrow.chunks_exact_mut(kept.0 * COLOURS)) {
        for (tap, out) in columns.taps.iter().zip(out.as_chunks_mut::<COLOURS>().0) {
            let from = &row[tap.first * COLOURS..][..tap.weights.len() * COLOURS];
            let mut sums = [1 << (BITS - 1); COLOURS];
            for (pixel, &weight) in from.as_chunks::<COLOURS>().0.iter().zip(&tap.weights) {
                sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += i32::from(*value) * weight);
            }
            *out = sums.map(to_byte);
        }
    }
    let mut scaled = Vec::with_capacity(kept.0 * kept.1 * COLOURS);
    let mut sums = vec![0_i32; kept.0 * COLOURS];
    for tap in &rows.taps {
        sums.fill(1 << (BITS - 1));
        let from = narrow[(tap.first - first) * kept.0 * COLOURS..].chunks_exact(kept.0 * COLOURS);
        for (row, &weight) in from.zip(&tap.weights) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += i32::from(*value) * weight);
        }
        scaled.extend(sums.iter().map(|sum| to_byte(*sum)));
    }
    scaled
}

/// Network input `[3, height, width]`.
#[inline(never)]
pub fn normalise(pixels: &[u8], mean: [f32; COLOURS], deviation: [f32; COLOURS]) -> Vec<f32> {
    let area = pixels.len() / COLOURS;
    let mut values = vec![0.0; COLOURS * area];
    for (colour, map) in values.chunks_exact_mut(area.max(1)).enumerate() {
        let (mean, deviation) = (mean[colour], deviation[colour]);
        for (value, pixel) in map.iter_mut().zip(pixels.as_chunks::<COLOURS>().0) {
            *value = (f32::from(pixel[colour]) / 255.0 - mean) / deviation;
        }
    }
    values
}

fn to_byte(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

/// For every output pixel, where its source pixels begin and what each weighs.
struct Filter {
    taps: Vec<Tap>,
}

struct Tap {
    first: usize,
    /// In units of 2^-[`BITS`].
    weights: Vec<i32>,
}

impl Filter {
    /// A triangle as wide as two output pixels (two source pixels when enlarging) around each output pixel's centre.
    fn new(from: usize, to: usize, wanted: Range<usize>) -> Self {
        let scale = from as f64 / to as f64;
        let spread = scale.max(1.0);
        let tap = |i: usize| {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - spread + 0.5).max(0.0) as usize;
            let last = ((centre + spread + 0.5).max(0.0) as usize).min(from);
            let triangle = |j: usize| (1.0 - ((j as f64 - centre + 0.5) / spread).abs()).max(0.0);
            let total: f64 = (first..last).map(triangle).sum();
            let weigh = |j| (triangle(j) / if total == 0.0 { 1.0 } else { total } * f64::from(1 << BITS) + 0.5) as i32;
            Tap { first, weights: (first..last).map(weigh).collect() }
        };
        Self { taps: wanted.map(tap).collect() }
    }

    /// First source pixel needed, and the end of those needed.
    fn reach(&self) -> (usize, usize) {
        let first = self.taps.iter().map(|t| t.first).min().unwrap_or(0);
        let last = self.taps.iter().map(|t| t.first + t.weights.len()).max().unwrap_or(first);
        (first, last)
    }
}
