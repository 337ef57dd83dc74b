use super::camera::Camera;
use super::controls::{button, opacity};
use super::stage::stage;
use crate::app::browser;
use crate::app::erase;
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
    let about = erase::text(move || {
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
    });
    let on_file = move |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            lab.choose_file(file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let save_photo = move || {
        lab.photos.taken.with_untracked(|photo| {
            if let Some(photo) = photo {
                save::array("photo", Dtype::U8, &[photo.side, photo.side, 3], &photo.pixels);
            }
        });
    };
    let nothing = move || lab.photos.taken.with(Option::is_none);
    view! {
        <section class="panel photo" aria-labelledby="photo-title">
            <h2 id="photo-title">"Photo"</h2>
            {stage(lab, true)}
            <p class="photo-about">{about}</p>
            {erase::maybe(move || {
                let shown = lab.maps.selected.get().is_some();
                shown.then(|| opacity("map-opacity", "feature map over the photo", lab.maps.opacity))
            })}
            <div class="samples" role="group" aria-label="Sample photos">
                {erase::view(move || {
                    let samples = lab.photos.samples.get().into_iter().enumerate();
                    samples.map(|(i, sample)| thumbnail(i, sample)).collect_view().into_any()
                })}
            </div>
            <div class="photo-buttons">
                <span class="file-button">
                    <label class="button" for="photo-file">"Choose a photo"</label>
                    <input type="file" id="photo-file" class="visually-hidden" accept="image/*" on:change=erase::event(on_file) />
                </span>
                <button
                    type="button"
                    id="camera-open"
                    class="button"
                    aria-expanded=erase::text(move || camera.get().to_string())
                    on:click=erase::click(move |_| camera.update(|open| *open = !*open))
                >
                    "Camera"
                </button>
            </div>
            {erase::maybe(move || camera.get().then(|| view! { <Camera open=camera /> }.into_any()))}
            <p class="hint">
                "Or drop a picture anywhere on this page, or paste one. Pictures stay on this device."
            </p>
            <div>{button("save-photo-npy", "Save pixels (.npy)", nothing, save_photo)}</div>
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
    // A small copy, so that choosing costs less than one photo.
    let source = format!("{}{}", browser::site_root(), sample.path.replacen("samples/", "thumbnails/", 1));
    let title = format!("{} ({})", sample.title, sample.licence);
    view! {
        <button
            type="button"
            class="sample"
            id=format!("sample-{i}")
            title=title
            aria-pressed=erase::text(chosen)
            on:click=erase::click(move |_| lab.choose_photo(PhotoChoice::Sample(sample.path.clone())))
        >
            <img src=source alt=sample.title.clone() loading="lazy" width="64" height="64" />
        </button>
    }
    .into_any()
}
