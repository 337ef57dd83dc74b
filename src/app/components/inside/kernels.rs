//! The kernels of both convolutions, and how the first layer's changed since step 0.

use crate::app::browser;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, Raster, atlas};
use crate::app::components::legend::Legend;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::words;
use gloo::timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;

const FIRST: Grid = Grid { maps: 6, columns: 6, map_width: 5, map_height: 5, gap: 1 };
/// A row for each input map, a column for each kernel.
const SECOND: Grid = Grid { maps: 96, columns: 16, map_width: 5, map_height: 5, gap: 1 };

#[component]
pub fn Kernels() -> impl IntoView {
    view! {
        <div class="kernels">
            <FirstLayer />
            <SecondLayer />
        </div>
    }
    .into_any()
}

#[component]
fn FirstLayer() -> impl IntoView {
    let lab = use_lab();
    let frames = lab.run.kernels;
    // The frame shown; none means the newest, which follows the training.
    let chosen = RwSignal::new(None::<usize>);
    let timer = StoredValue::new_local(None::<Interval>);
    let playing = RwSignal::new(false);
    let last = move || frames.with(|f| f.len().saturating_sub(1));
    let place = erase::memo(move || chosen.get().unwrap_or(usize::MAX).min(last()));
    // One scale for all frames, so that growing kernels are seen to grow.
    let extent = erase::memo(move || {
        let most = frames.with(|f| f.iter().map(|f| Extent::around_zero(&f.kernels).high).fold(0.0, f32::max));
        Extent { low: -most, high: most }
    });
    let raster = Signal::derive(move || {
        frames.with(|f| {
            f.get(place.get())
                .map_or(Raster::default(), |f| atlas(&f.kernels, FIRST, Colormap::Diverging, extent.get()))
        })
    });
    let step = move || frames.with(|f| f.get(place.get()).map(|f| f.step));
    let stop = move || {
        playing.set(false);
        timer.update_value(|t| *t = None);
    };
    let play = move |_| {
        if playing.get_untracked() {
            stop();
            return;
        }
        if place.get_untracked() >= untrack(last) {
            chosen.set(Some(0));
        }
        playing.set(true);
        // Ten pictures a second flicker too much for some.
        let pause = if browser::prefers_reduced_motion() { 700 } else { 100 };
        timer.set_value(Some(Interval::new(pause, move || {
            let next = place.get_untracked() + 1;
            if next >= untrack(last) {
                chosen.set(None);
                stop();
            } else {
                chosen.set(Some(next));
            }
        })));
    };
    on_cleanup(move || drop(timer.try_update_value(Option::take)));
    let slide = move |event: web_sys::Event| {
        stop();
        let wanted = event_target_value(&event).parse::<usize>().unwrap_or(0);
        chosen.set((wanted < untrack(last)).then_some(wanted));
    };
    let slider = NodeRef::<html::Input>::new();
    // A value above what is the most at that moment would be cut down to it, so the most is set first.
    erase::effect(move || {
        if let Some(slider) = slider.get() {
            slider.set_max(&last().to_string());
            slider.set_value(&place.get().to_string());
        }
    });
    let empty = move || frames.with(Vec::is_empty);
    let label = move || match step() {
        Some(step) if chosen.get().is_none() => format!("step {} (newest)", words::count(step)),
        Some(step) => format!("step {}", words::count(step)),
        None => "recorded once training starts".to_owned(),
    };
    view! {
        <figure class="kernel-figure">
            <figcaption>
                <strong>"First convolution: 6 kernels, 5x5"</strong>
                <span>{erase::text(label)}</span>
            </figcaption>
            <div class="first-kernels" role="img" aria-label="The six kernels of the first convolution">
                <Pixels raster />
            </div>
            <Legend colours=Colormap::Diverging extent=extent.into() unit="weight" />
            <div class="replay">
                <button type="button" id="play-kernels" class="button small" disabled=erase::flag(empty) on:click=erase::click(play)>
                    {erase::text(move || if playing.get() { "Stop" } else { "Play" }.to_owned())}
                </button>
                <input
                    node_ref=slider
                    id="kernel-time"
                    type="range"
                    min="0"
                    step="1"
                    aria-label="Kernels over time"
                    aria-valuetext=erase::text(label)
                    disabled=erase::flag(empty)
                    on:input=erase::event(slide)
                />
            </div>
        </figure>
    }
    .into_any()
}

#[component]
fn SecondLayer() -> impl IntoView {
    let lab = use_lab();
    let weights = erase::memo(move || {
        lab.looking.watched.with(|w| {
            let (_, _, values) = w.as_ref()?.weights.iter().find(|(name, ..)| name == "conv2.weight")?;
            Some(by_input(values))
        })
    });
    let extent =
        erase::memo(move || weights.with(|w| w.as_deref().map_or(Extent { low: 0.0, high: 0.0 }, Extent::around_zero)));
    let raster = Signal::derive(move || {
        weights
            .with(|w| w.as_deref().map_or(Raster::default(), |w| atlas(w, SECOND, Colormap::Diverging, extent.get())))
    });
    view! {
        <figure class="kernel-figure" hidden=erase::flag(move || weights.with(Option::is_none))>
            <figcaption>
                <strong>"Second convolution: 16 kernels, 6x5x5"</strong>
                <span>"a column is a kernel, a row what it takes from one map"</span>
            </figcaption>
            <div class="second-kernels" role="img" aria-label="The sixteen kernels of the second convolution, six 5 by 5 parts each">
                <Pixels raster />
            </div>
            <Legend colours=Colormap::Diverging extent=extent.into() unit="weight" />
        </figure>
    }
    .into_any()
}

/// From `[16 kernels, 6 inputs, 5, 5]` to `[6 inputs, 16 kernels, 5, 5]`.
fn by_input(values: &[f32]) -> Vec<f32> {
    let mut turned = Vec::with_capacity(values.len());
    for input in 0..6 {
        for kernel in 0..16 {
            let start = (kernel * 6 + input) * 25;
            turned.extend_from_slice(values.get(start..start + 25).unwrap_or_default());
        }
    }
    turned
}
