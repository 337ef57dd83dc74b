//! How much memory training takes, before it is tried.

use crate::models::architecture::Architecture;

/// Bytes of a 32-bit float.
pub const FLOAT: u64 = 4;
/// Copies of what learns that are in memory at the peak of a step: weights, the parts they are cut into, gradients, the
/// same as one vector, the optimizer's two memories, the state to go back to, and the one being made.
const COPIES: u64 = 8;
/// Activations are counted so often: themselves and their gradients, and what is on its way to be freed.
pub const ACTIVATIONS: u64 = 3;

/// Bytes for a step of so many pictures of which everything after the layer `cut` learns.
pub fn training(about: &Architecture, cut: usize, batch: u64) -> u64 {
    COPIES * FLOAT * parameters(about, cut + 1..about.layers.len()) + batch * activations(about, cut)
}

/// Numbers in these layers.
pub fn parameters(about: &Architecture, layers: std::ops::Range<usize>) -> u64 {
    let own = layers.flat_map(|layer| about.parameters_of(layer));
    own.map(|parameter| parameter.shape.iter().product::<usize>() as u64).sum()
}

/// Bytes for one picture of everything after a cut while it learns.
pub fn activations(about: &Architecture, cut: usize) -> u64 {
    let values: usize = about.layers[cut..].iter().map(|layer| layer.shape.iter().product::<usize>()).sum();
    ACTIVATIONS * FLOAT * values as u64
}
