//! The time-lapse: kernels, feature maps and predictions over all saved epochs on one slider.

use super::own_picture::{OwnCamera, picture_buttons};
use crate::app::browser;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, Raster, atlas, colour_tiles};
use crate::app::components::legend::legend;
use crate::app::components::look_inside::controls::{Choice, select};
use crate::app::erase;
use crate::app::state::googlenet::{Googlenet, Seen, use_googlenet};
use crate::app::words;
use crate::protocol::Picture;
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE;
use gloo::timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// So many maps of a layer are shown.
const MOST: usize = 64;
/// Milliseconds between two epochs; pictures that change quickly flicker too much for some.
const PACE: u32 = 400;
const CALM_PACE: u32 = 1200;

pub fn lapse_panel() -> AnyView {
    let lab = use_googlenet();
    let camera = RwSignal::new(false);
    let seen = lab.lapse.seen;
    let there = erase::memo(move || !lab.saved_epochs().is_empty());
    let content = move || {
        if !there.get() {
            return view! { <p class="empty">"Here is shown what the network sees after every epoch, as soon as the first one is over."</p> }
                .into_any();
        }
        view! {
            {timeline(lab)}
            <p class="hint" role="status" id="googlenet-lapse-note">{erase::text(move || note(lab))}</p>
            <button
                type="button"
                id="googlenet-look-again"
                class="button small"
                hidden=erase::flag(move || lab.lapse.problem.with(Option::is_none))
                on:click=erase::click(move |_| lab.look_again())
            >
                "Try again"
            </button>
            <div class="lapse-grid">
                <div class="lapse-picture">
                    <h3>"Picture"</h3>
                    {erase::maybe(move || seen.get().map(|seen| picture(&seen)))}
                    {picture_buttons(lab, camera)}
                    {erase::maybe(move || camera.get().then(|| view! { <OwnCamera open=camera /> }.into_any()))}
                </div>
                <div class="lapse-answer">
                    <h3>"Prediction"</h3>
                    {erase::maybe(move || seen.get().map(|seen| bars(&seen)))}
                </div>
                <div class="lapse-kernels">
                    <h3>"First layer"</h3>
                    {erase::maybe(move || seen.get().map(|seen| kernels(&seen)))}
                </div>
                <div class="lapse-maps">
                    <h3>"Feature maps"</h3>
                    {layers(lab)}
                    {erase::maybe(move || seen.get().map(|seen| maps(&seen)))}
                </div>
            </div>
        }
        .into_any()
    };
    let epoch = move || seen.with(|seen| seen.as_ref().map(|seen| seen.look.epoch.to_string()));
    view! {
        <section
            class="panel lapse"
            id="googlenet-lapse"
            aria-labelledby="googlenet-lapse-title"
            data-epoch=erase::attribute(epoch)
            data-waiting=erase::text(move || lab.lapse.is_waiting().to_string())
        >
            <h2 id="googlenet-lapse-title">"Time-lapse"</h2>
            {erase::view(content)}
        </section>
    }
    .into_any()
}

fn timeline(lab: Googlenet) -> AnyView {
    let lapse = lab.lapse;
    let epochs = erase::memo(move || lab.saved_epochs());
    let last = move || epochs.with(|epochs| epochs.len().saturating_sub(1));
    let place = erase::memo(move || {
        let chosen = lapse.epoch.get();
        epochs.with(|epochs| epochs.iter().position(|epoch| Some(*epoch) == chosen)).unwrap_or(last())
    });
    let go = move |place: usize| {
        let newest = place >= untrack(last);
        lapse.epoch.set(epochs.with_untracked(|epochs| epochs.get(place).copied()).filter(|_| !newest));
    };
    let timer = StoredValue::new_local(None::<Interval>);
    erase::effect(move || {
        let step = move || {
            // The answer before is shown first.
            if !untrack(|| lapse.is_waiting()) {
                let next = place.get_untracked() + 1;
                go(next);
                if next >= untrack(last) {
                    lapse.playing.set(false);
                }
            }
        };
        let pace = if browser::prefers_reduced_motion() { CALM_PACE } else { PACE };
        timer.set_value(lapse.playing.get().then(|| Interval::new(pace, step)));
    });
    on_cleanup(move || {
        lapse.playing.set(false);
        drop(timer.try_update_value(Option::take));
    });
    let play = move |_| {
        if !lapse.playing.get_untracked() && place.get_untracked() >= untrack(last) {
            go(0);
        }
        lapse.playing.update(|playing| *playing = !*playing);
    };
    let slide = move |event: web_sys::Event| {
        lapse.playing.set(false);
        go(event_target_value(&event).parse().unwrap_or(0));
    };
    let slider = NodeRef::<html::Input>::new();
    // A value above what is the most at that moment would be cut down to it, so the most is set first.
    erase::effect(move || {
        if let Some(slider) = slider.get() {
            slider.set_max(&last().to_string());
            slider.set_value(&place.get().to_string());
        }
    });
    let label = move || {
        let newest = if lapse.epoch.get().is_none() { " (newest)" } else { "" };
        epochs.with(|epochs| epochs.get(place.get()).map_or(String::new(), |epoch| format!("epoch {epoch}{newest}")))
    };
    let only = move || epochs.with(|epochs| epochs.len() < 2);
    view! {
        <div class="replay lapse-time">
            <button type="button" id="googlenet-play" class="button small" disabled=erase::flag(only) on:click=erase::click(play)>
                {erase::text(move || if lapse.playing.get() { "Stop" } else { "Play" }.to_owned())}
            </button>
            <input
                node_ref=slider
                id="googlenet-time"
                type="range"
                min="0"
                step="1"
                aria-label="Epoch"
                aria-valuetext=erase::text(label)
                disabled=erase::flag(only)
                on:input=erase::event(slide)
            />
            <output class="lapse-epoch">{erase::text(label)}</output>
        </div>
    }
    .into_any()
}

