use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;

/// A fully connected layer.
///
/// # Shapes
/// - `x`: `[batch, features_in]`
/// - `weight`: `[features_out, features_in]`
/// - `bias`: `[features_out]`
/// - output: `[batch, features_out]`
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    let ([batch, features_in], [features_out, _]) = (x.dims(), weight.dims());
    let size = [batch, features_in, features_out];
    if !x.is_autodiff() {
        return tensor(kernels::linear(size, &values(x), &values(weight), &values(bias)));
    }
    let (x, weight, bias) = (tracked(x), tracked(weight), tracked(bias));
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight) = (kernels::in_rows(x.into_primitive()), kernels::in_rows(weight.into_primitive()));
    let y = kernels::linear(size, &x, &weight, &bias.into_primitive());
    tracked_tensor(match Linear.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((size, x, weight), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct Linear;

impl Backward<OneBackend, 3> for Linear {
    /// Batch, features in and out; input; weights.
    type State = ([usize; 3], Values, Values);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = kernels::in_rows(gradients.consume::<OneBackend>(&ops.node));
        let (size, x, weight) = ops.state;
        let [x_parent, weight_parent, bias_parent] = ops.parents;
        if weight_parent.is_some() || bias_parent.is_some() {
            let (of_weight, of_bias) = kernels::linear_weight_gradients(size, &x, &gradient);
            for (parent, gradient) in [(weight_parent, of_weight), (bias_parent, of_bias)] {
                if let Some(parent) = parent {
                    gradients.register::<OneBackend>(parent.id, gradient);
                }
            }
        }
        if let Some(parent) = x_parent {
            let of_input = kernels::linear_input_gradient(size, &weight, &gradient);
            gradients.register::<OneBackend>(parent.id, of_input);
        }
    }
}
