use super::{TrackedValues, Values, in_rows, tracked, values};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Flex, autodiff::Autodiff};
use burn::tensor::Tensor;
use wide::f32x4;

/// `tanh` of every value.
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    if !x.is_autodiff() {
        return Tensor::from_primitive::<Flex>(forward(values(x)));
    }
    Tensor::from_primitive::<Autodiff<Flex>>(register(tracked(x)))
}

fn register(x: TrackedValues) -> TrackedValues {
    let node = x.node();
    let y = forward(x.into_primitive());
    match Tanh.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(y.clone(), y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}

#[derive(Debug)]
struct Tanh;

impl Backward<Flex, 1> for Tanh {
    /// The output: the gradient is `1 - tanh²`.
    type State = Values;

    fn backward(self, ops: Ops<Values, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        let mut gradient = in_rows(gradient);
        for (g, y) in gradient.storage_mut::<f32>().iter_mut().zip(ops.state.storage::<f32>()) {
            *g *= 1.0 - y * y;
        }
        gradients.register::<Flex>(parent.id, gradient);
    }
}

fn forward(x: Values) -> Values {
    let mut x = in_rows(x);
    // Burn copies them first where somebody else holds them.
    in_place(x.storage_mut());
    x
}

/// A quotient of two polynomials, within 5e-7 of the exact value (the coefficients are those of the Eigen library).
fn in_place(values: &mut [f32]) {
    /// From here on the nearest f32 to tanh is 1.
    const LIMIT: f32 = 7.905_311;
    const P: [f32; 7] =
        [-2.760_768_4e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
    const Q: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];
    let one = |x: f32x4| {
        let x = x.fast_clamp(f32x4::splat(-LIMIT), f32x4::splat(LIMIT));
        let square = x * x;
        let p = P[1..].iter().fold(f32x4::splat(P[0]), |sum, c| sum.mul_add(square, f32x4::splat(*c)));
        let q = Q[1..].iter().fold(f32x4::splat(Q[0]), |sum, c| sum.mul_add(square, f32x4::splat(*c)));
        x * p / q
    };
    let (blocks, rest) = values.as_chunks_mut::<4>();
    for block in blocks {
        *block = one(f32x4::new(*block)).to_array();
    }
    for value in rest {
        *value = one(f32x4::splat(*value)).to_array()[0];
    }
}
