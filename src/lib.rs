//! Receptive, a CNN laboratory in your browser. A map of the rooms, nothing else.
//!
//! Arrows: `app -> protocol <- worker -> {train, explain} -> {models, data, metrics}`, `models -> ops`.
//! `ARCHITECTURE.md` says what each room may do and what must stay true.

pub mod app;
pub mod coach;
pub mod metrics;
pub mod protocol;

#[cfg(feature = "files")]
pub mod data;
#[cfg(feature = "compute")]
pub mod explain;
#[cfg(feature = "files")]
pub mod models;
#[cfg(feature = "compute")]
pub mod ops;
#[cfg(feature = "compute")]
pub mod train;

#[cfg(all(feature = "compute", target_arch = "wasm32"))]
pub mod worker;
