use super::{TrackedValues, Values, in_rows, new_values, tracked, values};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Flex, autodiff::Autodiff};
use burn::tensor::Tensor;

/// Mean of every 2x2 values: `[batch, channels, height, width]` to half the height and width, rounded down.
pub fn average_pool_2x2(x: Tensor<4>) -> Tensor<4> {
    let shape = x.dims();
    if !x.is_autodiff() {
        return Tensor::from_primitive::<Flex>(forward(values(x), shape));
    }
    Tensor::from_primitive::<Autodiff<Flex>>(register(tracked(x), shape))
}

fn register(x: TrackedValues, shape: [usize; 4]) -> TrackedValues {
    let node = x.node();
    let y = forward(x.into_primitive(), shape);
    match AveragePool.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(shape, y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}

#[derive(Debug)]
struct AveragePool;

impl Backward<Flex, 1> for AveragePool {
    /// Shape of the input.
    type State = [usize; 4];

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        gradients.register::<Flex>(parent.id, backward(gradient, ops.state));
    }
}

fn forward(x: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let x = in_rows(x);
    let (half_height, half_width) = (height / 2, width / 2);
    let mut y = Vec::with_capacity(batch * channels * half_height * half_width);
    for picture in x.storage::<f32>().chunks_exact(height * width) {
        for rows in picture.chunks_exact(2 * width) {
            let (upper, lower) = rows.split_at(width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            y.extend(pairs.map(|(a, b)| 0.25 * (a[0] + a[1] + b[0] + b[1])));
        }
    }
    new_values(y, [batch, channels, half_height, half_width])
}

fn backward(gradient: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let gradient = in_rows(gradient);
    let (half_height, half_width) = (height / 2, width / 2);
    let mut x = vec![0.0; batch * channels * height * width];
    let pictures = gradient.storage::<f32>().chunks_exact(half_height * half_width);
    for (to, from) in x.chunks_exact_mut(height * width).zip(pictures) {
        for (rows, from) in to.chunks_exact_mut(2 * width).zip(from.chunks_exact(half_width)) {
            let (upper, lower) = rows.split_at_mut(width);
            for ((a, b), g) in upper.chunks_exact_mut(2).zip(lower.chunks_exact_mut(2)).zip(from) {
                let g = 0.25 * g;
                a.copy_from_slice(&[g, g]);
                b.copy_from_slice(&[g, g]);
            }
        }
    }
    new_values(x, [batch, channels, height, width])
}
