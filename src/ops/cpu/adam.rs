use super::{Values, in_rows, slice};
use receptive_loops::Adam;

/// New weights, mean gradients and mean squared gradients.
pub fn adam(step: &Adam, gradient: Values, weights: Values, first: Values, second: Values) -> [Values; 3] {
    let gradient = in_rows(gradient);
    let [mut weights, mut first, mut second] = [weights, first, second].map(in_rows);
    // Burn copies the values first where somebody else holds them.
    step.step(slice(&gradient), weights.storage_mut(), first.storage_mut(), second.storage_mut());
    [weights, first, second]
}
