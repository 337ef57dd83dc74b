use super::controls::{Choice, button, opacity, select};
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::components::legend::legend;
use crate::app::erase;
use crate::app::npy::Dtype;
use crate::app::save;
use crate::app::state::inside::{Inside, use_inside};
use crate::app::words;
use crate::protocol::{ClassScore, Group, LayerKind};
use leptos::prelude::*;

/// What the network takes the photo for, and which parts of it speak for that.
#[component]
pub fn ClassesPanel() -> impl IntoView {
    let lab = use_inside();
    view! {
        <section class="panel classes-panel" aria-labelledby="classes-title">
            <h2 id="classes-title">"What it sees"</h2>
            <p class="hint">{erase::text(move || caption(lab))}</p>
            <ol class="predictions" id="predictions">
                {erase::view(move || {
                    let top = lab.classes.top.get().into_iter().enumerate();
                    top.map(|(i, score)| row(lab, i, score)).collect_view().into_any()
                })}
            </ol>
            {erase::maybe(move || lab.classes.why.get().map(|_| heat(lab)))}
        </section>
    }
    .into_any()
}

/// What belongs to the heat map over the photo.
fn heat(lab: Inside) -> AnyView {
    let nothing = move || lab.classes.cam.with(Option::is_none);
    view! {
        <div class="cam-controls">
            {select(
                "cam-layer",
                "Grad-CAM at",
                Box::new(move || cam_layers(lab)),
                Box::new(move || lab.classes.cam_layer.get()),
                Box::new(move |layer| lab.choose_cam_layer(layer)),
            )}
            {opacity("cam-opacity", "heat map over the photo", lab.classes.opacity)}
            {legend(Colormap::Viridis, Extent { low: 0.0, high: 1.0 }, "")}
            <p class="hint">{erase::text(move || heat_words(lab))}</p>
            {button("save-cam-npy", "Save heat map (.npy)", nothing, move || save_cam(lab))}
        </div>
    }
    .into_any()
}

fn caption(lab: Inside) -> String {
    let (classes, whole) = lab
        .networks
        .open
        .with(|open| open.as_ref().map_or((0, true), |open| (open.classes(), open.group == Group::Classifier)));
    if !whole {
        return "It needs all layers for that; the classifier is not loaded yet.".to_owned();
    }
    if lab.classes.top.with(Vec::is_empty) {
        return "Computing …".to_owned();
    }
    format!(
        "Its best guesses among the {} things it was taught; it knows no others. Computed in {:.0} ms.",
        words::count(classes),
        lab.classes.milliseconds.get()
    )
}

fn row(lab: Inside, i: usize, score: ClassScore) -> AnyView {
    let class = score.class;
    let label = format!("Why {}?", score.name);
    view! {
        <li class:best=i == 0>
            <span class="class-name">{score.name}</span>
            <span class="bar-track" aria-hidden="true">
                <span class="bar-fill" style:width=format!("{:.2}%", score.probability * 100.0)></span>
            </span>
            <span class="bar-value">{words::probability(score.probability)}</span>
            <button
                type="button"
                id=format!("why-{i}")
                class="button small"
                aria-label=label
                aria-pressed=erase::text(move || (lab.classes.why.get() == Some(class)).to_string())
                on:click=erase::click(move |_| lab.why(class))
            >
                "Why?"
            </button>
        </li>
    }
    .into_any()
}

/// Layers that are still pictures.
fn cam_layers(lab: Inside) -> Vec<Choice> {
    use LayerKind as K;
    let last = lab.classes.cam_layer.get();
    lab.networks.open.with(|open| {
        let layers = open.iter().flat_map(|open| &open.layers);
        let fits = layers.filter(|layer| {
            let kind = matches!(layer.kind, K::Convolution | K::Add | K::Concatenate);
            layer.shape[1] > 1 && (kind || layer.name == last)
        });
        fits.map(|l| Choice::new(l.name.clone(), format!("{} ({}x{})", l.name, l.shape[1], l.shape[2]))).collect()
    })
}

fn heat_words(lab: Inside) -> String {
    lab.classes.cam.with(|cam| match cam {
        Some(cam) => format!(
            "{}x{} values, stretched over the photo: bright is what speaks most for this answer, 0 is nothing.",
            cam.height, cam.width
        ),
        None => "Computing …".to_owned(),
    })
}

fn save_cam(lab: Inside) {
    if let Some(cam) = lab.classes.cam.get_untracked() {
        let name = format!("{}-{}-grad-cam", lab.networks.chosen.get_untracked(), cam.layer);
        save::array(&name, Dtype::F32, &[cam.height, cam.width], &cam.bytes);
    }
}
