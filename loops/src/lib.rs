//! The loops a CPU spends its time in when it trains or runs a network, its pictures included: slices in, slices out, with SIMD.
//!
//! A crate of its own because the CPU worker is built for size but for this and the matrix product (`profile.cpu` in
//! `Cargo.toml`), and Cargo knows no smaller unit. Tensors and tapes are in `src/ops/`, parsers and random numbers
//! in `src/data/`; the tests of both are those of this crate.
//!
//! What is called from there is never inlined: inside a function built for size, a loop is built for size as well.

mod adam;
mod average_pool;
mod batch_norm;
mod convolution;
mod convolve;
mod convolve_gradients;
mod correlate;
mod dense;
mod elements;
mod gather;
mod max_pool;
mod max_pool3;
mod patches;
mod picture;
mod points;
mod pooling;
mod product;
mod size;
mod sums;
mod tanh;
mod transforms;
mod warp;
mod winograd;

pub use adam::Adam;
pub use average_pool::{average_pool, average_pool_gradient};
pub use batch_norm::{moments, norm_gradient, norm_sums, normed};
pub use convolution::Convolution;
pub use convolve::convolve;
pub use convolve_gradients::{InputGradient, unfold};
pub use correlate::{Correlation, KernelGradient, turned};
pub use dense::{collect, spread};
pub use elements::{add_to_maps, add_to_rows, relu, relu_gradient, scale_shift};
pub use gather::{exchange, gather, scatter};
pub use max_pool::{max_pool, max_pool_gradient};
pub use picture::{normalise, scale};
pub use points::{
    TILE_POINTS, columns, gradient_at_points, has_points, kernel_gradient, maps_of_points, points_of_kernels,
    points_of_maps,
};
pub use pooling::Pooling;
pub use size::Size;
pub use sums::{sum_of_rows, sums_of_maps};
pub use tanh::{tanh, tanh_gradient};
pub use warp::{Motion, light, to_bytes, warp};
