//! Step 4: a picture or the camera, and what the network takes it for.

use super::drift::DriftPanel;
use super::frames::Frames;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, atlas};
use crate::app::components::look_inside::controls::{opacity, tick};
use crate::app::erase;
use crate::app::state::teach::{Answered, Teach, answer_in_words, use_teach};
use crate::app::words;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;

#[component]
pub fn TryStep() -> impl IntoView {
    let lab = use_teach();
    view! {
        <section class="teach-step" aria-labelledby="teach-try-title">
            <h2 id="teach-try-title" class="step-title">"4 · Try it live"</h2>
            <div class="try-grid">
                {picture(lab)}
                {answer(lab)}
            </div>
            <DriftPanel />
        </section>
    }
    .into_any()
}

/// What is shown to the network, with the heat map over it.
fn picture(lab: Teach) -> AnyView {
    let on_file = move |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            lab.try_file(&file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let camera = lab.live.camera;
    let shown = move || match (camera.get(), lab.live.picture.get()) {
        (true, _) => view! { <Frames /> }.into_any(),
        (false, Some((name, address))) => view! { <img class="try-picture" src=address alt=name /> }.into_any(),
        (false, None) => {
            view! { <p class="empty">"Choose a picture that the network has not seen, or start the camera."</p> }
                .into_any()
        }
    };
    view! {
        <section class="panel try-view" aria-label="What the network is shown">
            <div class="try-stage">
                {erase::view(shown)}
                {erase::maybe(move || heat(lab))}
            </div>
            <div class="teach-buttons">
                <span class="file-button">
                    <label class="button" for="try-file">"Choose a picture"</label>
                    <input type="file" id="try-file" class="visually-hidden" accept="image/*" on:change=erase::event(on_file) />
                </span>
                <button
                    type="button"
                    id="try-camera"
                    class="button"
                    aria-pressed=erase::text(move || camera.get().to_string())
                    on:click=erase::click(move |_| camera.update(|camera| *camera = !*camera))
                >
                    "Camera"
                </button>
                {tick("try-explain", "Show why (Grad-CAM)", lab.live.explain)}
            </div>
            {erase::maybe(move || lab.live.explain.get().then(|| opacity("try-opacity", "Strength of the heat map", lab.live.opacity)))}
        </section>
    }
    .into_any()
}

/// The heat map, stretched over the square that the network sees.
fn heat(lab: Teach) -> Option<AnyView> {
    let answered = lab.live.answered.get()?;
    let (map_height, map_width, _) = answered.answer.heat.filter(|_| lab.live.explain.get())?;
    let grid = Grid { maps: 1, columns: 1, map_width, map_height, gap: 0 };
    let raster = atlas(&answered.heat, grid, Colormap::Viridis, Extent { low: 0.0, high: 1.0 });
    let share = move || format!("{:.2}", f64::from(lab.live.opacity.get()) / 100.0);
    Some(
        view! {
            <div class="try-heat" id="try-heat" style:opacity=erase::text(share)>
                <Pixels raster=Signal::stored(raster) class="smooth" />
            </div>
        }
        .into_any(),
    )
}

fn answer(lab: Teach) -> AnyView {
    let answered = lab.live.answered;
    let best = move || answered.with(|a| a.as_ref().map(|a| (a.name(a.best()), a.answer.probabilities[a.best()])));
    let familiar = move || answered.with(|a| a.as_ref().map(|a| a.is_familiar().to_string()));
    let sentence = move || match answered.get() {
        Some(answered) => answer_in_words(&answered),
        None => waiting_for(lab).to_owned(),
    };
    view! {
        <section
            class="panel try-answer"
            id="try-answer"
            aria-labelledby="try-answer-title"
            data-class=erase::attribute(move || best().map(|(name, _)| name))
            data-probability=erase::attribute(move || best().map(|(_, p)| format!("{p:.6}")))
            data-familiar=erase::attribute(familiar)
            data-rate=erase::attribute(move || lab.live.rate.get().map(|rate| format!("{rate:.2}")))
        >
            <h3 id="try-answer-title" class="visually-hidden">"Answer"</h3>
            <p class="try-sentence" class:unfamiliar=move || familiar().as_deref() == Some("false")>{erase::text(sentence)}</p>
            <ol class="try-bars" id="try-bars">{erase::view(move || bars(lab, answered.get()))}</ol>
            {erase::maybe(move || answered.get().map(|answered| if answered.is_calibrated() { distance(&answered) } else { not_yet() }))}
            <p class="hint">{erase::text(move || speed(lab))}</p>
        </section>
    }
    .into_any()
}

fn waiting_for(lab: Teach) -> &'static str {
    match (lab.runs.usable.get(), lab.runs.state.get().is_some(), lab.live.is_waiting()) {
        (_, _, true) => "Computing …",
        (true, ..) => "The answer will stand here.",
        (false, true, _) if lab.runs.is_busy() => "The network can be tried as soon as training has begun.",
        (false, true, _) => "The network is being made ready …",
        (false, false, _) => "Train a network first; then it can be tried at once.",
    }
}

