//! The feature maps of every layer. A value can be pointed at, tapped, or reached by arrow keys.

use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, Raster, atlas};
use crate::app::components::legend::Legend;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::protocol::{ActivationKind, LayerPixel, Pooling};
use leptos::html;
use leptos::prelude::*;

/// Layer, columns on a wide and on a narrow screen, pixels between two maps.
const LAYERS: &[(&str, usize, usize, usize)] = &[
    ("conv1", 6, 3, 1),
    ("act1", 6, 3, 1),
    ("pool1", 6, 3, 1),
    ("conv2", 8, 8, 1),
    ("act2", 8, 8, 1),
    ("pool2", 8, 8, 1),
    ("fc1", 40, 20, 0),
    ("fc2", 42, 21, 0),
    ("logits", 10, 10, 0),
];

/// A layer's name in words.
pub fn title(layer: &str, activation: ActivationKind, pooling: Pooling) -> String {
    let activation = match activation {
        ActivationKind::Tanh => "tanh",
        ActivationKind::Relu => "ReLU",
    };
    let pooling = match pooling {
        Pooling::Average => "average of 2x2",
        Pooling::Max => "largest of 2x2",
    };
    match layer {
        "input" => "input, 32x32".to_owned(),
        "conv1" => "1st convolution, 6 maps 28x28".to_owned(),
        "act1" => format!("after {activation}, 6 maps 28x28"),
        "pool1" => format!("{pooling}, 6 maps 14x14"),
        "conv2" => "2nd convolution, 16 maps 10x10".to_owned(),
        "act2" => format!("after {activation}, 16 maps 10x10"),
        "pool2" => format!("{pooling}, 16 maps 5x5"),
        "fc1" => "1st fully connected layer, 120 values".to_owned(),
        "fc2" => "2nd fully connected layer, 84 values".to_owned(),
        "logits" => "output, one value per digit 0 to 9 (logits)".to_owned(),
        other => other.to_owned(),
    }
}

#[component]
pub fn Maps() -> impl IntoView {
    let narrow = crate::app::browser::matches_media("(max-width: 719px)");
    let rows = LAYERS.iter().map(|&(layer, wide, small, gap)| {
        let columns = if narrow { small } else { wide };
        view! { <Layer layer columns gap /> }
    });
    view! {
        <div class="maps">
            <p class="maps-hint">"Point at a value, tap it, or reach it with the arrow keys, to see where it comes from."</p>
            {rows.collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn Layer(layer: &'static str, columns: usize, gap: usize) -> impl IntoView {
    let lab = use_lab();
    let frame = NodeRef::<html::Div>::new();
    let grid = erase::memo(move || {
        lab.looking.watched.with(|w| {
            let ([maps, map_height, map_width], _) = w.as_ref()?.layer(layer)?;
            Some(Grid { maps, columns, map_width, map_height, gap })
        })
    });
    let extent = erase::memo(move || {
        lab.looking.watched.with(|w| {
            let values = w.as_ref().and_then(|w| w.layer(layer)).map_or(&[][..], |(_, values)| values);
            Extent::of(values)
        })
    });
    let raster = Signal::derive(move || {
        lab.looking.watched.with(|w| {
            let Some((_, values)) = w.as_ref().and_then(|w| w.layer(layer)) else { return Raster::default() };
            grid.get().map_or(Raster::default(), |grid| atlas(values, grid, Colormap::Viridis, extent.get()))
        })
    });
    let heading = move || lab.run.settings.with(|s| title(layer, s.activation, s.pooling));
    // This layer's chosen value as (map, x, y).
    let here = erase::memo(move || {
        lab.looking.at.with(|at| at.as_ref().filter(|at| at.layer == layer).map(|at| (at.channel, at.x, at.y)))
    });
    let choose = move |(channel, x, y): (usize, usize, usize)| {
        lab.explain(LayerPixel { layer: layer.to_owned(), channel, y, x });
    };
    let on_pointer = move |event: web_sys::PointerEvent| {
        let (Some(frame), Some(grid)) = (frame.get_untracked(), grid.get_untracked()) else { return };
        let area = frame.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let down = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        if let Some(hit) = grid.hit(across, down) {
            choose(hit);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let Some(grid) = grid.get_untracked() else { return };
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            "Enter" | " " => (0, 0),
            _ => return,
        };
        event.prevent_default();
        choose(here.get_untracked().map_or((0, grid.map_width / 2, grid.map_height / 2), |at| grid.moved(at, dx, dy)));
    };
    let mark = move || {
        let ((map, x, y), grid) = (here.get()?, grid.get()?);
        let (left, top) = grid.origin(map);
        let percent = |part: usize, whole: usize| format!("{:.3}%", part as f64 / whole as f64 * 100.0);
        Some(view! {
            <span
                class="map-mark"
                style:left=percent(left + x, grid.width())
                style:top=percent(top + y, grid.height())
                style:width=percent(1, grid.width())
                style:height=percent(1, grid.height())
            ></span>
        })
    };
    let caption_id = format!("caption-{layer}");
    view! {
        <figure class=format!("layer {layer}")>
            <figcaption id=caption_id.clone()>
                <span>{erase::text(heading)}</span>
                <Legend colours=Colormap::Viridis extent=extent.into() />
            </figcaption>
            <div
                class="layer-maps"
                id=format!("maps-{layer}")
                node_ref=frame
                tabindex="0"
                role="application"
                aria-labelledby=caption_id
                on:pointermove=erase::pointer(on_pointer)
                on:pointerdown=erase::pointer(on_pointer)
                on:keydown=erase::key(on_key)
            >
                <Pixels raster />
                {erase::maybe(move || mark().map(IntoAny::into_any))}
            </div>
        </figure>
    }
    .into_any()
}
