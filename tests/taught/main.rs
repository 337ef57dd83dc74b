//! The network that is taught: where it is cut, what it learns from, that it learns as PyTorch does, that a run can be
//! stopped anywhere, and what is refused.

#[path = "../common/mod.rs"]
mod common;
#[path = "../summary/mod.rs"]
mod summary;

mod augmenting;
mod cuts;
mod driving;
mod judging;
mod parity;
mod parts;
mod runs;
mod saved;
