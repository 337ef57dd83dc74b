//! A photo as a network's input: the shorter side scaled, the middle cut out, colours normalised.
//!
//! Scaling agrees to the bit with Pillow's bilinear filter on 8-bit pictures (`Image.resize` with antialiasing, which
//! torchvision's `Resize` uses), so that feature maps can be compared with PyTorch's.

use super::Preprocessing;
use std::ops::Range;

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
        let (columns, rows) = (across.len(), down.len());
        let pixels = receptive_loops::scale(&self.pixels, [self.width, self.height], [width, height], across, down);
        Self { width: columns, height: rows, pixels }
    }

    /// Network input `[3, height, width]`.
    pub fn normalised(&self, preprocessing: &Preprocessing) -> Vec<f32> {
        receptive_loops::normalise(&self.pixels, preprocessing.mean, preprocessing.deviation)
    }
}
