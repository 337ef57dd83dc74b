//! On the CPU: the loops of `loops/` over the slices of tensors; matrix products by the crate Burn itself uses.

mod adam;
mod average_pool;
mod batch_norm;
mod conv2d;
mod convolve;
mod dense;
mod linear;
mod max_pool;
mod points;
mod relu;
mod scale_shift;
mod tanh;
mod together;

pub use adam::adam;
pub use average_pool::{average_pool, average_pool_gradient};
pub use batch_norm::{batch_norm, batch_norm_gradients};
pub use conv2d::{conv2d, conv2d_input_gradient, conv2d_weight_gradients};
pub use convolve::{convolve, convolve_bias_gradient, convolve_input_gradient, convolve_weight_gradient};
pub use linear::{linear, linear_input_gradient, linear_weight_gradients};
pub use max_pool::{max_pool, max_pool_gradient};
pub use relu::{relu, relu_gradient};
pub use scale_shift::scale_shift;
pub use tanh::{tanh, tanh_gradient};

use super::Values;
use burn::backend::{Flex, ops::FloatTensorOps};
use burn::tensor::TensorData;

/// The backend of this build.
pub type OneBackend = Flex;

fn new_values<const D: usize>(data: Vec<f32>, shape: [usize; D]) -> Values {
    Flex::float_from_data(TensorData::new(data, shape), &Default::default())
}

/// The same values in row-major order with nothing around them, copied only where they are not so already.
pub fn in_rows(x: Values) -> Values {
    let is_whole = x.as_slice::<f32>().is_some_and(|values| values.len() == x.storage::<f32>().len());
    if is_whole { x } else { x.to_contiguous() }
}

/// The values of a tensor in row-major order.
fn slice(x: &Values) -> &[f32] {
    x.as_slice().expect("the caller put the tensor in rows")
}
