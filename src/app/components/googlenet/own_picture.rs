//! Which picture is looked at: a validated one, or the visitor's own as a file, dropped, or from the camera.

use crate::app::components::camera_view::{self, camera_view};
use crate::app::erase;
use crate::app::state::googlenet::{Googlenet, use_googlenet};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

pub fn picture_buttons(lab: Googlenet, camera: RwSignal<bool>) -> AnyView {
    let on_file = move |event: web_sys::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            lab.look_at(file.name(), file.into());
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let none = move || lab.validated_pictures() == 0;
    let step = move |id: &'static str, label: &'static str, by: isize| {
        view! {
            <button type="button" id=id class="button small" disabled=erase::flag(none) on:click=erase::click(move |_| lab.step_picture(by))>
                {label}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="teach-buttons">
            {step("googlenet-previous", "Previous", -1)}
            {step("googlenet-next", "Next", 1)}
            <span class="file-button">
                <label class="button small" for="googlenet-picture">"Your picture"</label>
                <input type="file" id="googlenet-picture" class="visually-hidden" accept="image/*" on:change=erase::event(on_file) />
            </span>
            <button
                type="button"
                id="googlenet-sample"
                class="button small"
                hidden=erase::flag(move || !none())
                on:click=erase::click(move |_| lab.look_at_sample())
            >
                "A cat"
            </button>
            <button
                type="button"
                id="googlenet-camera"
                class="button small"
                aria-expanded=erase::text(move || camera.get().to_string())
                on:click=erase::click(move |_| camera.update(|open| *open = !*open))
            >
                "Camera"
            </button>
        </div>
        <p class="hint">"A picture can be dropped anywhere on the page, too; it stays on this device."</p>
    }
    .into_any()
}

#[component]
pub fn OwnCamera(open: RwSignal<bool>) -> impl IntoView {
    let lab = use_googlenet();
    let camera = camera_view::Camera { id: "googlenet-camera", ..camera_view::Camera::new() };
    let take = move |_| {
        let Some(video) = camera.showing() else { return };
        camera_view::take(&video, Some(256), move |blob| {
            if let Some(blob) = blob {
                lab.look_at("The camera’s picture".to_owned(), blob);
                open.try_set(false);
            }
        });
    };
    let button = view! {
        <button
            type="button"
            id="googlenet-camera-take"
            class="button primary"
            disabled=erase::flag(move || !camera.live.get())
            on:click=erase::click(take)
        >
            "Take picture"
        </button>
    };
    camera_view(camera, "choose a picture.", button.into_any(), Box::new(move || open.set(false)))
}
