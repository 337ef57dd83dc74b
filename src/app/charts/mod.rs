//! Plots and pixel pictures. Scales and colours are pure; the rest draws SVG and canvas pixels.

pub mod colormap;
pub mod downsample;
pub mod scale;

#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod line_chart;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod pixels;
