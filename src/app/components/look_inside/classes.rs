use super::controls::{Choice, Opacity, SaveButton, Select};
use super::layer::file_name;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::components::legend::Legend;
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
    let nothing = Signal::derive(move || lab.classes.cam.with(Option::is_none));
    view! {
        <section class="panel classes-panel" aria-labelledby="classes-title">
            <h2 id="classes-title">"What it sees"</h2>
            <p class="hint">{move || caption(lab)}</p>
            <ol class="predictions" id="predictions">
                {move || lab.classes.top.get().into_iter().enumerate().map(|(i, score)| row(lab, i, score)).collect_view()}
            </ol>
            {move || lab.classes.why.get().map(|_| view! {
                <div class="cam-controls">
                    <Select
                        id="cam-layer"
                        label="Grad-CAM at"
                        options=Signal::derive(move || cam_layers(lab))
                        value=lab.classes.cam_layer.into()
                        choose=Callback::new(move |layer| lab.choose_cam_layer(layer))
                    />
                    <Opacity id="cam-opacity" label="heat map over the photo" value=lab.classes.opacity />
                    <Legend colours=Colormap::Viridis extent=Signal::stored(Extent { low: 0.0, high: 1.0 }) />
                    <p class="hint">{move || heat_words(lab)}</p>
                    <SaveButton id="save-cam-npy" label="Save heat map (.npy)" disabled=nothing save=Callback::new(move |()| save_cam(lab)) />
                </div>
            })}
        </section>
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
                aria-pressed=move || (lab.classes.why.get() == Some(class)).to_string()
                on:click=move |_| lab.why(class)
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
        let name = format!("{}-{}", file_name(lab, "grad-cam"), cam.class);
        save::array(&name, Dtype::F32, &[cam.height, cam.width], &cam.bytes);
    }
}
