//! Batch norm with the statistics of the batch, and its gradients (Ioffe and Szegedy, 2015).
//!
//! `x` and everything like it is `[batch, channels, area]`; `channels` is the length of the vectors.

use super::sums::sum_of;

/// Mean and variance of every channel; the variance is divided by the number of values.
#[inline(never)]
pub fn moments(x: &[f32], area: usize, mean: &mut [f32], variance: &mut [f32]) {
    let channels = mean.len();
    let count = (x.len() / channels.max(1)) as f64;
    let mut sums = vec![0.0_f64; channels];
    for_each_map(x, area, channels, |channel, map| sums[channel] += f64::from(sum_of(map)));
    mean.iter_mut().zip(&sums).for_each(|(mean, sum)| *mean = (sum / count) as f32);
    sums.fill(0.0);
    // A second time over the values: the difference of two large numbers would not be exact.
    for_each_map(x, area, channels, |channel, map| sums[channel] += f64::from(sum_of_squares(map, mean[channel])));
    variance.iter_mut().zip(&sums).for_each(|(variance, sum)| *variance = (sum / count) as f32);
}

/// `(x - mean) * scale + bias`, in `y`.
#[inline(never)]
pub fn normed(x: &[f32], area: usize, mean: &[f32], scale: &[f32], bias: &[f32], y: &mut [f32]) {
    let channels = mean.len();
    let maps = x.chunks_exact(area).zip(y.chunks_exact_mut(area)).enumerate();
    for (place, (x, y)) in maps {
        let channel = place % channels;
        let (mean, scale, bias) = (mean[channel], scale[channel], bias[channel]);
        y.iter_mut().zip(x).for_each(|(y, x)| *y = (x - mean) * scale + bias);
    }
}

/// For every channel the sum of the gradients, and that of each times how far its value is from the mean.
#[inline(never)]
pub fn norm_sums(
    x: &[f32],
    gradient: &[f32],
    area: usize,
    mean: &[f32],
    of_gradient: &mut [f32],
    of_product: &mut [f32],
) {
    let channels = mean.len();
    let mut sums = vec![[0.0_f64; 2]; channels];
    for (place, (x, gradient)) in x.chunks_exact(area).zip(gradient.chunks_exact(area)).enumerate() {
        let channel = place % channels;
        let [of_gradient, of_product] = &mut sums[channel];
        *of_gradient += f64::from(sum_of(gradient));
        *of_product += f64::from(sum_of_products(x, gradient, mean[channel]));
    }
    for (channel, [gradient, product]) in sums.into_iter().enumerate() {
        of_gradient[channel] = gradient as f32;
        of_product[channel] = product as f32;
    }
}

/// The gradient of the input in the place of the output's: `gradient * a + (x - mean) * b + c` with numbers of its
/// channel.
#[inline(never)]
pub fn norm_gradient(x: &[f32], area: usize, mean: &[f32], [a, b, c]: [&[f32]; 3], gradient: &mut [f32]) {
    let channels = mean.len();
    for (place, (x, gradient)) in x.chunks_exact(area).zip(gradient.chunks_exact_mut(area)).enumerate() {
        let channel = place % channels;
        let (mean, a, b, c) = (mean[channel], a[channel], b[channel], c[channel]);
        gradient.iter_mut().zip(x).for_each(|(gradient, x)| *gradient = *gradient * a + (x - mean) * b + c);
    }
}

#[inline(always)]
fn for_each_map(x: &[f32], area: usize, channels: usize, mut f: impl FnMut(usize, &[f32])) {
    x.chunks_exact(area).enumerate().for_each(|(place, map)| f(place % channels, map));
}

fn sum_of_squares(values: &[f32], mean: f32) -> f32 {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut parts = [0.0; 8];
    for block in blocks {
        parts.iter_mut().zip(block).for_each(|(part, value)| *part += (value - mean) * (value - mean));
    }
    parts.iter().sum::<f32>() + rest.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>()
}

fn sum_of_products(x: &[f32], gradient: &[f32], mean: f32) -> f32 {
    let ((x, x_rest), (gradient, rest)) = (x.as_chunks::<8>(), gradient.as_chunks::<8>());
    let mut parts = [0.0; 8];
    for (x, gradient) in x.iter().zip(gradient) {
        parts.iter_mut().zip(x.iter().zip(gradient)).for_each(|(part, (x, gradient))| *part += (x - mean) * gradient);
    }
    let rest: f32 = x_rest.iter().zip(rest).map(|(x, gradient)| (x - mean) * gradient).sum();
    parts.iter().sum::<f32>() + rest
}
