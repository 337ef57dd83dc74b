use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;

/// `tanh` of every value.
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !x.is_autodiff() {
        return tensor(kernels::tanh(values(x)));
    }
    let x = tracked(x);
    let node = x.node();
    let y = kernels::tanh(x.into_primitive());
    tracked_tensor(match Tanh.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(y.clone(), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct Tanh;

impl Backward<OneBackend, 1> for Tanh {
    /// The output.
    type State = Values;

    fn backward(self, ops: Ops<Values, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<OneBackend>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        gradients.register::<OneBackend>(parent.id, kernels::tanh_gradient(ops.state, gradient));
    }
}
