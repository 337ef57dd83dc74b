//! The feature maps on one canvas. A value can be pointed at, tapped, or reached by arrow keys; a map can be chosen.

use crate::app::browser;
use crate::app::charts::pixels::{Grid, paint_maps};
use crate::app::erase;
use crate::app::state::inside::Inside;
use crate::protocol::LayerPixel;
use leptos::html;
use leptos::prelude::*;

/// Maps beside each other, as in the course notebook.
const COLUMNS: usize = 8;
/// A wider canvas than any place for it is drawn smoothly.
const LARGE: usize = 1200;

pub fn map_grid(lab: Inside) -> AnyView {
    let maps = lab.maps;
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let narrow = browser::matches_media("(max-width: 719px)");
    let grid = erase::memo(move || {
        let count = maps.shown.with(|shown| shown.len());
        maps.looked.with(|looked| {
            let looked = looked.as_ref().filter(|_| count > 0)?;
            let [_, map_height, map_width] = looked.shape;
            let (columns, gap) = match looked.is_vector() {
                true => (if narrow { 32 } else { 64 }, 0),
                false => (COLUMNS, (map_width / 28).max(1)),
            };
            Some(Grid { maps: count, columns: columns.min(count), map_width, map_height, gap })
        })
    });
    let drawing = StoredValue::new(0_u32);
    erase::effect(move || {
        let (Some(canvas), Some(grid), Some(looked)) = (canvas.get(), grid.get(), maps.looked.get()) else { return };
        let (shown, across, colours) = (maps.shown.get(), maps.across.get(), maps.colours());
        let newest = drawing.try_update_value(|n| {
            *n += 1;
            *n
        });
        erase::spawn(async move {
            let map = |n: usize| {
                let channel = shown.get(n).copied().unwrap_or(0);
                (looked.map(channel), looked.extent(channel, across))
            };
            paint_maps(canvas, grid, colours, &map, &|| drawing.try_get_value() == newest).await;
        });
    });
    let channel = move |map: usize| maps.shown.with_untracked(|shown| shown.get(map).copied());
    // The place in the grid of a map that is shown.
    let place = move |channel: usize| maps.shown.with(|shown| shown.iter().position(|c| *c == channel));
    let here = erase::memo(move || {
        let layer = maps.looked.with(|looked| looked.as_ref().map(|l| l.layer.clone()))?;
        let at = lab.details.at.get().filter(|at| at.layer == layer)?;
        Some((place(at.channel)?, at.x, at.y))
    });
    let point = move |(map, x, y): (usize, usize, usize)| {
        let layer = maps.looked.with_untracked(|looked| looked.as_ref().map(|l| l.layer.clone()));
        if let (Some(layer), Some(channel)) = (layer, channel(map)) {
            lab.explain(LayerPixel { layer, channel, y, x });
        }
    };
    let hit = move |event: &web_sys::MouseEvent| {
        let (frame, grid) = (frame.get_untracked()?, grid.get_untracked()?);
        let area = frame.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let down = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        grid.hit(across, down)
    };
    let on_pointer = move |event: web_sys::PointerEvent| {
        if let Some(place) = hit(&event) {
            point(place);
        }
    };
    let on_click = move |event: web_sys::MouseEvent| {
        if let Some((map, ..)) = hit(&event) {
            lab.select_map(channel(map));
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else { return };
        let now = here.get_untracked();
        let start = now.unwrap_or((0, grid.map_width / 2, grid.map_height / 2));
        let next = match event.key().as_str() {
            "ArrowLeft" => grid.moved(start, -1, 0),
            "ArrowRight" => grid.moved(start, 1, 0),
            "ArrowUp" => grid.moved(start, 0, -1),
            "ArrowDown" => grid.moved(start, 0, 1),
            "PageUp" => grid.moved(start, -(grid.map_width as i32), 0),
            "PageDown" => grid.moved(start, grid.map_width as i32, 0),
            "Enter" | " " => {
                lab.select_map(channel(start.0));
                start
            }
            "Escape" => {
                lab.select_map(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        point(if now.is_none() { start } else { next });
        lab.announce(super::detail::readout(lab));
    };
    let percent = |part: usize, whole: usize| format!("{:.3}%", part as f64 / whole as f64 * 100.0);
    let boxed = move |class: &'static str, grid: Grid, (left, top): (usize, usize), (width, height): (usize, usize)| {
        view! {
            <span
                class=class
                style:left=percent(left, grid.width())
                style:top=percent(top, grid.height())
                style:width=percent(width, grid.width())
                style:height=percent(height, grid.height())
            ></span>
        }
        .into_any()
    };
    let mark = move || {
        let ((map, x, y), grid) = (here.get()?, grid.get()?);
        let (left, top) = grid.origin(map);
        Some(boxed("map-mark", grid, (left + x, top + y), (1, 1)))
    };
    let chosen = move || {
        let (map, grid) = (place(maps.selected.get()?)?, grid.get()?);
        Some(boxed("map-chosen", grid, grid.origin(map), (grid.map_width, grid.map_height)))
    };
    let smooth = move || grid.get().is_some_and(|grid| grid.width() > LARGE);
    view! {
        <div
            class="layer-maps"
            id="map-grid"
            node_ref=frame
            tabindex="0"
            role="application"
            aria-labelledby="maps-caption"
            aria-describedby="maps-keys"
            on:pointermove=erase::pointer(on_pointer)
            on:pointerdown=erase::pointer(on_pointer)
            on:click=erase::click(on_click)
            on:keydown=erase::key(on_key)
        >
            <canvas class="pixels" class:smooth=erase::flag(smooth) node_ref=canvas aria-hidden="true"></canvas>
            {erase::maybe(chosen)}
            {erase::maybe(mark)}
        </div>
        <p class="hint" id="maps-keys">
            "Point at a value, tap it, or reach it with the arrow keys to see what it sees of the photo; click, or press Enter, to look closer at its map."
        </p>
    }
    .into_any()
}
