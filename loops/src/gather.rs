//! A whole batch of small pictures as one matrix. Where a map has a few values, a product for each picture would spend
//! its time on what comes before and after it.

use super::convolution::Convolution;

/// `[batch, channels, area]` to `[channels, batch, area]`; with the first two numbers exchanged, back again.
#[inline(never)]
pub fn exchange([batch, channels]: [usize; 2], area: usize, x: &[f32]) -> Vec<f32> {
    let mut y = Vec::with_capacity(x.len());
    for channel in 0..channels {
        for picture in 0..batch {
            y.extend_from_slice(&x[(picture * channels + channel) * area..][..area]);
        }
    }
    y
}

/// For every value of a kernel, a row with the input values it meets in all pictures: `[channels_in, kernel height,
/// kernel width, batch, output height, output width]` from `x`, `[batch, channels_in, height, width]`.
#[inline(never)]
pub fn gather(size: &Convolution, batch: usize, x: &[f32]) -> Vec<f32> {
    let [height, width] = size.input;
    let [down, across] = size.output();
    let mut patches = vec![0.0; size.kernel_len() * batch * down * across];
    let mut rows = patches.chunks_exact_mut(batch * down * across);
    for channel in 0..size.channels_in {
        for ky in 0..size.kernel[0] {
            for kx in 0..size.kernel[1] {
                let Some(row) = rows.next() else { return patches };
                let columns = size.reach(1, kx);
                if columns.is_empty() {
                    continue;
                }
                for y in size.reach(0, ky) {
                    let line = (y * size.stride[0] + ky - size.padding[0]) * width;
                    let first = columns.start * size.stride[1] + kx - size.padding[1];
                    for (picture, map) in row.chunks_exact_mut(down * across).enumerate() {
                        let from = &x[(picture * size.channels_in + channel) * height * width + line..][..width];
                        let to = &mut map[y * across..][columns.clone()];
                        if size.stride[1] == 1 {
                            to.copy_from_slice(&from[first..first + to.len()]);
                        } else {
                            to.iter_mut().zip(from[first..].iter().step_by(size.stride[1])).for_each(|(t, f)| *t = *f);
                        }
                    }
                }
            }
        }
    }
    patches
}

/// The way back: adds what [`gather`] took from every value, `[batch, channels_in, height, width]`.
#[inline(never)]
pub fn scatter(size: &Convolution, batch: usize, patches: &[f32]) -> Vec<f32> {
    let [height, width] = size.input;
    let [down, across] = size.output();
    let mut x = vec![0.0; batch * size.input_len()];
    let mut rows = patches.chunks_exact(batch * down * across);
    for channel in 0..size.channels_in {
        for ky in 0..size.kernel[0] {
            for kx in 0..size.kernel[1] {
                let Some(row) = rows.next() else { return x };
                let columns = size.reach(1, kx);
                if columns.is_empty() {
                    continue;
                }
                for y in size.reach(0, ky) {
                    let line = (y * size.stride[0] + ky - size.padding[0]) * width;
                    let first = columns.start * size.stride[1] + kx - size.padding[1];
                    for (picture, map) in row.chunks_exact(down * across).enumerate() {
                        let to = &mut x[(picture * size.channels_in + channel) * height * width + line..][..width];
                        let from = &map[y * across..][columns.clone()];
                        to[first..].iter_mut().step_by(size.stride[1]).zip(from).for_each(|(t, f)| *t += *f);
                    }
                }
            }
        }
    }
    x
}
