use super::pooling::Pooling;

/// The largest value of every window of every map; padding never wins.
///
/// # Shapes
/// - `x`: `[maps, height, width]`
/// - `y`: `[maps, height, width]` of the output; what stands there is overwritten
#[inline(never)]
pub fn max_pool(size: &Pooling, x: &[f32], y: &mut [f32]) {
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
    let ([height, width], [out_height, out_width]) = (size.input, size.output);
    let maps = x.chunks_exact(height * width).zip(of_input.chunks_exact_mut(height * width));
    for ((x, of_input), gradient) in maps.zip(gradient.chunks_exact(out_height * out_width)) {
        for (place, gradient) in gradient.iter().enumerate() {
            let window = |at: usize, axis: usize| {
                let begin = at * size.stride;
                let end = (begin + size.kernel).saturating_sub(size.padding).min(size.input[axis]);
                begin.saturating_sub(size.padding)..end
            };
            let columns = window(place % out_width, 1);
            let places = window(place / out_width, 0).flat_map(|y| columns.clone().map(move |x| y * width + x));
            let largest = places.reduce(|best, other| if x[other] > x[best] { other } else { best });
            if let Some(largest) = largest {
                of_input[largest] += gradient;
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
fn larger(a: f32, b: f32) -> f32 {
    if a < b || b.is_nan() { b } else { a }
}
