use super::camera::Camera;
use super::controls::{Opacity, SaveButton};
use super::stage::Stage;
use crate::app::browser;
use crate::app::npy::Dtype;
use crate::app::save;
use crate::app::state::inside::{PhotoChoice, use_inside};
use crate::app::words;
use crate::protocol::Sample;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The photo, and the ways to choose another one.
#[component]
pub fn PhotoPanel() -> impl IntoView {
    let lab = use_inside();
    let camera = RwSignal::new(false);
    let about = move || {
        lab.photos.taken.with(|photo| match photo {
            None if lab.photos.reading.get() => "Reading the photo …".to_owned(),
            None => "Choose a photo.".to_owned(),
            Some(photo) => format!(
                "{}, {} x {} pixels; the network sees a square of it in {side} x {side}.",
                photo.name,
                words::count(photo.width as usize),
                words::count(photo.height as usize),
                side = lab.side()
            ),
        })
    };
    let on_file = move |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            lab.choose_file(file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let save_photo = Callback::new(move |()| {
        lab.photos.taken.with_untracked(|photo| {
            if let Some(photo) = photo {
                save::array("photo", Dtype::U8, &[photo.side, photo.side, 3], &photo.pixels);
            }
        });
    });
    let nothing = Signal::derive(move || lab.photos.taken.with(Option::is_none));
    view! {
        <section class="panel photo" aria-labelledby="photo-title">
            <h2 id="photo-title">"Photo"</h2>
            <Stage main=true />
            <p class="photo-about">{about}</p>
            {move || lab.maps.selected.get().map(|_| view! { <Opacity id="map-opacity" label="feature map over the photo" value=lab.maps.opacity /> })}
            <div class="samples" role="group" aria-label="Sample photos">
                {move || lab.photos.samples.get().into_iter().enumerate().map(|(i, sample)| thumbnail(i, sample)).collect_view()}
            </div>
            <div class="photo-buttons">
                <span class="file-button">
                    <label class="button" for="photo-file">"Choose a photo"</label>
                    <input type="file" id="photo-file" class="visually-hidden" accept="image/*" on:change=on_file />
                </span>
                <button
                    type="button"
                    id="camera-open"
                    class="button"
                    aria-expanded=move || camera.get().to_string()
                    on:click=move |_| camera.update(|open| *open = !*open)
                >
                    "Camera"
                </button>
            </div>
            {move || camera.get().then(|| view! { <Camera open=camera /> })}
            <p class="hint">
                "Or drop a picture anywhere on this page, or paste one. Pictures stay on this device."
            </p>
            <div><SaveButton id="save-photo-npy" label="Save pixels (.npy)" disabled=nothing save=save_photo /></div>
        </section>
    }
    .into_any()
}

fn thumbnail(i: usize, sample: Sample) -> AnyView {
    let lab = use_inside();
    let path = sample.path.clone();
    let chosen = move || {
        let is_it = lab.photos.wanted.with(|w| matches!(w, Some(PhotoChoice::Sample(wanted)) if *wanted == path));
        is_it.to_string()
    };
    let source = format!("{}{}", browser::site_root(), sample.path);
    let title = format!("{} ({})", sample.title, sample.licence);
    view! {
        <button
            type="button"
            class="sample"
            id=format!("sample-{i}")
            title=title
            aria-pressed=chosen
            on:click=move |_| lab.choose_photo(PhotoChoice::Sample(sample.path.clone()))
        >
            <img src=source alt=sample.title.clone() loading="lazy" width="64" height="64" />
        </button>
    }
    .into_any()
}
