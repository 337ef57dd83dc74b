//! Weights and inputs made up by a formula of name and index, which Python computes to the bit as well: networks can be
//! compared with PyTorch's without storing their weights.

use super::architecture::{Architecture, Op, Parameter};

/// `count` numbers in -1..1, multiples of 2^-23: an integer hash of the index, started by the FNV-1a hash of the name.
pub fn noise(name: &str, count: usize) -> impl Iterator<Item = f32> {
    let seed = name.bytes().fold(2_166_136_261_u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(16_777_619));
    (1..=count as u32).map(move |i| {
        let mut h = i.wrapping_mul(2_654_435_761).wrapping_add(seed);
        h ^= h >> 15;
        h = h.wrapping_mul(2_246_822_519);
        h ^= h >> 13;
        (h >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}

/// The values of a parameter: kernels and matrices as He's initialisation scales them, so that activations neither
/// vanish nor explode; biases and statistics near their usual values.
pub fn parameter(architecture: &Architecture, parameter: &Parameter) -> Vec<f32> {
    let Parameter { name, shape, layer, .. } = parameter;
    let values = noise(name, shape.iter().product());
    let is_norm = matches!(architecture.layers[*layer].op, Op::BatchNorm { .. });
    if shape.len() > 1 {
        let fan_in: usize = shape[1..].iter().product();
        let bound = (6.0 / fan_in as f64).sqrt() as f32;
        // A classifier that is not sure of anything, so that every class has a gradient.
        let bound = if name == "fc.weight" { bound / 16.0 } else { bound };
        return values.map(|v| bound * v).collect();
    }
    // The last norms of residual blocks: blocks that each double the variance would leave nothing of deep layers' biases.
    let usual = if name.ends_with(".bn2.weight") || name.ends_with(".bn3.weight") { 0.5 } else { 1.0 };
    match name.rsplit('.').next() {
        Some("weight") if is_norm => values.map(|v| usual + 0.25 * v).collect(),
        Some("running_var") => values.map(|v| 1.0 + 0.5 * v).collect(),
        _ => values.map(|v| 0.1 * v).collect(),
    }
}

/// A picture, `shape` values as if normalised.
pub fn picture(shape: [usize; 3]) -> Vec<f32> {
    noise("input", shape.iter().product()).map(|v| 2.0 * v).collect()
}
