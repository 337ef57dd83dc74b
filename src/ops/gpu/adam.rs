use super::super::{tensor, values};
use super::Values;
use super::launch::{Kernel, in_rows};
use burn::tensor::Tensor;
use receptive_loops::Adam;

/// New weights, mean gradients and mean squared gradients.
///
/// In place where nobody else holds a vector, so that a step needs no more memory than its gradient: of a large network
/// three new vectors and what Burn's own operations keep for a moment would be most of all there is.
pub fn adam(step: &Adam, gradient: Values, weights: Values, first: Values, second: Values) -> [Values; 3] {
    let Adam { betas: [beta, beta_square], epsilon, rate, correction } = *step;
    let count = gradient.meta.num_elements();
    let numbers = Tensor::<1>::from_floats(
        [beta, beta_square, epsilon, rate, correction],
        &tensor::<1>(gradient.clone()).device(),
    );
    let own = [weights, first, second].map(|x| {
        let x = in_rows(x);
        if x.can_mut() { x } else { x.copy() }
    });
    let [weights, first, second] = &own;
    let kernel = Kernel::new(include_str!("adam.wgsl"), [("COUNT", count)]);
    let [] = kernel.launch(count, &[weights, first, second, &in_rows(gradient), &values(numbers)], []);
    own
}
