use super::max_pool3::{gradient_of_three, pool_three, side_and_stride, with_constants};
use super::pooling::Pooling;

/// The largest value of every window of every map; padding never wins.
///
/// # Shapes
/// - `x`: `[maps, height, width]`
/// - `y`: `[maps, height, width]` of the output; what stands there is overwritten
#[inline(never)]
pub fn max_pool(size: &Pooling, x: &[f32], y: &mut [f32]) {
    with_constants!(size, pool_three(x, y));
    let Pooling { input: [height, width], output: [out_height, out_width], kernel, stride, padding, .. } = *size;
    // The largest values of the rows of a window, with the padding and what the last window needs beyond it.
    let reach = (out_width - 1) * stride + kernel;
    let mut largest = vec![f32::NEG_INFINITY; reach.max(padding + width)];
    for (map, out) in x.chunks_exact(height * width).zip(y.chunks_exact_mut(out_height * out_width)) {
        for (row, out) in out.chunks_exact_mut(out_width).enumerate() {
            let first = row * stride;
            let rows = first.saturating_sub(padding)..(first + kernel).saturating_sub(padding).min(height);
            let (first, others) = map[rows.start * width..rows.end * width].split_at(width);
            let of_rows = &mut largest[padding..padding + width];
            of_rows.copy_from_slice(first);
            for values in others.chunks_exact(width) {
                of_rows.iter_mut().zip(values).for_each(|(a, b)| *a = larger(*a, *b));
            }
            match (kernel, stride) {
                (2, 2) => across::<2, 2>(&largest, out),
                (3, 1) => across::<3, 1>(&largest, out),
                (3, 2) => across::<3, 2>(&largest, out),
                _ => {
                    for (window, to) in largest.windows(kernel).step_by(stride).zip(out) {
                        *to = window.iter().copied().fold(f32::NEG_INFINITY, larger);
                    }
                }
            }
        }
    }
}

/// The gradient of the input: each output's goes to the first of its window's largest values, as in PyTorch. `of_input`
/// holds zeros.
#[inline(never)]
pub fn max_pool_gradient(size: &Pooling, x: &[f32], gradient: &[f32], of_input: &mut [f32]) {
    with_constants!(size, gradient_of_three(x, gradient, of_input));
    match size.kernel {
        2 => gradient_of::<2>(size, x, gradient, of_input),
        3 => gradient_of::<3>(size, x, gradient, of_input),
        _ => gradient_of::<0>(size, x, gradient, of_input),
    }
}

/// `KERNEL` is the window's side where the compiler is to know it, and 0 elsewhere.
fn gradient_of<const KERNEL: usize>(size: &Pooling, x: &[f32], gradient: &[f32], of_input: &mut [f32]) {
    let Pooling { input: [height, width], output: [out_height, out_width], stride, padding, .. } = *size;
    let kernel = if KERNEL == 0 { size.kernel } else { KERNEL };
    let reach = (out_width - 1) * stride + kernel;
    let mut padded = vec![f32::NEG_INFINITY; reach.max(padding + width)];
    // For each row of the map and each window along it, the first of the largest values and its column.
    let mut largest = vec![(0.0, 0); height * out_width];
    let maps = x.chunks_exact(height * width).zip(of_input.chunks_exact_mut(height * width));
    for ((x, of_input), gradient) in maps.zip(gradient.chunks_exact(out_height * out_width)) {
        for (row, largest) in x.chunks_exact(width).zip(largest.chunks_exact_mut(out_width)) {
            padded[padding..padding + width].copy_from_slice(row);
            for (window, largest) in padded.windows(kernel).step_by(stride).zip(largest) {
                let mut best = (window[0], 0);
                for (place, &value) in window[..kernel].iter().enumerate().skip(1) {
                    best = if value > best.0 { (value, place) } else { best };
                }
                *largest = best;
            }
        }
        for (place, gradient) in gradient.iter().enumerate() {
            let (row, column) = (place / out_width, place % out_width);
            let first = row * stride;
            let rows = first.saturating_sub(padding)..(first + kernel).saturating_sub(padding).min(height);
            let mut best = (largest[rows.start * out_width + column], rows.start);
            for row in rows.start + 1..rows.end {
                let other = largest[row * out_width + column];
                best = if other.0 > best.0.0 { (other, row) } else { best };
            }
            let ((_, offset), row) = best;
            // What is no number is larger than nothing: then it may be the padding.
            let column = (column * stride + offset).checked_sub(padding).filter(|column| *column < width);
            if let Some(column) = column {
                of_input[row * width + column] += gradient;
            }
        }
    }
}

/// The windows of a row, with sizes that the compiler knows.
fn across<const KERNEL: usize, const STRIDE: usize>(row: &[f32], out: &mut [f32]) {
    for (window, to) in row.windows(KERNEL).step_by(STRIDE).zip(out) {
        *to = window[1..].iter().fold(window[0], |a, b| larger(a, *b));
    }
}

/// A comparison that the compiler turns into one SIMD instruction; a value that is no number stays.
#[inline(always)]
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a < b || b.is_nan() { b } else { a }
}
