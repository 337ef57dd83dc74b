//! A picture from the device's camera, for this lab.

use crate::app::components::camera_view::{self, camera_view};
use crate::app::erase;
use crate::app::state::inside::{PhotoChoice, use_inside};
use js_sys::Uint8Array;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::JsFuture;

#[component]
pub fn Camera(open: RwSignal<bool>) -> impl IntoView {
    let lab = use_inside();
    let camera = camera_view::Camera::new();
    let take = move |_| {
        let Some(video) = camera.showing() else { return };
        camera_view::take(&video, None, move |blob| {
            let Some(blob) = blob else { return };
            erase::spawn(async move {
                if let Ok(buffer) = JsFuture::from(blob.array_buffer()).await {
                    let bytes = Arc::new(Uint8Array::new(&buffer).to_vec());
                    lab.choose_photo(PhotoChoice::File { name: "Camera picture".to_owned(), bytes });
                    open.try_set(false);
                }
            });
        });
    };
    let button = view! {
        <button
            type="button"
            id="camera-take"
            class="button primary"
            disabled=erase::flag(move || !camera.live.get())
            on:click=erase::click(take)
        >
            "Take picture"
        </button>
    };
    camera_view(camera, "choose a photo.", button.into_any(), Box::new(move || open.set(false)))
}
