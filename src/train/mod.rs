//! One step, many times. No fetch, no messages: the worker drives a [`Session`], and so do the native tests.

pub mod checkpoint;
pub mod clock;
pub mod export;
mod init;
mod measure;
mod optimizer;
mod session;
mod step;

pub use checkpoint::Checkpoint;
pub use init::initial_weights;
pub use measure::{Evaluation, predict};
pub use optimizer::OptimizerState;
pub use session::{Advance, Pictures, Session};
pub use step::{Learner, Measured, cross_entropy_of, read};
