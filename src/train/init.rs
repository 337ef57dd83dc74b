use crate::models::architecture::{Architecture, Op};
use crate::models::lenet5::PARAMETERS;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// LeNet-5's initial weights for a seed, as one flat vector in the order of [`PARAMETERS`].
///
/// PyTorch's default for convolutions and fully connected layers: uniform in `±1/sqrt(fan in)`, weights and
/// biases alike. Drawn on the host, so that every backend starts from the same numbers.
pub fn initial_weights(seed: u32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut bound = 0.0;
    let mut flat = Vec::new();
    for (_, shape) in PARAMETERS {
        draw(&mut rng, shape, &mut bound, &mut flat);
    }
    flat
}

/// The same for the trainable parameters of any network, in their order; a batch norm changes nothing at first.
pub fn initial_parameters(architecture: &Architecture, seed: u32) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut bound = 0.0;
    let mut flat = Vec::new();
    for parameter in architecture.parameters().into_iter().filter(|parameter| parameter.trainable) {
        if matches!(architecture.layers[parameter.layer].op, Op::BatchNorm { .. }) {
            let value = if parameter.name.ends_with("weight") { 1.0 } else { 0.0 };
            flat.extend(std::iter::repeat_n(value, parameter.shape[0]));
        } else {
            draw(&mut rng, &parameter.shape, &mut bound, &mut flat);
        }
    }
    flat
}

/// The values of one parameter. A bias follows its weight and shares its bound.
fn draw(rng: &mut ChaCha8Rng, shape: &[usize], bound: &mut f32, flat: &mut Vec<f32>) {
    if shape.len() > 1 {
        *bound = 1.0 / (shape[1..].iter().product::<usize>() as f32).sqrt();
    }
    flat.extend((0..shape.iter().product()).map(|_| rng.random_range(-*bound..*bound)));
}
