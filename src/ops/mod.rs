//! Operations of a network that take most of a training step, written for small pictures.
//!
//! Each is a forward pass and its gradient, registered with Burn's tape like any operation of Burn itself.
//! The tests compare every one with Burn's own, and the parity tests the whole network with PyTorch.

#[cfg(not(feature = "gpu"))]
mod cpu;
#[cfg(feature = "gpu")]
mod gpu;

#[cfg(not(feature = "gpu"))]
pub use cpu::{average_pool_2x2, conv2d, tanh};
#[cfg(feature = "gpu")]
pub use gpu::{average_pool_2x2, conv2d, tanh};