fn bars(lab: Teach, answered: Option<Arc<Answered>>) -> AnyView {
    let Some(answered) = answered else { return ().into_any() };
    let best = answered.best();
    let bar = |(class, &probability): (usize, &f32)| {
        let name = answered.name(class);
        let pressed = move || (lab.live.explain.get() && lab.live.why.get() == Some(class)).to_string();
        let why = move |_| {
            let again = lab.live.explain.get_untracked() && lab.live.why.get_untracked() == Some(class);
            lab.live.why.set((!again).then_some(class));
            lab.live.explain.set(true);
        };
        view! {
            <li class="try-bar" class:best=class == best data-class-name=name.clone() data-probability=format!("{probability:.6}")>
                <span class="class-name">{name.clone()}</span>
                <span class="bar-track" aria-hidden="true">
                    <span class="bar-fill" style:width=format!("{:.2}%", probability * 100.0)></span>
                </span>
                <span class="bar-value">{words::probability(probability)}</span>
                <button
                    type="button"
                    class="button quiet small"
                    aria-label=format!("Why {name}?")
                    aria-pressed=erase::text(pressed)
                    on:click=erase::click(why)
                >
                    "Why?"
                </button>
            </li>
        }
    };
    answered.answer.probabilities.iter().enumerate().map(bar).collect_view().into_any()
}

/// Before the end of a run.
fn not_yet() -> AnyView {
    view! { <p class="hint">"What is unfamiliar is known once the run is finished."</p> }.into_any()
}

/// How far the picture is from what was learned, and from where on it is called unfamiliar.
fn distance(answered: &Answered) -> AnyView {
    let (distance, within) = (answered.answer.distance, answered.answer.familiar_within);
    let scale = (within * 2.0).max(distance).max(1e-6);
    let percent = |value: f32| format!("{:.1}%", value / scale * 100.0);
    let sentence = if answered.is_familiar() {
        format!("Distance from the nearest picture it learned from: {distance:.3}. Familiar up to {within:.3}.")
    } else {
        format!(
            "Distance from the nearest picture it learned from: {distance:.3}, beyond {within:.3}. 95 of 100 pictures of the validation part are nearer; the bars mean little here."
        )
    };
    view! {
        <div class="try-distance" id="try-distance" data-distance=format!("{distance:.5}") data-within=format!("{within:.5}")>
            <div class="distance-track" aria-hidden="true">
                <span class="distance-fill" class:far=!answered.is_familiar() style:width=percent(distance)></span>
                <span class="distance-limit" style:left=percent(within)></span>
            </div>
            <p class="hint">{sentence}</p>
        </div>
    }
    .into_any()
}

fn speed(lab: Teach) -> String {
    let milliseconds = lab.live.answered.with(|a| a.as_ref().map(|a| a.answer.milliseconds));
    match (lab.live.camera.get(), lab.live.rate.get(), milliseconds) {
        (true, Some(rate), _) => format!("{rate:.1} pictures a second."),
        (_, _, Some(milliseconds)) => format!("Computed in {milliseconds:.0} ms."),
        _ => String::new(),
    }
}
