use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;

/// Batch norm with the statistics of the batch (Ioffe and Szegedy, 2015): of every channel, over all pictures and places,
/// `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
///
/// Returns the output, the means and the variances, which are divided by the number of values. The latter two are not
/// tracked.
///
/// # Shapes
/// - `x` and the output: `[batch, channels, height, width]`
/// - `weight`, `bias`, means and variances: `[channels]`
pub fn batch_norm(x: Tensor<4>, weight: Tensor<1>, bias: Tensor<1>, epsilon: f64) -> (Tensor<4>, Tensor<1>, Tensor<1>) {
    let shape = x.dims();
    if !x.is_autodiff() {
        let [y, mean, variance] = kernels::batch_norm(&values(x), shape, &values(weight), &values(bias), epsilon);
        return (tensor(y), tensor(mean), tensor(variance));
    }
    let (x, weight, bias) = (tracked(x), tracked(weight), tracked(bias));
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight) = (kernels::in_rows(x.into_primitive()), weight.into_primitive());
    let [y, mean, variance] = kernels::batch_norm(&x, shape, &weight, &bias.into_primitive(), epsilon);
    let statistics = [mean.clone(), variance.clone()];
    let y = match BatchNorm.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((shape, epsilon, x, weight, statistics), y),
        OpsKind::UnTracked(step) => step.finish(y),
    };
    (tracked_tensor(y), tensor(mean), tensor(variance))
}

#[derive(Debug)]
struct BatchNorm;

impl Backward<OneBackend, 3> for BatchNorm {
    /// Shape, epsilon, input, weights, means and variances.
    type State = ([usize; 4], f64, Values, Values, [Values; 2]);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<OneBackend>(&ops.node);
        let (shape, epsilon, x, weight, statistics) = ops.state;
        let of_all = kernels::batch_norm_gradients(&x, shape, &weight, &statistics, epsilon, gradient);
        for (parent, gradient) in ops.parents.into_iter().zip(of_all) {
            if let Some(parent) = parent {
                gradients.register::<OneBackend>(parent.id, gradient);
            }
        }
    }
}
