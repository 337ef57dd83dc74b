//! On the CPU: plain loops over slices.

mod average_pool;
mod conv2d;
mod correlate;
mod tanh;

pub use average_pool::average_pool_2x2;
pub use conv2d::conv2d;
pub use tanh::tanh;

use burn::backend::ops::FloatTensorOps;
use burn::backend::{Flex, autodiff::Autodiff, tensor::FloatTensor};
use burn::tensor::{Tensor, TensorData};

/// A tensor's values in the memory of the CPU.
type Values = FloatTensor<Flex>;
/// The same, on the tape.
type TrackedValues = FloatTensor<Autodiff<Flex>>;

/// Values without a history; they are those of a CPU tensor, because this code is built with no other backend.
fn values<const D: usize>(x: Tensor<D>) -> Values {
    x.try_into_primitive::<Flex>().expect("the CPU is the only backend in this build")
}

/// As [`values`], of a tensor on the tape.
fn tracked<const D: usize>(x: Tensor<D>) -> TrackedValues {
    x.try_into_primitive::<Autodiff<Flex>>().expect("the CPU is the only backend in this build")
}

fn new_values<const D: usize>(data: Vec<f32>, shape: [usize; D]) -> Values {
    Flex::float_from_data(TensorData::new(data, shape), &Default::default())
}

/// The same values in row-major order with nothing around them, copied only where they are not so already.
fn in_rows(x: Values) -> Values {
    let is_whole = x.as_slice::<f32>().is_some_and(|values| values.len() == x.storage::<f32>().len());
    if is_whole { x } else { x.to_contiguous() }
}
