//! On a GPU: kernels in WGSL, one file each, with the sizes as constants in front.
//!
//! Burn's own convolutions are made for large networks: for pictures this small they take ten times as long, and
//! a browser needs seconds to compile them.

mod adam;
mod average_pool;
mod batch_norm;
mod conv2d;
mod convolve;
mod launch;
mod linear;
mod sum_parts;
mod tanh;

pub use adam::adam;
pub use average_pool::{average_pool, average_pool_gradient};
pub use batch_norm::{batch_norm, batch_norm_gradients};
pub use conv2d::{conv2d, conv2d_input_gradient, conv2d_weight_gradients};
pub use convolve::{
    convolve, convolve_bias_gradient, convolve_input_gradient, convolve_weight_gradient, max_pool, max_pool_gradient,
    relu, relu_gradient, scale_shift,
};
pub use launch::in_rows;
pub use linear::{linear, linear_input_gradient, linear_weight_gradients};
pub use tanh::{tanh, tanh_gradient};

use super::Values;

/// The backend of this build.
pub type OneBackend = burn::backend::Wgpu;
