//! Numbers about a run. Pure: slices in, numbers out, no tensors.

mod confusion;
mod drift;
mod mistakes;
mod order;
mod roc;
mod threshold;

pub use confusion::confusion;
pub use drift::{drift, drift_by_chance, median};
pub use mistakes::{classes, softmax, worst_mistakes};
pub use order::largest_first;
pub use roc::{Roc, RocPoint, class_roc, roc};
pub use threshold::{Threshold, accuracy, balanced_accuracy, called};
