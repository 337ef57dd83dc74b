use crate::models::lenet5::PARAMETERS;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Initial weights for a seed, as one flat vector in the order of [`PARAMETERS`].
///
/// PyTorch's default for convolutions and fully connected layers: uniform in `±1/sqrt(fan in)`, weights and
/// biases alike. Drawn on the host, so that every backend starts from the same numbers.
pub fn initial_weights(seed: u32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut bound = 0.0_f32;
    let mut flat = Vec::new();
    for (_, shape) in PARAMETERS {
        // A bias follows its weight and shares its bound.
        if shape.len() > 1 {
            bound = 1.0 / (shape[1..].iter().product::<usize>() as f32).sqrt();
        }
        flat.extend((0..shape.iter().product()).map(|_| rng.random_range(-bound..bound)));
    }
    flat
}
