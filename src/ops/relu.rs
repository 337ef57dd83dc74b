use super::kernels;
use super::{tensor, values};
use burn::tensor::{Tensor, activation};

/// Zero in the place of every negative value.
pub fn relu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // On the tape Burn's own, which has a gradient; off it in place.
    if x.is_autodiff() { activation::relu(x) } else { tensor(kernels::relu(values(x))) }
}
