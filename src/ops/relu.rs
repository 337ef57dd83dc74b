use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;

/// Zero in the place of every negative value.
pub fn relu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !x.is_autodiff() {
        return tensor(kernels::relu(values(x)));
    }
    let x = tracked(x);
    let node = x.node();
    let y = kernels::relu(x.into_primitive());
    tracked_tensor(match Relu.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(y.clone(), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct Relu;

impl Backward<OneBackend, 1> for Relu {
    /// Output.
    type State = Values;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<OneBackend>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        gradients.register::<OneBackend>(parent.id, kernels::relu_gradient(ops.state, gradient));
    }
}
