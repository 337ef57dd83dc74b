use super::controls::{Choice, FewChoices, SaveButton, Select, Tick};
use super::kernels::KernelFigure;
use super::maps::MapGrid;
use super::stage::Stage;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::components::legend::Legend;
use crate::app::npy::Dtype;
use crate::app::save;
use crate::app::state::inside::{Inside, Looked, Normalise, Order, use_inside};
use crate::app::words;
use crate::protocol::{LayerInfo, LayerKind};
use leptos::prelude::*;

/// A layer: its kernels, and what it makes of the photo.
#[component]
pub fn LayerPanel() -> impl IntoView {
    let lab = use_inside();
    let options = Signal::derive(move || lab.layers().iter().map(|layer| choice(lab, layer)).collect());
    let step = move |by: isize, id: &'static str, label: &'static str, sign: &'static str| {
        view! {
            <button type="button" id=id class="button small" aria-label=label title=label on:click=move |_| lab.step_layer(by)>{sign}</button>
        }
        .into_any()
    };
    let has_activation = move || {
        let layer = lab.maps.layer.get();
        lab.networks.open.with(|open| open.as_ref().is_some_and(|open| open.activation(&layer).is_some()))
    };
    view! {
        <section class="panel layer-panel" aria-labelledby="layer-title">
            <h2 id="layer-title">"Layer"</h2>
            <div class="controls">
                <Select
                    id="layer-choice"
                    label="Layer"
                    options
                    value=lab.maps.layer.into()
                    choose=Callback::new(move |name| lab.choose_layer(name))
                />
                <span class="steps">
                    {step(-1, "layer-before", "Previous layer", "‹")}
                    {step(1, "layer-after", "Next layer", "›")}
                </span>
                {move || has_activation().then(|| view! {
                    <FewChoices
                        id="activation-switch"
                        label="Activation"
                        options=&["before", "after"]
                        value=Signal::derive(move || usize::from(lab.maps.after.get()))
                        choose=Callback::new(move |place| lab.look_after_activation(place == 1))
                    />
                })}
                <Tick id="every-layer" label="list every layer" value=lab.maps.every />
            </div>
            <KernelFigure />
            <MapsFigure />
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

#[component]
fn MapsFigure() -> impl IntoView {
    let lab = use_inside();
    let maps = lab.maps;
    let looked = maps.looked;
    let is_map = move || looked.with(|looked| looked.as_ref().is_some_and(|looked| !looked.is_vector()));
    let extent =
        Signal::derive(move || looked.with(|l| l.as_ref().map_or(Extent { low: 0.0, high: 0.0 }, |l| l.whole)));
    let across = move || maps.normalise.get() == Normalise::Across || !is_map();
    let hidden = move || {
        let all = looked.with(|looked| looked.as_ref().map_or(0, |looked| looked.shape[0]));
        (all - maps.shown.with(|shown| shown.len()).min(all), all)
    };
    let more = move || {
        let (hidden, all) = hidden();
        (hidden > 0).then(|| {
            view! {
                <button type="button" id="more-maps" class="button small" on:click=move |_| maps.limit.update(|limit| *limit += 128)>
                    {format!("Show more ({} of {} are shown)", words::count(all - hidden), words::count(all))}
                </button>
            }
        })
    };
    let nothing = Signal::derive(move || looked.with(Option::is_none));
    view! {
        <figure class="maps-figure">
            <figcaption>
                <strong id="maps-caption">{move || caption(lab)}</strong>
                <span>{move || timing(lab)}</span>
            </figcaption>
            <div class="controls" hidden=move || nothing.get()>
                {move || is_map().then(|| view! {
                    <FewChoices
                        id="normalise-choice"
                        label="Brightness"
                        options=&["each map by itself", "across all maps"]
                        value=Signal::derive(move || usize::from(maps.normalise.get() == Normalise::Across))
                        choose=Callback::new(move |i| maps.normalise.set(if i == 1 { Normalise::Across } else { Normalise::Each }))
                    />
                })}
                <FewChoices
                    id="order-choice"
                    label="Order"
                    options=&["as in the network", "strongest first"]
                    value=Signal::derive(move || usize::from(maps.order.get() == Order::Strongest))
                    choose=Callback::new(move |i| maps.order.set(if i == 1 { Order::Strongest } else { Order::Network }))
                />
                <FewChoices
                    id="colour-choice"
                    label="Colours"
                    options=&["grey", "viridis"]
                    value=Signal::derive(move || usize::from(maps.colours.get() == Colormap::Viridis))
                    choose=Callback::new(move |i| maps.colours.set(if i == 1 { Colormap::Viridis } else { Colormap::Grey }))
                />
            </div>
            <p class="hint" hidden=move || nothing.get()>
                {move || match across() {
                    true => view! { <Legend colours=maps.colours.get() extent unit="value" /> }.into_any(),
                    false => "Dark is the smallest, bright the largest value of each map. ".into_any(),
                }}
                {move || (maps.order.get() == Order::Strongest).then_some(" Strongest: by the mean of its values after ReLU.")}
                {move || looked.with(|l| l.as_ref().and_then(|l| silent(l)))}
            </p>
            <div class="maps-near">
                <Stage main=false />
                <p class="readout">{move || super::detail::readout(lab)}</p>
            </div>
            {move || match nothing.get() {
                true => view! { <p class="empty">{waiting(lab)}</p> }.into_any(),
                false => view! { <MapGrid /> }.into_any(),
            }}
            <div class="save-buttons">
                {more}
                <SaveButton id="save-maps-png" label="Save maps (PNG)" disabled=nothing save=Callback::new(move |()| save::picture("map-grid", &file_name(lab, "maps"))) />
                <SaveButton id="save-maps-npy" label="Save maps (.npy)" disabled=nothing save=Callback::new(move |()| save_maps(lab)) />
            </div>
        </figure>
    }
    .into_any()
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
    let time = lab.maps.looked.with(|looked| looked.as_ref().map(|looked| looked.milliseconds));
    time.map_or(String::new(), |ms| format!("{ms:.0} ms after the photo arrived"))
}

/// Maps that are the same everywhere.
fn silent(looked: &Looked) -> Option<String> {
    let silent = looked.stats.iter().filter(|s| s.extent.low == s.extent.high).count();
    (silent > 0 && !looked.is_vector()).then(|| match silent {
        1 => " One map has the same value everywhere.".to_owned(),
        n => format!(" {n} maps have the same value everywhere."),
    })
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
