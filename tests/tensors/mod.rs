//! Tensors on the CPU, for tests of operations.

use burn::tensor::{Device, Distribution, Tensor};
use futures_lite::future::block_on;
use receptive::train::read;

pub fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    let x = if x.is_autodiff() { x.inner() } else { x };
    block_on(read(x)).expect("the CPU is never lost")
}

pub fn random<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), &Device::flex())
}

pub fn leaf<const D: usize>(x: &Tensor<D>) -> Tensor<D> {
    x.clone().autodiff().require_grad()
}
