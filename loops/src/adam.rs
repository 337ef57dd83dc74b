/// One step of Adam (Kingma and Ba, 2015) for a part of the weights, in one pass over the memory.
///
/// - `rate`: the learning rate, corrected for the mean that began with zero
/// - `correction`: what the root of the mean square is divided by for the same reason
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    pub betas: [f32; 2],
    pub epsilon: f32,
    pub rate: f32,
    pub correction: f32,
}

impl Adam {
    /// New weights, mean gradients and mean squared gradients, in the place of the old ones.
    #[inline(never)]
    pub fn step(&self, gradient: &[f32], weights: &mut [f32], first: &mut [f32], second: &mut [f32]) {
        let Self { betas: [beta, beta_square], epsilon, rate, correction } = *self;
        let memories = first.iter_mut().zip(second);
        for ((weight, gradient), (first, second)) in weights.iter_mut().zip(gradient).zip(memories) {
            *first = *first * beta + gradient * (1.0 - beta);
            *second = *second * beta_square + gradient * gradient * (1.0 - beta_square);
            *weight -= *first / (second.sqrt() / correction + epsilon) * rate;
        }
    }
}
