use super::kernels;
use super::{tensor, values};
use burn::tensor::Tensor;

/// One factor and one summand for every channel: `x * scale + shift`, what a batch norm with stored statistics does.
///
/// # Shapes
/// - `x`: `[batch, channels, height, width]`
/// - `scale`, `shift`: `[channels]`
pub fn scale_shift(x: Tensor<4>, scale: Tensor<1>, shift: Tensor<1>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    if x.is_autodiff() {
        return x * scale.reshape([1, channels, 1, 1]) + shift.reshape([1, channels, 1, 1]);
    }
    let shape = [batch, channels, height, width];
    tensor(kernels::scale_shift(values(x), shape, values(scale), values(shift)))
}
