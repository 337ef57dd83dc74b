//! Pictures made of numbers: many small maps side by side on one canvas, drawn in the numbers' own resolution.

use super::colormap::{Colormap, Extent};
use crate::app::browser;
use crate::app::erase;
use gloo::timers::future::TimeoutFuture;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Milliseconds that may be spent drawing before the browser gets a turn.
const SLICE: f64 = 10.0;

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

    /// One value further; beyond the edge of a map comes the map beside it, and beyond the last map nothing.
    pub fn moved(&self, (map, x, y): (usize, usize, usize), dx: i32, dy: i32) -> (usize, usize, usize) {
        let one = |place: usize, by: i32, length: usize| {
            let next = place as i32 + by;
            let length = length as i32;
            (next.rem_euclid(length) as usize, next.div_euclid(length))
        };
        let (new_x, maps_across) = one(x, dx, self.map_width);
        let (new_y, maps_down) = one(y, dy, self.map_height);
        let next = map as i32 + maps_across + maps_down * self.columns as i32;
        if (0..self.maps as i32).contains(&next) { (next as usize, new_x, new_y) } else { (map, x, y) }
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
    erase::effect(move || {
        if let Some(canvas) = canvas.get() {
            raster.with(|raster| paint(&canvas, raster));
        }
    });
    view! { <canvas class=format!("pixels {class}") node_ref=canvas aria-hidden="true"></canvas> }
}

/// Puts a raster on a canvas, which takes its size.
pub fn paint(canvas: &HtmlCanvasElement, raster: &Raster) {
    if raster.width > 0 && raster.height > 0 {
        resize(canvas, raster.width, raster.height);
        put(canvas, raster, 0);
    }
}

fn resize(canvas: &HtmlCanvasElement, width: usize, height: usize) {
    let (width, height) = (width as u32, height as u32);
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// Replaces the pixels from row `top` on.
fn put(canvas: &HtmlCanvasElement, raster: &Raster, top: usize) {
    let (width, height) = (raster.width as u32, raster.height as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&raster.rgba), width, height);
    if let (Some(context), Ok(image)) = (context, image) {
        context.put_image_data(&image, 0.0, top as f64).ok();
    }
}

/// Draws many maps, a row of the grid at a time, and lets the browser have a turn in between, so that the page stays
/// alive. `map` gives the values of the n-th map and what gets the first and the last colour; a map whose values are
/// all the same has the first. Stops where `wanted` says that something newer is to be drawn.
pub async fn paint_maps(
    canvas: HtmlCanvasElement,
    grid: Grid,
    colours: Colormap,
    map: &dyn Fn(usize) -> (Vec<f32>, Extent),
    wanted: &dyn Fn() -> bool,
) {
    let table = colours.table();
    resize(&canvas, grid.width(), grid.height());
    let mut since = browser::now();
    for start in (0..grid.maps).step_by(grid.columns) {
        let (_, top) = grid.origin(start);
        let (width, height) = (grid.width(), grid.map_height + grid.gap.min(grid.height() - top - grid.map_height));
        let mut rgba = vec![0; width * height * 4];
        for n in start..(start + grid.columns).min(grid.maps) {
            let (values, extent) = map(n);
            let (left, _) = grid.origin(n);
            let scale = if extent.high > extent.low { 255.99 / (extent.high - extent.low) } else { 0.0 };
            for (y, row) in values.chunks_exact(grid.map_width).enumerate() {
                let line = (y * width + left) * 4;
                let line = &mut rgba[line..line + grid.map_width * 4];
                for (pixel, value) in line.chunks_exact_mut(4).zip(row) {
                    // A cast clamps at zero, and NaN becomes zero.
                    let place = ((value - extent.low) * scale) as usize;
                    pixel.copy_from_slice(&table[place.min(255)]);
                }
            }
        }
        put(&canvas, &Raster { width, height, rgba }, top);
        if browser::now() - since > SLICE {
            TimeoutFuture::new(0).await;
            since = browser::now();
        }
        if !wanted() {
            return;
        }
    }
}

/// Draws kernels that see colours, `[kernels, 3, height, width]`: each between its own smallest and largest weight.
pub fn colour_tiles(values: &[f32], grid: Grid) -> Raster {
    let (width, height) = (grid.width(), grid.height());
    let mut rgba = vec![0; width * height * 4];
    let area = grid.map_width * grid.map_height;
    for (n, kernel) in values.chunks_exact(area * 3).take(grid.maps).enumerate() {
        let (left, top) = grid.origin(n);
        let extent = Extent::of(kernel);
        for i in 0..area {
            let at = ((top + i / grid.map_width) * width + left + i % grid.map_width) * 4;
            let channel = |c: usize| (extent.share(kernel[c * area + i]) * 255.0).round() as u8;
            rgba[at..at + 4].copy_from_slice(&[channel(0), channel(1), channel(2), 255]);
        }
    }
    Raster { width, height, rgba }
}
