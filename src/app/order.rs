//! One way to sort, because every other one is code that a visitor waits for.

pub use crate::metrics::largest_first;
