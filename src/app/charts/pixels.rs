//! Pictures made of numbers: many small maps side by side on one canvas, drawn in the numbers' own resolution.

use super::colormap::{Colormap, Extent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, ImageData};

/// Red, green, blue, opacity of every pixel, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raster {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

/// How maps lie on one canvas: `columns` beside each other, `gap` pixels between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    pub maps: usize,
    pub columns: usize,
    pub map_width: usize,
    pub map_height: usize,
    pub gap: usize,
}

impl Grid {
    pub fn width(&self) -> usize {
        self.columns * (self.map_width + self.gap) - self.gap
    }

    pub fn height(&self) -> usize {
        self.maps.div_ceil(self.columns) * (self.map_height + self.gap) - self.gap
    }

    /// Top left pixel of a map.
    pub fn origin(&self, map: usize) -> (usize, usize) {
        let (row, column) = (map / self.columns, map % self.columns);
        (column * (self.map_width + self.gap), row * (self.map_height + self.gap))
    }

    /// Which map's which pixel `(map, x, y)` lies at a share of the whole width and height; a gap belongs to the
    /// map before it, so that a finger need not aim.
    pub fn hit(&self, across: f64, down: f64) -> Option<(usize, usize, usize)> {
        let x = (across * self.width() as f64).max(0.0) as usize;
        let y = (down * self.height() as f64).max(0.0) as usize;
        let (column, row) = (x / (self.map_width + self.gap), y / (self.map_height + self.gap));
        let map = row * self.columns + column;
        if column >= self.columns || map >= self.maps {
            return None;
        }
        let (left, top) = self.origin(map);
        Some((map, (x - left).min(self.map_width - 1), (y - top).min(self.map_height - 1)))
    }
}

/// Draws `maps` pictures of `map_height` x `map_width` values; gaps stay transparent.
pub fn atlas(values: &[f32], grid: Grid, colours: Colormap, extent: Extent) -> Raster {
    let (width, height) = (grid.width(), grid.height());
    let mut rgba = vec![0; width * height * 4];
    let area = grid.map_width * grid.map_height;
    for (map, values) in values.chunks_exact(area).take(grid.maps).enumerate() {
        let (left, top) = grid.origin(map);
        for (i, &value) in values.iter().enumerate() {
            let at = ((top + i / grid.map_width) * width + left + i % grid.map_width) * 4;
            let [r, g, b] = colours.colour(extent.share(value));
            rgba[at..at + 4].copy_from_slice(&[r, g, b, 255]);
        }
    }
    Raster { width, height, rgba }
}

/// Ink of the given grey bytes, on transparent paper.
pub fn ink(pixels: &[u8], width: usize) -> Raster {
    let rgba = pixels.iter().flat_map(|&ink| [0, 0, 0, ink]).collect();
    Raster { width, height: pixels.len() / width.max(1), rgba }
}

/// A canvas that shows a raster. What it shows is said by whoever places it.
#[component]
pub fn Pixels(raster: Signal<Raster>, #[prop(optional)] class: &'static str) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            raster.with(|raster| paint(&canvas, raster));
        }
    });
    view! { <canvas class=format!("pixels {class}") node_ref=canvas aria-hidden="true"></canvas> }
}

/// Puts a raster on a canvas, which takes its size.
pub fn paint(canvas: &web_sys::HtmlCanvasElement, raster: &Raster) {
    let (width, height) = (raster.width as u32, raster.height as u32);
    if width == 0 || height == 0 {
        return;
    }
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&raster.rgba), width, height);
    if let (Some(context), Ok(image)) = (context, image) {
        context.put_image_data(&image, 0.0, 0.0).ok();
    }
}
