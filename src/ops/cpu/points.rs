//! Convolutions of a batch by Winograd's fewer multiplications, and their gradients: some pictures at a time, a matrix
//! product at every point of a tile.

use super::{OneBackend, Values, in_rows, new_values, slice};
use burn::backend::ops::FloatTensorOps;
use receptive_loops::{
    Convolution, TILE_POINTS, columns, gradient_at_points, has_points, kernel_gradient, maps_of_points,
    points_of_kernels, points_of_maps, turned,
};

/// Points of input and output that are there at a time hold about this many values: 8 MB.
const VALUES: usize = 1 << 21;
/// Pictures whose places share a register.
const TOGETHER: usize = 4;
/// Values of a map: of smaller ones a tile would be mostly padding, and larger ones are as fast one by one.
const AREA: std::ops::RangeInclusive<usize> = 5..=256;

/// Whether a batch is computed so. With few channels the transforms take longer than the products.
pub fn is_worth_points(size: &Convolution, batch: usize) -> bool {
    batch > 1 && has_points(size) && AREA.contains(&size.area()) && size.channels_in >= 8 && size.channels_out >= 8
}

pub fn convolve_points(size: &Convolution, x: &Values, weight: &Values, bias: Option<&Values>) -> Values {
    let kernels = kernels([size.channels_out, size.channels_in], points_of_kernels(size, slice(weight)));
    forward(size, [size.channels_in, size.channels_out], kernels, slice(x), bias.map(slice))
}

/// A convolution with the kernels turned by half a circle, from the output's channels to the input's.
pub fn input_gradient_points(size: &Convolution, weight: &Values, gradient: &Values) -> Values {
    let turned = turned(size.channels_out, size.channels_in, size.kernel, slice(weight));
    let kernels = kernels([size.channels_in, size.channels_out], points_of_kernels(size, &turned));
    forward(size, [size.channels_out, size.channels_in], kernels, slice(gradient), None)
}

pub fn weight_gradient_points(size: &Convolution, x: &Values, gradient: &Values) -> Values {
    let pictures = at_a_time(size);
    let mut sum: Option<Values> = None;
    let xs = slice(x).chunks(pictures * size.input_len());
    for (x, gradient) in xs.zip(slice(gradient).chunks(pictures * size.output_len())) {
        let columns = columns(size, x.len() / size.input_len());
        let input = points_of_maps(size, size.channels_in, x);
        let input = new_values(input, [TILE_POINTS, size.channels_in, columns]);
        let output = new_values(gradient_at_points(size, gradient), [TILE_POINTS, size.channels_out, columns]);
        let product = OneBackend::float_matmul(output, input.transpose(1, 2));
        sum = Some(match sum {
            Some(sum) => OneBackend::float_add(sum, product),
            None => product,
        });
    }
    let shape = [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]];
    match sum {
        Some(sum) => new_values(kernel_gradient(size, slice(&in_rows(sum))), shape),
        None => new_values(vec![0.0; shape.iter().product()], shape),
    }
}

/// From the first number of channels to the second.
fn forward(size: &Convolution, [from, to]: [usize; 2], kernels: Values, x: &[f32], bias: Option<&[f32]>) -> Values {
    let [height, width] = size.input;
    let area = height * width;
    let batch = x.len() / (from * area);
    let mut y = vec![0.0; batch * to * area];
    let pictures = at_a_time(size);
    for (x, y) in x.chunks(pictures * from * area).zip(y.chunks_mut(pictures * to * area)) {
        let columns = columns(size, x.len() / (from * area));
        let input = new_values(points_of_maps(size, from, x), [TILE_POINTS, from, columns]);
        let output = in_rows(OneBackend::float_matmul(kernels.clone(), input));
        maps_of_points(size, to, slice(&output), bias, y);
    }
    new_values(y, [batch, to, height, width])
}

fn kernels([out, channels_in]: [usize; 2], points: Vec<f32>) -> Values {
    new_values(points, [TILE_POINTS, out, channels_in])
}

fn at_a_time(size: &Convolution) -> usize {
    let of_four = columns(size, TOGETHER) * TILE_POINTS * (size.channels_in + size.channels_out);
    (VALUES / of_four).max(1) * TOGETHER
}
