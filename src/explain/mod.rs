//! Why the network said so: feature maps, receptive fields, the arithmetic behind one value, Grad-CAM, and the bill.
//!
//! [`look()`], [`explain()`] and [`receptive_field()`] are LeNet-5's; the others serve every architecture.

mod arithmetic;
mod grad_cam;
mod ledger;
mod look;
mod patches;
mod receptive_field;
mod trace;
mod value;

pub use arithmetic::explain;
pub use grad_cam::grad_cam;
pub use ledger::ledger;
pub use look::{Look, look};
pub use patches::strongest;
pub use receptive_field::receptive_field;
pub use trace::{Area, field};
pub use value::explain_value;
