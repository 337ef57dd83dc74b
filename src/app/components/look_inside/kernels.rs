use super::controls::button;
use super::layer::file_name;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, atlas, colour_tiles};
use crate::app::components::legend::legend;
use crate::app::erase;
use crate::app::npy::Dtype;
use crate::app::save;
use crate::app::state::inside::{Inside, Kernels};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Kernels that see colours lie as in the course notebook; parts of one kernel as there is room.
const COLUMNS: usize = 8;
const PARTS_ACROSS: usize = 32;

/// The kernels of the chosen layer.
pub fn kernel_figure(lab: Inside, kernels: Arc<Kernels>) -> AnyView {
    let [count, _, map_height, map_width] = kernels.shape;
    let values = kernels.values();
    let columns = if kernels.colour { COLUMNS } else { PARTS_ACROSS };
    let grid = Grid { maps: count, columns: columns.min(count), map_width, map_height, gap: 1 };
    let size = format!("{map_height}x{map_width}");
    let (raster, title, note) = if kernels.colour {
        let note = view! { <span>"each between its own smallest and largest weight, as colours"</span> }.into_any();
        (colour_tiles(&values, grid), format!("{count} kernels, {size}, in red, green and blue"), note)
    } else {
        let extent = Extent::around_zero(&values);
        let note = legend(Colormap::Diverging, extent, "weight");
        let title = format!("Kernel of map {}: {count} parts of {size}, one for each map before", kernels.channel);
        (atlas(&values, grid, Colormap::Diverging, extent), title, note)
    };
    let label = title.clone();
    let colour = kernels.colour;
    let frame = NodeRef::<html::Div>::new();
    let on_click = move |event: web_sys::MouseEvent| {
        let Some(frame) = frame.get_untracked().filter(|_| colour) else { return };
        let area = frame.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let down = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        if let Some((kernel, ..)) = grid.hit(across, down) {
            lab.select_map(Some(kernel));
        }
    };
    let chosen = move || {
        let kernel = lab.maps.selected.get().filter(|kernel| colour && *kernel < count)?;
        let (left, top) = grid.origin(kernel);
        let percent = |part: usize, whole: usize| format!("{:.3}%", part as f64 / whole as f64 * 100.0);
        Some(
            view! {
                <span
                    class="map-chosen"
                    style:left=percent(left, grid.width())
                    style:top=percent(top, grid.height())
                    style:width=percent(map_width, grid.width())
                    style:height=percent(map_height, grid.height())
                ></span>
            }
            .into_any(),
        )
    };
    let save_npy = move || {
        save::array(&file_name(lab, "kernels"), Dtype::F32, &kernels.shape, &kernels.bytes);
    };
    let save_png = move || save::picture("kernel-grid", &file_name(lab, "kernels"));
    // A tile of a colour kernel is at most so large, a part of another one so small.
    let width = if colour {
        (map_width as f64 * 2.2).clamp(14.0, 22.0)
    } else {
        grid.columns as f64 * (map_width as f64 * 0.35 + 0.4)
    };
    view! {
        <figure class="kernel-figure kernels-seen">
            <figcaption><strong>{title}</strong>{note}</figcaption>
            <div
                class="layer-maps"
                class:clickable=colour
                id="kernel-grid"
                node_ref=frame
                role="img"
                aria-label=label
                style:max-width=format!("{width}rem")
                on:click=erase::click(on_click)
            >
                <Pixels raster=Signal::stored(raster) />
                {erase::maybe(chosen)}
            </div>
            <div class="save-buttons">
                {button("save-kernels-png", "Save kernels (PNG)", || false, save_png)}
                {button("save-kernels-npy", "Save kernels (.npy)", || false, save_npy)}
            </div>
        </figure>
    }
    .into_any()
}
