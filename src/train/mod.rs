//! One step, many times. No fetch, no messages: the worker drives a [`Session`], and so do the native tests.

pub mod checkpoint;
pub mod clock;
mod course;
pub mod export;
pub mod googlenet;
mod init;
mod lenet;
mod loss;
mod measure;
mod optimizer;
mod pace;
pub mod schedule;
mod session;
mod step;
pub mod taught;

pub use checkpoint::Checkpoint;
pub use course::{Course, Evaluation, Parts};
pub use init::{initial_parameters, initial_weights};
pub use lenet::{Lenet, LenetSession, Pictures};
pub use loss::loss;
pub use measure::predict;
pub use optimizer::OptimizerState;
pub use session::{Advance, Session};
pub use step::{Learner, Measured, cross_entropy_of, read};
