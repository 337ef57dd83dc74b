//! Operations of a network that take most of a training step, written for small pictures.
//!
//! Each is a forward pass and its gradient, registered with Burn's tape like any operation of Burn itself:
//! [`conv2d`](conv2d()), [`linear`](linear()), [`tanh`](tanh()) and [`average_pool_2x2`] say what is computed,
//! `cpu/` and `gpu/` how. The tests compare every one with Burn's own, and the whole network with PyTorch.

mod adam;
mod average_pool;
mod batch_norm;
mod conv2d;
mod convolve;
#[cfg(not(feature = "gpu"))]
mod cpu;
#[cfg(feature = "gpu")]
mod gpu;
mod linear;
mod max_pool;
mod relu;
mod scale_shift;
mod tanh;

pub use adam::adam;
pub use average_pool::average_pool_2x2;
pub use batch_norm::batch_norm;
pub use conv2d::conv2d;
pub use convolve::convolve;
pub use linear::linear;
pub use max_pool::max_pool;
pub use receptive_loops::{Adam, Pooling};
pub use relu::relu;
pub use scale_shift::scale_shift;
pub use tanh::tanh;

#[cfg(not(feature = "gpu"))]
use cpu as kernels;
#[cfg(feature = "gpu")]
use gpu as kernels;

use burn::backend::{autodiff::Autodiff, tensor::FloatTensor};
use burn::tensor::Tensor;
use kernels::OneBackend;

/// A tensor where its backend keeps it.
type Values = FloatTensor<OneBackend>;
/// The same, on the tape.
type TrackedValues = FloatTensor<Autodiff<OneBackend>>;

fn values<const D: usize>(x: Tensor<D>) -> Values {
    x.try_into_primitive::<OneBackend>().expect("a build has one backend only")
}

fn tracked<const D: usize>(x: Tensor<D>) -> TrackedValues {
    x.try_into_primitive::<Autodiff<OneBackend>>().expect("a build has one backend only")
}

fn tensor<const D: usize>(x: Values) -> Tensor<D> {
    Tensor::from_primitive::<OneBackend>(x)
}

fn tracked_tensor<const D: usize>(x: TrackedValues) -> Tensor<D> {
    Tensor::from_primitive::<Autodiff<OneBackend>>(x)
}
