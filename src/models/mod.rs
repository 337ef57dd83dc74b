//! One file per paper. A network is built from its weights and turns a batch of pictures into logits.
//!
//! The classic networks are an [`architecture::Architecture`], a list of layers put together from shared
//! [`blocks`]; [`Network`] gives it weights and runs it. LeNet-5, which is trained, has code of its own.

pub mod alexnet;
pub mod architecture;
pub mod blocks;
mod catalogue;
pub mod formula;
pub mod googlenet;
pub mod googlenet_cifar;
#[cfg(feature = "compute")]
mod learn;
#[cfg(feature = "compute")]
pub mod lenet5;
#[cfg(feature = "compute")]
mod mode;
#[cfg(feature = "compute")]
mod network;
pub mod resnet;
pub mod squeezenet;
#[cfg(feature = "compute")]
mod tap;
pub mod taught;
pub mod vgg;

pub use catalogue::{architecture, architectures};
#[cfg(feature = "compute")]
pub use mode::Mode;
#[cfg(feature = "compute")]
pub use network::{Network, Pass};
#[cfg(feature = "compute")]
pub use tap::Tap;
