//! Convolutions of tiny pictures, and their gradients, as fully connected layers: the batch stays as it is.

use super::{OneBackend, Values, in_rows, new_values, slice};
use burn::backend::ops::FloatTensorOps;
use receptive_loops::{Convolution, collect, spread};

/// Where this is less work than patches, and the matrix stays small.
pub fn is_tiny(size: &Convolution, batch: usize) -> bool {
    let area = size.input[0] * size.input[1];
    let [rows, columns] = size.cropped().0.kernel;
    batch > 1 && area <= rows * columns && area * size.area() <= 256
}

pub fn convolve_dense(size: &Convolution, batch: usize, x: &Values, weight: &Values, bias: Option<&Values>) -> Values {
    let x = new_shape(x, [batch, size.input_len()]);
    let mut y = in_rows(OneBackend::float_matmul(x, matrix(size, weight).transpose(0, 1)));
    if let Some(bias) = bias {
        receptive_loops::add_to_maps(y.storage_mut(), size.area(), slice(bias));
    }
    let [height, width] = size.output();
    OneBackend::float_reshape(y, [batch, size.channels_out, height, width].into())
}

pub fn input_gradient_dense(size: &Convolution, batch: usize, weight: &Values, gradient: &Values) -> Values {
    let gradient = new_shape(gradient, [batch, size.output_len()]);
    let x = OneBackend::float_matmul(gradient, matrix(size, weight));
    OneBackend::float_reshape(x, [batch, size.channels_in, size.input[0], size.input[1]].into())
}

pub fn weight_gradient_dense(size: &Convolution, batch: usize, x: &Values, gradient: &Values) -> Values {
    let gradient = new_shape(gradient, [batch, size.output_len()]);
    let product = OneBackend::float_matmul(gradient.transpose(0, 1), new_shape(x, [batch, size.input_len()]));
    let shape = [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]];
    new_values(collect(size, slice(&in_rows(product))), shape)
}

/// `[output_len, input_len]`
fn matrix(size: &Convolution, weight: &Values) -> Values {
    let shape = [size.output_len(), size.input_len()];
    // A kernel of one value on a map of one value is spread to one place.
    if size.kernel == [1, 1] && size.input == [1, 1] {
        return new_shape(weight, shape);
    }
    new_values(spread(size, slice(weight)), shape)
}

fn new_shape(x: &Values, shape: [usize; 2]) -> Values {
    OneBackend::float_reshape(x.clone(), shape.into())
}
