use super::mnist::{PIXELS, SIDE};
use super::{DataError, Problem};

/// The longer side of a digit's ink in MNIST.
const BOX: usize = 20;
const MAX_SIDE: usize = 4096;

/// A drawing as MNIST's makers would have filed it: the ink scaled (antialiased, aspect kept) to fit 20x20, and
/// placed in 28x28 so that its centre of mass is in the middle. `None` when nothing is drawn.
///
/// - `pixels`: `[side, side]`, 0 (paper) to 255 (ink)
/// - result: `[28, 28]`, the same
///
/// # Errors
/// When `pixels` is not `side` x `side`, or `side` above 4,096.
pub fn from_drawing(pixels: &[u8], side: usize) -> Result<Option<Vec<u8>>, DataError> {
    if side > MAX_SIDE || pixels.len() != side * side {
        return Err(DataError::new("the drawing", 0, Problem::BadDrawing { side, got: pixels.len() }));
    }
    let Some((rows, columns)) = bounds(pixels, side) else { return Ok(None) };
    let longer = rows.len().max(columns.len());
    let fit = |length: usize| ((length * BOX + longer / 2) / longer).max(1);
    let (height, width) = (fit(rows.len()), fit(columns.len()));
    let ink: Vec<f32> =
        rows.flat_map(|y| shrink(pixels[y * side..][columns.clone()].iter().map(|&v| f32::from(v)), width)).collect();
    let ink: Vec<Vec<f32>> = (0..width).map(|x| shrink(ink[x..].iter().step_by(width).copied(), height)).collect();

    let mass: f32 = ink.iter().flatten().sum();
    let place = |weighted: f32, room: usize| {
        // The middle is pixel 14, and half a pixel is rounded down: so 59,997 of the 60,000 training images lie.
        let offset = (SIDE / 2) as f32 - weighted / mass;
        ((offset - 0.5).ceil().max(0.0) as usize).min(SIDE - room)
    };
    let left = place(ink.iter().enumerate().map(|(x, column)| x as f32 * column.iter().sum::<f32>()).sum(), width);
    let top = place(ink.iter().flat_map(|column| column.iter().enumerate().map(|(y, v)| y as f32 * v)).sum(), height);
    let mut digit = vec![0; PIXELS];
    for (x, column) in ink.iter().enumerate() {
        for (y, value) in column.iter().enumerate() {
            digit[(top + y) * SIDE + left + x] = value.round() as u8;
        }
    }
    Ok(Some(digit))
}

/// Rows and columns that hold the ink.
fn bounds(pixels: &[u8], side: usize) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let (mut top, mut bottom, mut left, mut right) = (side, 0, side, 0);
    for (i, _) in pixels.iter().enumerate().filter(|(_, v)| **v > 0) {
        let (y, x) = (i / side, i % side);
        (top, bottom, left, right) = (top.min(y), bottom.max(y + 1), left.min(x), right.max(x + 1));
    }
    (top < bottom).then_some((top..bottom, left..right))
}

/// Averages a line over `to` equal parts; a pixel on the border of two counts for both by its share.
fn shrink(line: impl ExactSizeIterator<Item = f32>, to: usize) -> Vec<f32> {
    let mut out = vec![0.0; to];
    let step = to as f32 / line.len() as f32;
    for (i, value) in line.enumerate() {
        let (from, end) = (i as f32 * step, (i + 1) as f32 * step);
        for (j, out) in out.iter_mut().enumerate().skip(from as usize).take(end.ceil() as usize - from as usize) {
            *out += value * (end.min(j as f32 + 1.0) - from.max(j as f32)).max(0.0);
        }
    }
    out
}
