//! Numbers about a run. Pure: slices in, numbers out, no tensors.

mod confusion;
mod mistakes;

pub use confusion::confusion;
pub use mistakes::{classes, softmax, worst_mistakes};
