use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, Raster, atlas};
use crate::app::components::legend::Legend;
use crate::app::erase;
use crate::app::state::use_lab;
use leptos::prelude::*;

const SIDE: usize = 32;
const GRID: Grid = Grid { maps: 1, columns: 1, map_width: SIDE, map_height: SIDE, gap: 0 };

/// The 32x32 input, with a frame around what the chosen value can see of it.
#[component]
pub fn InputView() -> impl IntoView {
    let lab = use_lab();
    let extent = erase::memo(move || {
        lab.looking.watched.with(|w| Extent::of(w.as_ref().and_then(|w| w.layer("input")).map_or(&[][..], |(_, v)| v)))
    });
    let raster = Signal::derive(move || {
        lab.looking.watched.with(|w| {
            let input = w.as_ref().and_then(|w| w.layer("input"));
            input.map_or(Raster::default(), |(_, values)| atlas(values, GRID, Colormap::Viridis, extent.get()))
        })
    });
    let frame = move || {
        let region = lab.looking.explained.with(|e| e.as_ref().map(|e| e.receptive_field))?;
        let percent = |v: f64| format!("{:.3}%", v / SIDE as f64 * 100.0);
        Some(view! {
            <span
                class="receptive-field"
                id="receptive-field"
                style:left=percent(region.x.into())
                style:top=percent(region.y.into())
                style:width=percent(region.width.into())
                style:height=percent(region.height.into())
            ></span>
        })
    };
    let words = move || {
        lab.looking.explained.with(|e| {
            e.as_ref().map_or("Input, 32x32".to_owned(), |e| {
                format!(
                    "Input, 32x32. Framed: the receptive field, {}x{} pixels",
                    e.receptive_field.height, e.receptive_field.width
                )
            })
        })
    };
    view! {
        <figure class="input-view">
            <figcaption>{erase::text(words)}</figcaption>
            <div class="input-picture" role="img" aria-label=erase::text(words)>
                <Pixels raster />
                {erase::maybe(move || frame().map(IntoAny::into_any))}
            </div>
            <Legend colours=Colormap::Viridis extent=extent.into() unit="input value" />
        </figure>
    }
    .into_any()
}
