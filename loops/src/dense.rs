//! A convolution of tiny pictures as one fully connected layer: where a map has no more values than the kernel, that is
//! less work than patches, most of which would be padding.

use super::convolution::Convolution;

/// The matrix that a convolution is: `[channels_out, output height, output width, channels_in, height, width]` from the
/// kernels, `[channels_out, channels_in, kernel height, kernel width]`.
#[inline(never)]
pub fn spread(size: &Convolution, weight: &[f32]) -> Vec<f32> {
    let mut matrix = vec![0.0; size.output_len() * size.input_len()];
    for_each_row(size, |row, kernels, pairs| {
        let (area, length) = (pairs.area, pairs.length);
        let maps = matrix[row].chunks_exact_mut(area).zip(weight[kernels].chunks_exact(length));
        for (map, kernel) in maps {
            pairs.all.iter().for_each(|&(in_kernel, in_map)| map[in_map] = kernel[in_kernel]);
        }
    });
    matrix
}

/// The way back: for every value of a kernel the sum of those it was spread to.
#[inline(never)]
pub fn collect(size: &Convolution, matrix: &[f32]) -> Vec<f32> {
    let mut weight = vec![0.0; size.channels_out * size.kernel_len()];
    for_each_row(size, |row, kernels, pairs| {
        let (area, length) = (pairs.area, pairs.length);
        let maps = matrix[row].chunks_exact(area).zip(weight[kernels].chunks_exact_mut(length));
        for (map, kernel) in maps {
            pairs.all.iter().for_each(|&(in_kernel, in_map)| kernel[in_kernel] += map[in_map]);
        }
    });
    weight
}

/// Which value of a kernel meets which value of a map, for one place of the output.
struct Pairs {
    /// Values in a map, and in a kernel.
    area: usize,
    length: usize,
    all: Vec<(usize, usize)>,
}

/// Calls `f` for every row of the matrix, with its places there, those of its kernels, and what meets what.
#[inline(always)]
fn for_each_row(size: &Convolution, mut f: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>, &Pairs)) {
    let [height, width] = size.input;
    let [_, across] = size.output();
    let (row_length, kernels_length) = (size.input_len(), size.kernel_len());
    for place in 0..size.area() {
        let (y, x) = (place / across, place % across);
        let meets = |axis: usize, k: usize, at: usize, end: usize| {
            (at * size.stride[axis] + k).checked_sub(size.padding[axis]).filter(|place| *place < end)
        };
        let mut all = Vec::new();
        for ky in 0..size.kernel[0] {
            for kx in 0..size.kernel[1] {
                if let (Some(y), Some(x)) = (meets(0, ky, y, height), meets(1, kx, x, width)) {
                    all.push((ky * size.kernel[1] + kx, y * width + x));
                }
            }
        }
        let pairs = Pairs { area: height * width, length: size.kernel[0] * size.kernel[1], all };
        for channel in 0..size.channels_out {
            let row = channel * size.area() + place;
            let kernels = channel * kernels_length..(channel + 1) * kernels_length;
            f(row * row_length..(row + 1) * row_length, kernels, &pairs);
        }
    }
}
