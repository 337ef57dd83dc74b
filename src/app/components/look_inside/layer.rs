use super::controls::{Choice, button, few_choices, select, tick};
use super::kernels::kernel_figure;
use super::maps::map_grid;
use super::stage::stage;
use crate::app::charts::colormap::Extent;
use crate::app::components::legend::legend;
use crate::app::erase;
use crate::app::npy::Dtype;
use crate::app::save;
use crate::app::state::inside::{Inside, Looked, use_inside};
use crate::app::words;
use crate::protocol::{LayerInfo, LayerKind};
use leptos::prelude::*;

/// A layer: its kernels, and what it makes of the photo.
#[component]
pub fn LayerPanel() -> impl IntoView {
    let lab = use_inside();
    let step = move |by: isize, id: &'static str, label: &'static str, sign: &'static str| {
        let step = erase::click(move |_| lab.step_layer(by));
        view! { <button type="button" id=id class="button small" aria-label=label title=label on:click=step>{sign}</button> }
            .into_any()
    };
    let activation = move || {
        let layer = lab.maps.layer.get();
        let has = lab.networks.open.with(|open| open.as_ref().is_some_and(|open| open.activation(&layer).is_some()));
        has.then(|| {
            let (now, choose) =
                (move || usize::from(lab.maps.after.get()), move |place| lab.look_after_activation(place == 1));
            few_choices("activation-switch", "Activation", &["before", "after"], now, choose)
        })
    };
    view! {
        <section class="panel layer-panel" aria-labelledby="layer-title">
            <h2 id="layer-title">"Layer"</h2>
            <div class="controls">
                {select(
                    "layer-choice",
                    "Layer",
                    Box::new(move || lab.layers().iter().map(|layer| choice(lab, layer)).collect()),
                    Box::new(move || lab.maps.layer.get()),
                    Box::new(move |name| lab.choose_layer(name)),
                )}
                <span class="steps">
                    {step(-1, "layer-before", "Previous layer", "‹")}
                    {step(1, "layer-after", "Next layer", "›")}
                </span>
                {erase::maybe(activation)}
                {tick("every-layer", "list every layer", lab.maps.every)}
            </div>
            {erase::maybe(move || lab.details.kernels.get().map(|kernels| kernel_figure(lab, kernels)))}
            {maps_figure(lab)}
        </section>
    }
    .into_any()
}

/// A layer as the select lists it.
fn choice(lab: Inside, layer: &LayerInfo) -> Choice {
    let [channels, height, width] = layer.shape;
    let shape =
        if height * width == 1 { format!("{channels} values") } else { format!("{channels} x {height} x {width}") };
    let composite = lab.networks.open.with(|open| {
        let open = open.as_ref().filter(|_| layer.kind == LayerKind::Add)?;
        open.activation(&layer.name).map(str::to_owned)
    });
    let name = composite.as_ref().unwrap_or(&layer.name);
    let ready = if layer.ready { "" } else { " (not loaded yet)" };
    let label = format!("{name}: {}, {shape}{ready}", layer.kind.words());
    let group = name.split('.').next().unwrap_or_default().to_owned();
    Choice { group, ..Choice::new(layer.name.clone(), label) }
}

fn maps_figure(lab: Inside) -> AnyView {
    let (maps, looked) = (lab.maps, lab.maps.looked);
    let nothing = move || looked.with(Option::is_none);
    view! {
        <figure class="maps-figure">
            <figcaption>
                <strong id="maps-caption">{erase::text(move || caption(lab))}</strong>
                <span>{erase::text(move || timing(lab))}</span>
            </figcaption>
            <div class="controls" hidden=erase::flag(nothing)>
                {erase::maybe(move || is_map(lab).then(|| few_choices(
                    "normalise-choice",
                    "Brightness",
                    &["each map by itself", "across all maps"],
                    move || usize::from(maps.across.get()),
                    move |i| maps.across.set(i == 1),
                )))}
                {few_choices(
                    "order-choice",
                    "Order",
                    &["as in the network", "strongest first"],
                    move || usize::from(maps.strongest.get()),
                    move |i| maps.strongest.set(i == 1),
                )}
                {few_choices(
                    "colour-choice",
                    "Colours",
                    &["grey", "viridis"],
                    move || usize::from(maps.colourful.get()),
                    move |i| maps.colourful.set(i == 1),
                )}
            </div>
            <p class="hint" hidden=erase::flag(nothing)>{erase::view(move || key(lab))}</p>
            <div class="maps-near">
                {stage(lab, false)}
                <p class="readout">{erase::text(move || super::detail::readout(lab))}</p>
            </div>
            {erase::view(move || match nothing() {
                true => view! { <p class="empty">{waiting(lab)}</p> }.into_any(),
                false => map_grid(lab),
            })}
            <div class="save-buttons">
                {erase::maybe(move || more(lab))}
                {button("save-maps-png", "Save maps (PNG)", nothing, move || save::picture("map-grid", &file_name(lab, "maps")))}
                {button("save-maps-npy", "Save maps (.npy)", nothing, move || save_maps(lab))}
            </div>
        </figure>
    }
    .into_any()
}

