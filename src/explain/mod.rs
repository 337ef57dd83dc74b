//! Why the network said so: feature maps, receptive fields, and the arithmetic behind one value.

mod arithmetic;
mod look;
mod receptive_field;

pub use arithmetic::explain;
pub use look::{Look, look};
pub use receptive_field::receptive_field;
