//! Paper and pen: by finger, pen, mouse or keyboard. The network says what it reads.

use super::prediction::PredictionBars;
use crate::app::charts::pixels::{Pixels, Raster, ink as ink_raster, paint};
use crate::app::erase;
use crate::app::ink::{Point, SIDE};
use crate::app::state::{Lab, use_lab};
use crate::app::words;
use leptos::html;
use leptos::prelude::*;

/// How far one press of an arrow key moves the pen, in pixels of the drawing; with Shift, one pixel.
const STRIDE: f32 = 4.0;

#[component]
pub fn DrawPanel() -> impl IntoView {
    let lab = use_lab();
    let empty = move || lab.drawing.with(|d| d.is_empty());
    let verdict = move || match lab.looking.prediction.get() {
        Some(p) => {
            let probability = p.probabilities.get(usize::from(p.class)).copied().unwrap_or(0.0);
            let fresh = if lab.run.progress.with(|p| p.step == 0) { " It has learned nothing yet." } else { "" };
            format!("The network reads a {} ({}).{fresh}", p.class, words::probability(probability))
        }
        None if empty() => "Draw a digit with finger, pen or mouse.".to_owned(),
        None => "…".to_owned(),
    };
    let seen =
        Signal::derive(move || lab.looking.seen.with(|s| s.as_ref().map_or(Raster::default(), |s| ink_raster(s, 28))));
    view! {
        <section class="panel draw" aria-labelledby="draw-title">
            <h2 id="draw-title">"Draw a digit"</h2>
            <div class="draw-row">
                <Paper />
                <div class="draw-side">
                    <div class="run-buttons">
                        <button type="button" id="clear" class="button" disabled=erase::flag(empty) on:click=erase::click(move |_| change(lab, |d| d.clear()))>
                            "Clear"
                        </button>
                        <button type="button" id="undo" class="button" disabled=erase::flag(empty) on:click=erase::click(move |_| change(lab, |d| d.undo()))>
                            "Undo"
                        </button>
                    </div>
                    <figure class="seen">
                        <span class="digit seen-picture" role="img" aria-label="Your drawing as the network gets it: 28 by 28 pixels">
                            <Pixels raster=seen class="ink" />
                        </span>
                        <figcaption>"as the network gets it: 28x28, centred and scaled like MNIST"</figcaption>
                    </figure>
                </div>
            </div>
            <p class="verdict" id="verdict" role="status">{erase::text(verdict)}</p>
            <PredictionBars prediction=lab.looking.prediction.into() />
        </section>
    }
    .into_any()
}

fn change(lab: Lab, what: impl FnOnce(&mut crate::app::ink::Drawing)) {
    lab.drawing.update(what);
    lab.drawing_changed();
}

#[component]
fn Paper() -> impl IntoView {
    let lab = use_lab();
    let canvas = NodeRef::<html::Canvas>::new();
    let drawing_now = RwSignal::new(false);
    // Of the keyboard: where the pen is, whether it is down, whether it is shown.
    let pen = RwSignal::new((56.0_f32, 56.0_f32));
    let pen_down = RwSignal::new(false);
    let keyboard = RwSignal::new(false);

    erase::effect(move || {
        if let Some(canvas) = canvas.get() {
            lab.drawing.with(|drawing| paint(&canvas, &ink_raster(drawing.pixels(), SIDE)));
        }
    });
    let place = move |event: &web_sys::PointerEvent| -> Option<Point> {
        let frame = canvas.get_untracked()?.get_bounding_client_rect();
        let scale = SIDE as f64 / frame.width().max(1.0);
        let x = (f64::from(event.client_x()) - frame.left()) * scale;
        let y = (f64::from(event.client_y()) - frame.top()) * scale;
        Some((x as f32, y as f32))
    };
    let on_down = move |event: web_sys::PointerEvent| {
        if event.button() > 0 {
            return;
        }
        let Some(point) = place(&event) else { return };
        if let Some(canvas) = canvas.get_untracked() {
            // Without capture a stroke would end at the edge; some pens cannot be captured, which is no harm.
            canvas.set_pointer_capture(event.pointer_id()).ok();
        }
        keyboard.set(false);
        drawing_now.set(true);
        change(lab, |d| d.begin(point));
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if drawing_now.get_untracked()
            && let Some(point) = place(&event)
        {
            change(lab, |d| d.extend(point));
        }
    };
    let lift = move |_: web_sys::PointerEvent| drawing_now.set(false);
    let on_key = move |event: web_sys::KeyboardEvent| {
        let stride = if event.shift_key() { 1.0 } else { STRIDE };
        let by = match event.key().as_str() {
            "ArrowLeft" => (-stride, 0.0),
            "ArrowRight" => (stride, 0.0),
            "ArrowUp" => (0.0, -stride),
            "ArrowDown" => (0.0, stride),
            " " | "Enter" => {
                event.prevent_default();
                keyboard.set(true);
                pen_down.update(|down| *down = !*down);
                if pen_down.get_untracked() {
                    change(lab, |d| d.begin(pen.get_untracked()));
                    lab.announce("Pen down.");
                } else {
                    lab.announce("Pen up.");
                }
                return;
            }
            "Delete" | "Backspace" => {
                event.prevent_default();
                pen_down.set(false);
                change(lab, |d| d.clear());
                return;
            }
            "z" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                pen_down.set(false);
                change(lab, |d| d.undo());
                return;
            }
            _ => return,
        };
        event.prevent_default();
        keyboard.set(true);
        let most = SIDE as f32 - 1.0;
        pen.update(|(x, y)| (*x, *y) = ((*x + by.0).clamp(0.0, most), (*y + by.1).clamp(0.0, most)));
        if pen_down.get_untracked() {
            change(lab, |d| d.extend(pen.get_untracked()));
        }
    };
    let percent = |v: f32| format!("{:.2}%", v / SIDE as f32 * 100.0);
    view! {
        <div
            class="paper"
            class:keyboard=erase::flag(move || keyboard.get())
            class:pen-down=erase::flag(move || pen_down.get())
        >
            <div class="sheet">
                <canvas
                    id="draw-canvas"
                    node_ref=canvas
                    tabindex="0"
                    role="application"
                    aria-label="Paper to draw a digit on"
                    aria-describedby="draw-keys"
                    on:pointerdown=erase::pointer(on_down)
                    on:pointermove=erase::pointer(on_move)
                    on:pointerup=erase::pointer(lift)
                    on:pointercancel=erase::pointer(lift)
                    on:keydown=erase::key(on_key)
                    on:blur=erase::focus(move |_| { keyboard.set(false); pen_down.set(false) })
                ></canvas>
                <span
                    class="pen"
                    aria-hidden="true"
                    style:left=erase::text(move || percent(pen.get().0))
                    style:top=erase::text(move || percent(pen.get().1))
                ></span>
            </div>
            <p class="draw-keys" id="draw-keys">
                "By keyboard: arrow keys move the pen, Space sets it down or lifts it, Delete clears."
            </p>
        </div>
    }
    .into_any()
}
