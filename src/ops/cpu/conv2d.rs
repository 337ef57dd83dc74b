use super::correlate::{Correlation, KernelGradient, Size, turned};
use super::{TrackedValues, Values, in_rows, new_values, tracked, values};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Flex, autodiff::Autodiff};
use burn::tensor::Tensor;

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
        let y = forward(size, batch, &in_rows(values(x)), &in_rows(values(weight)), &in_rows(values(bias)));
        return Tensor::from_primitive::<Flex>(y);
    }
    let y = register(size, batch, tracked(x), tracked(weight), tracked(bias));
    Tensor::from_primitive::<Autodiff<Flex>>(y)
}

fn register(size: Size, batch: usize, x: TrackedValues, weight: TrackedValues, bias: TrackedValues) -> TrackedValues {
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight) = (in_rows(x.into_primitive()), in_rows(weight.into_primitive()));
    let y = forward(size, batch, &x, &weight, &in_rows(bias.into_primitive()));
    match Conv2d.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish((size, batch, x, weight), y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}

#[derive(Debug)]
struct Conv2d;

impl Backward<Flex, 3> for Conv2d {
    /// Size, batch, input, weights.
    type State = (Size, usize, Values, Values);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = in_rows(gradients.consume::<Flex>(&ops.node));
        let (size, batch, x, weight) = ops.state;
        let [x_parent, weight_parent, bias_parent] = ops.parents;
        if let Some(parent) = bias_parent {
            gradients.register::<Flex>(parent.id, bias_gradient(size, &gradient));
        }
        if let Some(parent) = weight_parent {
            gradients.register::<Flex>(parent.id, weight_gradient(size, &x, &gradient));
        }
        if let Some(parent) = x_parent {
            gradients.register::<Flex>(parent.id, input_gradient(size, batch, &weight, &gradient));
        }
    }
}

fn forward(size: Size, batch: usize, x: &Values, weight: &Values, bias: &Values) -> Values {
    let mut correlation = Correlation::new(size, weight.storage());
    let mut y = vec![0.0; batch * size.output_len()];
    let pictures = x.storage().chunks_exact(size.input_len());
    for (x, y) in pictures.zip(y.chunks_exact_mut(size.output_len())) {
        correlation.run(x, Some(bias.storage()), y);
    }
    let [height, width] = size.output();
    new_values(y, [batch, size.channels_out, height, width])
}

fn bias_gradient(size: Size, gradient: &Values) -> Values {
    let area = size.output()[0] * size.output()[1];
    let mut sums = vec![0.0; size.channels_out];
    for picture in gradient.storage::<f32>().chunks_exact(size.output_len()) {
        for (sum, map) in sums.iter_mut().zip(picture.chunks_exact(area)) {
            *sum += sum_of(map);
        }
    }
    new_values(sums, [size.channels_out])
}

/// The sum in eight parts side by side, which the compiler keeps in SIMD registers.
fn sum_of(values: &[f32]) -> f32 {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut parts = [0.0; 8];
    for block in blocks {
        parts.iter_mut().zip(block).for_each(|(part, value)| *part += value);
    }
    parts.iter().chain(rest).sum()
}

fn weight_gradient(size: Size, x: &Values, gradient: &Values) -> Values {
    let mut sums = KernelGradient::new(size);
    let pictures = x.storage().chunks_exact(size.input_len());
    for (x, gradient) in pictures.zip(gradient.storage().chunks_exact(size.output_len())) {
        sums.add(x, gradient);
    }
    new_values(sums.finish(), [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]])
}

fn input_gradient(size: Size, batch: usize, weight: &Values, gradient: &Values) -> Values {
    let border = [size.kernel[0] - 1, size.kernel[1] - 1];
    let [height, width] = size.output();
    let back = Size {
        channels_in: size.channels_out,
        channels_out: size.channels_in,
        input: [height + 2 * border[0], width + 2 * border[1]],
        kernel: size.kernel,
    };
    let mut correlation = Correlation::new(back, &turned(size, weight.storage()));
    let mut x = vec![0.0; batch * size.input_len()];
    let pictures = gradient.storage().chunks_exact(size.output_len());
    for (gradient, x) in pictures.zip(x.chunks_exact_mut(size.input_len())) {
        correlation.run_with_border(gradient, border, x);
    }
    new_values(x, [batch, size.channels_in, size.input[0], size.input[1]])
}
