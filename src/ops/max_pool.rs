use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;
use receptive_loops::Pooling;

/// The largest value of every window: `[batch, channels, height, width]` to the height and width of the output.
///
/// # Panics
/// When the height and width of `x` are not those of `size`.
pub fn max_pool(x: Tensor<4>, size: Pooling) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    assert_eq!([height, width], size.input, "the caller knows the input's size");
    let maps = [batch, channels];
    if !x.is_autodiff() {
        return tensor(kernels::max_pool(&size, maps, values(x)));
    }
    let x = tracked(x);
    let node = x.node();
    let x = kernels::in_rows(x.into_primitive());
    let y = kernels::max_pool(&size, maps, x.clone());
    tracked_tensor(match MaxPool.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((size, maps, x), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct MaxPool;

impl Backward<OneBackend, 1> for MaxPool {
    /// Size, batch and channels, input.
    type State = (Pooling, [usize; 2], Values);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = kernels::in_rows(gradients.consume::<OneBackend>(&ops.node));
        let [Some(parent)] = ops.parents else { return };
        let (size, maps, x) = ops.state;
        gradients.register::<OneBackend>(parent.id, kernels::max_pool_gradient(&size, maps, &x, gradient));
    }
}
