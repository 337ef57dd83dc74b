//! If you can see it, it is here: pages, components, charts, and the state they show.
//!
//! The app conducts and a worker computes: nothing here does arithmetic on weights or pixels of the network.
//! What needs no browser (scales, colours, words, ink) also compiles natively, for its tests.

pub mod charts;
pub mod comparison;
pub mod estimate;
pub mod ink;
pub mod long_runs;
pub mod npy;
pub mod order;
pub mod words;

#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod browser;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod components;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod database;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod erase;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod googlenet_store;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod pages;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod projects_store;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod root;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod save;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod state;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod storage;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
mod worker_client;

#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub use root::start;