fn is_map(lab: Inside) -> bool {
    lab.maps.looked.with(|looked| looked.as_ref().is_some_and(|looked| !looked.is_vector()))
}

/// What brightness and order mean.
fn key(lab: Inside) -> AnyView {
    let extent = lab.maps.looked.with(|l| l.as_ref().map_or(Extent { low: 0.0, high: 0.0 }, |l| l.whole));
    let brightness = if lab.maps.across.get() || !is_map(lab) {
        legend(lab.maps.colours(), extent, "value")
    } else {
        "Dark is the smallest, bright the largest value of each map.".into_any()
    };
    let order = if lab.maps.strongest.get() { " Strongest: by the mean of its values after ReLU." } else { "" };
    let silent = lab.maps.looked.with(|looked| looked.as_ref().map_or(String::new(), |looked| silent(looked)));
    view! { {brightness}{order}{silent} }.into_any()
}

/// The button for the maps that are not shown yet.
fn more(lab: Inside) -> Option<AnyView> {
    let all = lab.maps.looked.with(|looked| looked.as_ref().map_or(0, |looked| looked.shape[0]));
    let shown = lab.maps.shown.with(|shown| shown.len());
    (shown < all).then(|| {
        let label = format!("Show more ({} of {} are shown)", words::count(shown), words::count(all));
        button("more-maps", label, || false, move || lab.maps.limit.update(|limit| *limit += 128))
    })
}

/// Such as `squeezenet1_1-features.0-maps`.
pub fn file_name(lab: Inside, what: &str) -> String {
    format!("{}-{}-{what}", lab.networks.chosen.get_untracked(), untrack(|| lab.wanted_layer()))
}

fn save_maps(lab: Inside) {
    if let Some(looked) = lab.maps.looked.get_untracked() {
        save::array(&file_name(lab, "maps"), Dtype::F32, &looked.shape, &looked.bytes);
    }
}

fn caption(lab: Inside) -> String {
    lab.maps.looked.with(|looked| match looked {
        Some(looked) => match looked.shape {
            [n, 1, 1] => format!("{}: {} values", looked.layer, words::count(n)),
            [n, height, width] => format!("{}: {} feature maps, {height}x{width}", looked.layer, words::count(n)),
        },
        None => "Feature maps".to_owned(),
    })
}

fn timing(lab: Inside) -> String {
    let time = lab.maps.looked.with(|looked| looked.as_ref().and_then(|looked| looked.milliseconds));
    time.map_or(String::new(), |ms| format!("{ms:.0} ms of work from the file to here"))
}

/// Says how many maps are the same everywhere.
fn silent(looked: &Looked) -> String {
    match looked.stats.iter().filter(|s| s.extent.low == s.extent.high).count() {
        0 => String::new(),
        _ if looked.is_vector() => String::new(),
        1 => " One map has the same value everywhere.".to_owned(),
        n => format!(" {n} maps have the same value everywhere."),
    }
}

fn waiting(lab: Inside) -> &'static str {
    let layer = lab.wanted_layer();
    let known = lab.networks.open.with(|open| open.as_ref().map(|open| open.is_ready(&layer)));
    match known {
        Some(false) => "The weights of this layer are not loaded yet.",
        _ if lab.photos.taken.with(Option::is_none) => "Choose a photo to see what the layer makes of it.",
        _ => "Computing …",
    }
}
