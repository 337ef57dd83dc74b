use super::stage::crop;
use crate::app::charts::pixels::Pixels;
use crate::app::components::arithmetic::{Naming, spelled_out};
use crate::app::erase;
use crate::app::state::inside::{Inside, use_inside};
use crate::app::words;
use crate::protocol::{Arithmetic, LayerPixel, Patch};
use leptos::prelude::*;

/// So many input channels are spelled out.
const CHANNELS: usize = 8;

/// One map and one value, closer.
#[component]
pub fn DetailPanel() -> impl IntoView {
    let lab = use_inside();
    view! {
        <section class="panel detail" aria-labelledby="detail-title">
            <h2 id="detail-title">"Closer"</h2>
            {erase::maybe(move || selected(lab))}
            <div class="arithmetic" id="inside-arithmetic">
                {erase::view(move || match lab.details.explained.get() {
                    Some(arithmetic) => explained(lab, &arithmetic),
                    None => view! { <p class="empty">"Point at a value in a map: its arithmetic appears here."</p> }.into_any(),
                })}
            </div>
        </section>
    }
    .into_any()
}

/// The value pointed at, in words.
pub fn readout(lab: Inside) -> String {
    let Some(at) = lab.details.at.get() else { return "Point at a value.".to_owned() };
    let value = lab.maps.looked.with(|looked| {
        looked.as_ref().filter(|looked| looked.layer == at.layer).and_then(|l| l.value(at.channel, at.y, at.x))
    });
    format!("{}: {}", place(lab, &at), value.map_or("–".to_owned(), words::value))
}

fn place(lab: Inside, at: &LayerPixel) -> String {
    let is_vector = lab.networks.open.with_untracked(|open| {
        open.as_ref().and_then(|open| open.layer(&at.layer)).is_some_and(|layer| layer.shape[1] * layer.shape[2] == 1)
    });
    match is_vector {
        true => format!("value {}", words::count(at.channel)),
        false => format!("map {}, row {}, column {}", at.channel, at.y, at.x),
    }
}

fn explained(lab: Inside, a: &Arithmetic) -> AnyView {
    let name = |layer: &str| {
        let about = lab.networks.open.with_untracked(|open| open.as_ref()?.layer(layer).map(|l| (l.kind, l.shape)));
        match about {
            // `input` needs no second name.
            Some((kind, [n, h, w])) if kind.words() == layer => format!("{layer}, {n} x {h} x {w}"),
            Some((kind, [n, 1, 1])) => format!("{layer}: {}, {} values", kind.words(), words::count(n)),
            Some((kind, [n, h, w])) => format!("{layer}: {}, {n} x {h} x {w}", kind.words()),
            None => layer.to_owned(),
        }
    };
    let first = a.source_layer == "input" && a.terms.len() == 3;
    let naming = Naming {
        layer: name(&a.at.layer),
        place: place(lab, &a.at),
        source: name(&a.source_layer),
        then: "",
        channel: if first { colour } else { |channel| format!("map {channel}") },
        unfolded: 3,
        most: CHANNELS,
    };
    spelled_out(a, &naming)
}

fn colour(channel: usize) -> String {
    ["red", "green", "blue"].get(channel).map_or(String::new(), |name| (*name).to_owned())
}

/// The map that was chosen: its number, and where it is strongest.
fn selected(lab: Inside) -> Option<AnyView> {
    let channel = lab.maps.selected.get()?;
    let strength = lab.maps.looked.with(|looked| {
        let stats = looked.as_ref()?.stats.get(channel)?;
        Some(format!(
            "from {} to {}; strength (mean after ReLU) {}",
            words::value(stats.extent.low),
            words::value(stats.extent.high),
            words::value(stats.strength)
        ))
    });
    let patches = lab.details.patches.get().filter(|patches| !patches.is_empty()).map(|patches| {
        let tiles = patches.iter().map(|patch| tile(lab, channel, *patch)).collect_view();
        view! {
            <h3>"Where it is strongest"</h3>
            <div class="patches" id="patches" role="group" aria-label="Strongest patches of the photo">{tiles}</div>
        }
    });
    Some(
        view! {
            <div class="chosen-map">
                <div class="panel-head">
                    <h3 id="chosen-map">{format!("Map {channel}")}</h3>
                    <button type="button" id="close-map" class="button quiet small" on:click=erase::click(move |_| lab.select_map(None))>"Close"</button>
                </div>
                <p class="hint">{strength}</p>
                {patches}
            </div>
        }
        .into_any(),
    )
}

/// A part of the photo with the value it gives; chosen, its arithmetic is shown.
fn tile(lab: Inside, channel: usize, patch: Patch) -> AnyView {
    let (raster, framed) = crop(lab, patch.region);
    let label = format!("Row {}, column {}: {}", patch.y, patch.x, words::value(patch.value));
    let show = move || {
        let layer = untrack(|| lab.wanted_layer());
        lab.explain(LayerPixel { layer, channel, y: patch.y, x: patch.x });
    };
    view! {
        <button type="button" class="patch" aria-label=label on:click=erase::click(move |_| show()) on:pointerenter=erase::pointer(move |_| show())>
            <span class="patch-picture"><Pixels raster=Signal::stored(raster) />{framed}</span>
            <span>{words::value(patch.value)}</span>
        </button>
    }
    .into_any()
}
