//! A whole batch of small pictures as one matrix. Where a map has a few values, a product for each picture would spend
//! its time on what comes before and after it.

use super::convolution::Convolution;
use std::ops::Range;

/// `[batch, channels, area]` to `[channels, batch, area]`; with the first two numbers exchanged, back again.
#[inline(never)]
pub fn exchange(numbers: [usize; 2], area: usize, x: &[f32]) -> Vec<f32> {
    // Copies of a length that the compiler knows are a few instructions, others a call each.
    match area {
        1 => exchange_of::<1>(numbers, x),
        4 => exchange_of::<4>(numbers, x),
        16 => exchange_of::<16>(numbers, x),
        64 => exchange_of::<64>(numbers, x),
        256 => exchange_of::<256>(numbers, x),
        _ => {
            let [batch, channels] = numbers;
            let mut y = Vec::with_capacity(x.len());
            for channel in 0..channels {
                let maps = (0..batch).map(|picture| (picture * channels + channel) * area);
                maps.for_each(|start| y.extend_from_slice(&x[start..start + area]));
            }
            y
        }
    }
}

fn exchange_of<const AREA: usize>([batch, channels]: [usize; 2], x: &[f32]) -> Vec<f32> {
    let (maps, _) = x.as_chunks::<AREA>();
    let mut y = vec![[0.0; AREA]; maps.len()];
    for (channel, y) in y.chunks_exact_mut(batch.max(1)).enumerate() {
        for (picture, y) in y.iter_mut().enumerate() {
            *y = maps[picture * channels + channel];
        }
    }
    y.into_flattened()
}

/// For every value of a kernel, a row with the input values it meets in all pictures: `[channels_in, kernel height,
/// kernel width, batch, output height, output width]` from `x`, `[batch, channels_in, height, width]`.
#[inline(never)]
pub fn gather(size: &Convolution, batch: usize, x: &[f32]) -> Vec<f32> {
    let mut patches = vec![0.0; size.kernel_len() * batch * size.area()];
    for_each_line(size, batch, |line, first| {
        let from = x[first..].iter().step_by(size.stride[1]);
        patches[line].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    });
    patches
}

/// The way back: adds what [`gather`] took from every value, `[batch, channels_in, height, width]`.
#[inline(never)]
pub fn scatter(size: &Convolution, batch: usize, patches: &[f32]) -> Vec<f32> {
    let mut x = vec![0.0; batch * size.input_len()];
    for_each_line(size, batch, |line, first| {
        let to = x[first..].iter_mut().step_by(size.stride[1]);
        to.zip(&patches[line]).for_each(|(to, from)| *to += *from);
    });
    x
}

/// Calls `f` for every line of an output in the patches of one value of a kernel, with its places among the patches
/// and the place of its first value among the inputs; the others are as far apart as the stride.
#[inline(always)]
fn for_each_line(size: &Convolution, batch: usize, mut f: impl FnMut(Range<usize>, usize)) {
    let [height, width] = size.input;
    let [_, across] = size.output();
    let area = size.area();
    let mut row = 0;
    for channel in 0..size.channels_in {
        for ky in 0..size.kernel[0] {
            for kx in 0..size.kernel[1] {
                let columns = size.reach(1, kx);
                if !columns.is_empty() {
                    let column = columns.start * size.stride[1] + kx - size.padding[1];
                    for y in size.reach(0, ky) {
                        let first = (y * size.stride[0] + ky - size.padding[0]) * width + column;
                        for picture in 0..batch {
                            let start = (row * batch + picture) * area + y * across;
                            let map = (picture * size.channels_in + channel) * height * width;
                            f(start + columns.start..start + columns.end, map + first);
                        }
                    }
                }
                row += 1;
            }
        }
    }
}
