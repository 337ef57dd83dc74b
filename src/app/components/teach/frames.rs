//! The camera, frame by frame: the next one is sent only when the one before is answered.

use crate::app::browser;
use crate::app::components::camera_view::{Camera, camera_view};
use crate::app::erase;
use crate::app::state::teach::{Teach, use_teach};
use leptos::prelude::*;
use std::time::Duration;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement};

/// What the network gets to see: no more pixels are needed.
const SIDE: u32 = 224;
/// Without a network ready, one looks again after so many milliseconds.
const LATER: u64 = 250;

/// A canvas that is drawn on again for every frame.
type Slate = StoredValue<Option<(HtmlCanvasElement, CanvasRenderingContext2d)>, LocalStorage>;

/// The camera's picture, and its frames on their way to the network. Ends with this component.
#[component]
pub fn Frames() -> impl IntoView {
    let lab = use_teach();
    let camera = Camera { id: "try-camera", ..Camera::new() };
    let slate: Slate = StoredValue::new_local(browser::canvas_to_read(SIDE, SIDE));
    let later = RwSignal::new(0_u32);
    erase::effect(move || {
        lab.live.turn.track();
        later.track();
        if !camera.live.get() {
            return;
        }
        // The browser draws first, and stops this while the tab is hidden.
        request_animation_frame(move || {
            // The camera may have been closed meanwhile.
            let Some(Some(video)) =
                camera.live.try_get_untracked().map(|live| live.then(|| camera.showing()).flatten())
            else {
                return;
            };
            if !send(lab, &video, slate) {
                let again = move || {
                    later.try_update(|later| *later += 1);
                };
                set_timeout(again, Duration::from_millis(LATER));
            }
        });
    });
    let close = Box::new(move || {
        browser::focus_in_place("try-camera");
        lab.live.camera.set(false);
    });
    view! { {camera_view(camera, "choose a picture instead.", ().into_any(), close)} }.into_any()
}

/// Sends the square in the middle of the picture; says whether.
fn send(lab: Teach, video: &HtmlVideoElement, slate: Slate) -> bool {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    let length = width.min(height);
    let pixels = slate.with_value(|slate| {
        let (_, context) = slate.as_ref()?;
        let (left, top, side) = ((width - length) / 2.0, (height - length) / 2.0, f64::from(SIDE));
        context
            .draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                video, left, top, length, length, 0.0, 0.0, side, side,
            )
            .ok()?;
        Some(context.get_image_data(0.0, 0.0, side, side).ok()?.data().0)
    });
    pixels.is_some_and(|pixels| lab.try_frame(SIDE as usize, pixels))
}
