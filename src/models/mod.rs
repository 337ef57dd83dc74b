//! One file per paper. A network is built from its weights and turns a batch of pictures into logits.

pub mod lenet5;
mod tap;

pub use tap::Tap;
