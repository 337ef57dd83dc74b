use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;
use receptive_loops::Size;

/// Convolution with stride 1 and no padding.
///
/// # Shapes
/// - `x`: `[batch, channels_in, height, width]`
/// - `weight`: `[channels_out, channels_in, kernel height, kernel width]`
/// - `bias`: `[channels_out]`
/// - output: `[batch, channels_out, height + 1 - kernel height, width + 1 - kernel width]`
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    let ([batch, channels_in, height, width], [channels_out, _, kernel_height, kernel_width]) =
        (x.dims(), weight.dims());
    let size = Size { channels_in, channels_out, input: [height, width], kernel: [kernel_height, kernel_width] };
    if !x.is_autodiff() {
        return tensor(kernels::conv2d(size, batch, &values(x), &values(weight), &values(bias)));
    }
    let (x, weight, bias) = (tracked(x), tracked(weight), tracked(bias));
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight) = (kernels::in_rows(x.into_primitive()), kernels::in_rows(weight.into_primitive()));
    let y = kernels::conv2d(size, batch, &x, &weight, &bias.into_primitive());
    tracked_tensor(match Conv2d.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((size, batch, x, weight), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct Conv2d;

impl Backward<OneBackend, 3> for Conv2d {
    /// Size, batch, input, weights.
    type State = (Size, usize, Values, Values);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = kernels::in_rows(gradients.consume::<OneBackend>(&ops.node));
        let (size, batch, x, weight) = ops.state;
        let [x_parent, weight_parent, bias_parent] = ops.parents;
        if weight_parent.is_some() || bias_parent.is_some() {
            let (of_weight, of_bias) = kernels::conv2d_weight_gradients(size, batch, &x, &gradient);
            for (parent, gradient) in [(weight_parent, of_weight), (bias_parent, of_bias)] {
                if let Some(parent) = parent {
                    gradients.register::<OneBackend>(parent.id, gradient);
                }
            }
        }
        if let Some(parent) = x_parent {
            let of_input = kernels::conv2d_input_gradient(size, batch, &weight, &gradient);
            gradients.register::<OneBackend>(parent.id, of_input);
        }
    }
}
