//! The GoogLeNet that is trained here: it computes and learns what PyTorch's does, with every switch; it overfits a few
//! pictures; a run can be stopped anywhere; files come back, and what is no such file is refused.

#[path = "../common/mod.rs"]
mod common;
#[path = "../summary/mod.rs"]
mod summary;

mod files;
mod made_up;
mod parity;
mod runs;
mod sets;