/// What keeps from seeing something, or what there is.
fn note(lab: Googlenet) -> String {
    if let Some(problem) = lab.lapse.problem.get() {
        return problem;
    }
    let of_site = lab.runs.is_of_site();
    let nothing = lab.lapse.seen.with(Option::is_none);
    let picture = lab.lapse.picture.get();
    if nothing && picture != Picture::Own && lab.validated_pictures() == 0 && lab.setup.listed.get() {
        return "The pictures of this run are not on this site. Choose one of yours, or the cat, to see what the network makes of it.".to_owned();
    }
    if let Some((done, total)) = lab.runs.fetching.get() {
        let [done, total] = [done, total].map(words::megabytes);
        return format!("Fetching the weights of this run: {done} of {total}.");
    }
    if nothing && lab.lapse.is_waiting() {
        return "Computing …".to_owned();
    }
    if of_site {
        return "Of a run that this site has, the weights of one epoch are here: there is one moment to look at."
            .to_owned();
    }
    String::new()
}

fn picture(seen: &Arc<Seen>) -> AnyView {
    let rgba = seen.picture.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
    let raster = Raster { width: GOOGLENET_SIDE, height: GOOGLENET_SIDE, rgba };
    let class = |place: usize| seen.look.classes.get(place).cloned().unwrap_or_default();
    let about = match seen.look.actual {
        Some(actual) => format!("It is: {}.", class(actual)),
        None => "A picture of your choice, as the network sees it: the square in its middle, 32x32 pixels.".to_owned(),
    };
    view! {
        <div class="lapse-input" role="img" aria-label="The picture that is looked at, 32 by 32 pixels">
            <Pixels raster=Signal::stored(raster) />
        </div>
        <p class="hint" id="googlenet-actual">{about}</p>
    }
    .into_any()
}

fn bars(seen: &Arc<Seen>) -> AnyView {
    let look = &seen.look;
    let best = look.probabilities.iter().copied().fold(0.0, f32::max);
    let bar = |(place, probability): (usize, &f32)| {
        let name = look.classes.get(place).cloned().unwrap_or_default();
        let is_best = *probability >= best;
        let actual = (look.actual == Some(place)).then_some("right");
        view! {
            <li class="try-bar" class:best=is_best>
                <span class="class-name">{name}</span>
                <span class="bar-track" aria-hidden="true">
                    <span class="bar-fill" style:width=format!("{:.2}%", probability * 100.0)></span>
                </span>
                <span class="bar-value">{words::probability(*probability)}</span>
                <span class="hint">{actual}</span>
            </li>
        }
        .into_any()
    };
    let bars = look.probabilities.iter().enumerate().map(bar).collect_view();
    view! { <ol class="try-bars" id="googlenet-bars" aria-label="Probability of each class">{bars}</ol> }.into_any()
}

fn kernels(seen: &Arc<Seen>) -> AnyView {
    let [count, channels, map_height, map_width] = seen.look.kernel_shape;
    let grid = Grid { maps: count, columns: 8.min(count.max(1)), map_width, map_height, gap: 1 };
    if count == 0 || channels != 3 {
        return ().into_any();
    }
    let label = format!("{count} kernels of {map_height}x{map_width} in red, green and blue");
    view! {
        <div class="lapse-canvas" role="img" aria-label=label.clone()>
            <Pixels raster=Signal::stored(colour_tiles(&seen.kernels, grid)) />
        </div>
        <p class="hint">{label} ", each between its own smallest and largest weight"</p>
    }
    .into_any()
}

fn layers(lab: Googlenet) -> AnyView {
    let seen = lab.lapse.seen;
    let names =
        erase::memo(move || seen.with(|seen| seen.as_ref().map_or(Vec::new(), |seen| seen.look.layers.clone())));
    let options = move || names.get().into_iter().map(|name| Choice::new(name.clone(), name)).collect();
    let value = move || seen.with(|seen| seen.as_ref().map_or(String::new(), |seen| seen.look.layer.clone()));
    select(
        "googlenet-layer",
        "Layer",
        Box::new(options),
        Box::new(value),
        Box::new(move |name| lab.lapse.layer.set(name)),
    )
}

fn maps(seen: &Arc<Seen>) -> AnyView {
    let [channels, map_height, map_width] = seen.look.shape;
    let maps = channels.min(MOST);
    if maps == 0 || map_height * map_width == 0 {
        return ().into_any();
    }
    let values = &seen.maps[..(maps * map_height * map_width).min(seen.maps.len())];
    let extent = Extent::of(values);
    let gap = usize::from(map_width * map_height > 1);
    let grid = Grid { maps, columns: 8.min(maps), map_width, map_height, gap };
    let shown = if maps < channels { format!("the first {maps} of {channels} maps") } else { format!("{maps} maps") };
    let label = format!("{}: {shown}, {map_height}x{map_width}", seen.look.layer);
    view! {
        <div class="lapse-canvas" role="img" aria-label=label.clone()>
            <Pixels raster=Signal::stored(atlas(values, grid, Colormap::Viridis, extent)) />
        </div>
        <p class="hint">{label} " " {legend(Colormap::Viridis, extent, "value")}</p>
    }
    .into_any()
}
