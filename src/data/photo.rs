//! A photo as a network's input: the shorter side scaled, the middle cut out, colours normalised.
//!
//! Scaling agrees to the bit with Pillow's bilinear filter on 8-bit pictures (`Image.resize` with antialiasing, which
//! torchvision's `Resize` uses), so that feature maps can be compared with PyTorch's.

use super::Preprocessing;
use std::ops::Range;

/// Fractional bits of the weights, as in Pillow.
const BITS: u32 = 32 - 8 - 2;
/// Red, green, blue.
const COLOURS: usize = 3;

/// Red, green and blue bytes, row-major.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rgb {
    pub width: usize,
    pub height: usize,
    /// `[height, width, 3]`
    pub pixels: Vec<u8>,
}

/// A square out of the middle of a scaled photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Square {
    /// Size of the whole photo after scaling.
    pub width: usize,
    pub height: usize,
    /// Of the square within it.
    pub left: usize,
    pub top: usize,
    pub side: usize,
}

impl Square {
    /// The square of `side` in the middle of a photo of this size whose shorter side is scaled to `shorter`, as
    /// torchvision's `Resize(shorter)` and `CenterCrop(side)` find it.
    pub fn of(width: usize, height: usize, shorter: usize, side: usize) -> Self {
        let long = |long: usize, short: usize| (shorter * long / short.max(1)).max(1);
        let (width, height) =
            if width <= height { (shorter, long(height, width)) } else { (long(width, height), shorter) };
        // Python rounds halves to even.
        let middle = |length: usize| ((length - side) as f64 / 2.0).round_ties_even() as usize;
        Self { width, height, left: middle(width), top: middle(height), side }
    }
}

impl Rgb {
    /// From red, green, blue and opacity; what is transparent is shown on white.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Self {
        let mut pixels = Vec::with_capacity(width * height * COLOURS);
        for &[r, g, b, opacity] in rgba.as_chunks::<4>().0 {
            let on_white = |value: u8| {
                let (value, opacity) = (u32::from(value), u32::from(opacity));
                // At most 255 * 255 / 255.
                ((value * opacity + 255 * (255 - opacity) + 127) / 255) as u8
            };
            pixels.extend(if opacity == 255 { [r, g, b] } else { [r, g, b].map(on_white) });
        }
        Self { width, height, pixels }
    }

    /// Red, green, blue and full opacity, as a canvas takes it.
    pub fn to_rgba(&self) -> Vec<u8> {
        self.pixels.as_chunks::<COLOURS>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect()
    }

    /// Scales and cuts; only what is in the square is computed.
    pub fn cut(&self, square: Square) -> Self {
        let Square { width, height, left, top, side } = square;
        self.part([width, height], left..left + side, top..top + side)
    }

    /// As it is kept: the shorter side scaled down to `shorter`, never up, and of the longer side at most `longest` times
    /// as much, from the middle.
    pub fn reduced(&self, shorter: usize, longest: usize) -> Self {
        let short = self.width.min(self.height);
        let shorter = shorter.min(short);
        let scaled = |length: usize| (shorter * length / short.max(1)).max(shorter);
        let middle = |length: usize| {
            let kept = length.min(shorter * longest);
            let start = (length - kept) / 2;
            start..start + kept
        };
        let (width, height) = (scaled(self.width), scaled(self.height));
        let (across, down) = (middle(width), middle(height));
        if across.len() == self.width && down.len() == self.height {
            return self.clone();
        }
        self.part([width, height], across, down)
    }

    /// Scaled to this width and height, these columns and rows of it.
    fn part(&self, [width, height]: [usize; 2], across: Range<usize>, down: Range<usize>) -> Self {
        let kept = (across.len(), down.len());
        let columns = Filter::new(self.width, width, across);
        let rows = Filter::new(self.height, height, down);
        let (first, last) = rows.reach();
        // Columns first, rounded to bytes in between, as Pillow does.
        let mut narrow = vec![0_u8; (last - first) * kept.0 * COLOURS];
        let source =
            self.pixels[first * self.width * COLOURS..last * self.width * COLOURS].chunks_exact(self.width * COLOURS);
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
        let mut pixels = Vec::with_capacity(kept.0 * kept.1 * COLOURS);
        let mut sums = vec![0_i32; kept.0 * COLOURS];
        for tap in &rows.taps {
            sums.fill(1 << (BITS - 1));
            let from = narrow[(tap.first - first) * kept.0 * COLOURS..].chunks_exact(kept.0 * COLOURS);
            for (row, &weight) in from.zip(&tap.weights) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += i32::from(*value) * weight);
            }
            pixels.extend(sums.iter().map(|sum| to_byte(*sum)));
        }
        Self { width: kept.0, height: kept.1, pixels }
    }

    /// Network input `[3, height, width]`.
    pub fn normalised(&self, preprocessing: &Preprocessing) -> Vec<f32> {
        let area = self.width * self.height;
        let mut values = vec![0.0; COLOURS * area];
        for (colour, map) in values.chunks_exact_mut(area.max(1)).enumerate() {
            let (mean, deviation) = (preprocessing.mean[colour], preprocessing.deviation[colour]);
            for (value, pixel) in map.iter_mut().zip(self.pixels.as_chunks::<COLOURS>().0) {
                *value = (f32::from(pixel[colour]) / 255.0 - mean) / deviation;
            }
        }
        values
    }
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
