use super::kernels::{self, OneBackend};
use super::{Values, tensor, tracked, tracked_tensor, values};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;
use receptive_loops::Convolution;

/// Convolution of any kernel, stride and padding, for large networks; [`super::conv2d()`] is for small pictures.
///
/// # Shapes
/// - `x`: `[batch, channels_in, height, width]`
/// - `weight`: `[channels_out, channels_in, kernel height, kernel width]`
/// - `bias`: `[channels_out]`
/// - output: `[batch, channels_out, (height + 2 padding - kernel height) / stride + 1, ..]`
pub fn convolve(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: [usize; 2],
    padding: [usize; 2],
) -> Tensor<4> {
    let ([batch, channels_in, height, width], [channels_out, _, kernel_height, kernel_width]) =
        (x.dims(), weight.dims());
    let (input, kernel) = ([height, width], [kernel_height, kernel_width]);
    let size = Convolution { channels_in, channels_out, input, kernel, stride, padding };
    if !x.is_autodiff() {
        return tensor(kernels::convolve(&size, batch, &values(x), &values(weight), bias.map(values).as_ref()));
    }
    // Where there is no bias, one of zeros that asks for no gradient keeps the tape's operation the same.
    let bias = bias.unwrap_or_else(|| Tensor::zeros([channels_out], &x.clone().inner().device()).autodiff());
    let (x, weight, bias) = (tracked(x), tracked(weight), tracked(bias));
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight) = (kernels::in_rows(x.into_primitive()), kernels::in_rows(weight.into_primitive()));
    let y = kernels::convolve(&size, batch, &x, &weight, Some(&bias.into_primitive()));
    tracked_tensor(match Convolve.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((size, batch, x, weight), y),
        OpsKind::UnTracked(step) => step.finish(y),
    })
}

#[derive(Debug)]
struct Convolve;

impl Backward<OneBackend, 3> for Convolve {
    /// Size, batch, input, weights.
    type State = (Convolution, usize, Values, Values);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = kernels::in_rows(gradients.consume::<OneBackend>(&ops.node));
        let (size, batch, x, weight) = ops.state;
        let [x_parent, weight_parent, bias_parent] = ops.parents;
        if let Some(parent) = weight_parent {
            let of_weight = kernels::convolve_weight_gradient(&size, batch, &x, &weight, &gradient);
            gradients.register::<OneBackend>(parent.id, of_weight);
        }
        if let Some(parent) = bias_parent {
            gradients.register::<OneBackend>(parent.id, kernels::convolve_bias_gradient(&size, &gradient));
        }
        if let Some(parent) = x_parent {
            let of_input = kernels::convolve_input_gradient(&size, batch, &x, &weight, &gradient);
            gradients.register::<OneBackend>(parent.id, of_input);
        }
    }
}
