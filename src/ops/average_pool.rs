use super::kernels::{self, OneBackend};
use super::{tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;

/// Mean of every 2x2 values: `[batch, channels, height, width]` to half the height and width, rounded down.
pub fn average_pool_2x2(x: Tensor<4>) -> Tensor<4> {
    let shape = x.dims();
    if !x.is_autodiff() {
        return tensor(kernels::average_pool(values(x), shape));
    }
    let x = tracked(x);
    let node = x.node();
    let y = kernels::average_pool(x.into_primitive(), shape);
    tracked_tensor(match AveragePool.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(shape, y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct AveragePool;

impl Backward<OneBackend, 1> for AveragePool {
    /// Shape of the input.
    type State = [usize; 4];

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<OneBackend>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        gradients.register::<OneBackend>(parent.id, kernels::average_pool_gradient(gradient, ops.state));
    }
}
