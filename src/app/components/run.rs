//! Buttons of the run, how far it is, how fast it goes, and on what device.

use crate::app::erase;
use crate::app::state::{DeviceState, Divergence, Loading, use_lab};
use crate::app::{browser, words};
use crate::protocol::{Backend, RunState};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

#[component]
pub fn RunPanel() -> impl IntoView {
    view! {
        <section class="panel run" aria-labelledby="run-title">
            <h2 id="run-title" class="visually-hidden">"Run"</h2>
            <Buttons />
            <Download />
            <Diverged />
            <Progress />
            <Device />
        </section>
    }
    .into_any()
}

#[component]
fn Buttons() -> impl IntoView {
    let lab = use_lab();
    let state = lab.run.state;
    let busy = erase::memo(move || lab.run.is_busy() || lab.waiting_to_train.get());
    let started = erase::memo(move || lab.run.is_started());
    let label = move || match state.get() {
        RunState::Fresh => "Train",
        RunState::Finished if !lab.run.progress.with(|p| p.step < p.steps_in_all) => "Train again",
        RunState::Finished => "Go on training",
        _ if started.get() => "Resume",
        _ => "Train",
    };
    let words = move || {
        if lab.waiting_to_train.get() {
            return "Choosing the device …";
        }
        match (state.get(), lab.device.get()) {
            (_, DeviceState::Gone) => "Stopped",
            (RunState::Fresh, _) => "Ready",
            (RunState::Loading, _) => "Waiting for the first digits …",
            (RunState::Training, _) => "Training",
            (RunState::Paused, _) => "Paused",
            (RunState::Testing, _) => "Measuring on the test digits …",
            (RunState::Diverged, _) => "Diverged",
            (RunState::Finished, _) => "Finished",
        }
    };
    // Train and Pause take turns; the one that goes must not take the keyboard's focus with it.
    let focused = RwSignal::new(false);
    let on_blur = move |event: web_sys::FocusEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok());
        focused.set(target.is_some_and(|button| button.hidden()));
    };
    erase::effect(move || {
        let next = if busy.get() { "pause" } else { "train" };
        if focused.get_untracked() {
            request_animation_frame(move || browser::focus_in_place(next));
        }
    });
    view! {
        <p class="run-state" id="run-state">{erase::text(move || words().to_owned())}</p>
        <div class="run-buttons" role="group" aria-label="Run">
            <button
                type="button"
                id="train"
                class="button primary large"
                hidden=erase::flag(move || busy.get())
                disabled=erase::flag(move || state.get() == RunState::Diverged)
                on:focus=erase::focus(move |_| focused.set(true))
                on:blur=erase::focus(on_blur)
                on:click=erase::click(move |_| lab.train())
            >
                {erase::text(move || label().to_owned())}
            </button>
            <button
                type="button"
                id="pause"
                class="button primary large"
                hidden=erase::flag(move || !busy.get())
                on:focus=erase::focus(move |_| focused.set(true))
                on:blur=erase::focus(on_blur)
                on:click=erase::click(move |_| lab.pause())
            >
                "Pause"
            </button>
            <button
                type="button"
                id="step"
                class="button"
                title="Take exactly one training step"
                disabled=erase::flag(move || busy.get() || !matches!(state.get(), RunState::Fresh | RunState::Paused))
                on:click=erase::click(move |_| lab.step())
            >
                "Step"
            </button>
            <button
                type="button"
                id="stop"
                class="button"
                title="End the run here and measure it on the test digits"
                disabled=erase::flag(move || !started.get() || matches!(state.get(), RunState::Testing | RunState::Finished | RunState::Diverged))
                on:click=erase::click(move |_| lab.stop())
            >
                "Stop"
            </button>
            <button
                type="button"
                id="reset"
                class="button"
                title="Back to the same initial weights"
                disabled=erase::flag(move || !started.get())
                on:click=erase::click(move |_| lab.reset())
            >
                "Reset"
            </button>
        </div>
        <p class="run-hint">
            {erase::text(move || {
                let hint = match state.get() {
                    RunState::Fresh if !started.get() => "Step takes one training step.",
                    RunState::Finished => "Reset goes back to the same initial weights.",
                    _ => "Stop ends the run and measures it; Reset goes back to the same initial weights.",
                };
                hint.to_owned()
            })}
        </p>
    }
    .into_any()
}

/// The download of the digits, while it is under way.
#[component]
fn Download() -> impl IntoView {
    let lab = use_lab();
    let bar = move |Loading { done, total, images }: Loading| {
        let sentence = format!(
            "Digits: {} of {}, {} ready",
            words::megabytes(done),
            words::megabytes(total),
            words::count(images)
        );
        view! {
            <div class="download" id="loading">
                <label for="loading-bar">{sentence}</label>
                <progress id="loading-bar" max=total.to_string() value=done.to_string()></progress>
                <button type="button" id="cancel-load" class="button quiet small" on:click=erase::click(move |_| lab.cancel_load())>
                    "Cancel the download"
                </button>
            </div>
        }
    };
    view! { {erase::maybe(move || lab.loading.get().map(bar).map(IntoAny::into_any))} }.into_any()
}

/// Why a run stopped by itself, and the way back.
#[component]
fn Diverged() -> impl IntoView {
    let lab = use_lab();
    let card = move |Divergence { step, loss, good_step, learning_rate }: Divergence| {
        view! {
            <div class="diverged" id="diverged" role="alert">
                <p>
                    <strong>"Training diverged. "</strong>
                    {format!(
                        "At step {} the loss became {loss}: the steps were so large that the weights ran away. \
                         A smaller learning rate takes smaller steps.",
                        words::count(step)
                    )}
                </p>
                <button type="button" id="rewind" class="button primary" on:click=erase::click(move |_| lab.rewind(learning_rate))>
                    {format!("Go back to step {} with learning rate {learning_rate}", words::count(good_step))}
                </button>
            </div>
        }
    };
    view! { {erase::maybe(move || lab.run.diverged.get().map(card).map(IntoAny::into_any))} }.into_any()
}

#[component]
fn Progress() -> impl IntoView {
    let lab = use_lab();
    let progress = lab.run.progress;
    let per_epoch = erase::memo(move || lab.run.settings.with(|s| s.steps_per_epoch()).max(1));
    let epoch = move || progress.with(|p| format!("{} of {}", p.epoch, p.epochs));
    let in_epoch = move || {
        let (p, per_epoch) = (progress.get(), per_epoch.get());
        // A run that is over stays at the end of its last epoch.
        let over = p.step > 0 && p.step == p.steps_in_all;
        let done = if over { per_epoch } else { p.step.saturating_sub(p.epoch * per_epoch).min(per_epoch) };
        (done, per_epoch)
    };
    let time_left = move || {
        let p = progress.get();
        match (lab.run.state.get(), p.seconds_left) {
            (RunState::Finished, _) => "–".to_owned(),
            (_, Some(seconds)) => words::duration(seconds),
            (_, None) => "–".to_owned(),
        }
    };
    let speed = move || match progress.with(|p| p.images_per_second) {
        speed if speed > 0.0 => words::speed(speed),
        _ => "–".to_owned(),
    };
    view! {
        <div class="progress-block">
            <div class="progress-line">
                <label for="epoch-bar">
                    {erase::text(move || {
                        let (done, all) = in_epoch();
                        let p = progress.get();
                        let epoch = (p.epoch + 1).min(p.epochs.max(1));
                        format!("Epoch {epoch}: step {} of {}", words::count(done), words::count(all))
                    })}
                </label>
                <progress id="epoch-bar" max=erase::text(move || in_epoch().1.to_string()) value=erase::text(move || in_epoch().0.to_string())></progress>
            </div>
            <div class="progress-line">
                <label for="run-bar">
                    {erase::text(move || progress.with(|p| format!("Run: step {} of {}", words::count(p.step), words::count(p.steps_in_all))))}
                </label>
                <progress
                    id="run-bar"
                    max=erase::text(move || progress.with(|p| p.steps_in_all.max(1)).to_string())
                    value=erase::text(move || progress.with(|p| p.step).to_string())
                ></progress>
            </div>
        </div>
        <dl class="figures">
            <div><dt>"Epochs done"</dt><dd id="epochs-done">{erase::text(epoch)}</dd></div>
            <div><dt>"Images per second"</dt><dd id="images-per-second">{erase::text(speed)}</dd></div>
            <div><dt>"Training time"</dt><dd id="elapsed">{erase::text(move || words::duration(progress.with(|p| p.seconds)))}</dd></div>
            <div><dt>"Time left"</dt><dd id="time-left">{erase::text(time_left)}</dd></div>
        </dl>
    }
    .into_any()
}

/// Which device does the work, and why.
#[component]
fn Device() -> impl IntoView {
    let lab = use_lab();
    let text = move || match lab.device.get() {
        DeviceState::Starting => ("…", "Getting ready …".to_owned()),
        DeviceState::Measuring(Backend::Cpu) => ("…", "Timing a training step on the CPU …".to_owned()),
        DeviceState::Measuring(Backend::Webgpu) => ("…", "Timing a training step on WebGPU …".to_owned()),
        DeviceState::Ready(chosen) => (if chosen.backend == Backend::Cpu { "CPU" } else { "WebGPU" }, chosen.why),
        DeviceState::Gone => ("none", "Nothing computes at the moment.".to_owned()),
    };
    let device = move || match lab.device.get() {
        // The CPU's name begins with "CPU" already.
        DeviceState::Ready(chosen) => Some(chosen.device.trim_start_matches("CPU").trim_start_matches(", ").to_owned()),
        _ => None,
    };
    let again = move || {
        let measured = matches!(lab.device.get(), DeviceState::Ready(chosen) if chosen.measured);
        (measured && lab.run.is_fresh()).then(|| {
            view! {
                <button type="button" id="measure-again" class="button quiet small" on:click=erase::click(move |_| lab.measure_again())>
                    "Measure again"
                </button>
            }
        })
    };
    view! {
        <div class="device" id="device">
            <p><strong>"Device: " {erase::text(move || text().0.to_owned())}</strong> " " <span class="device-name">{erase::text(move || device().map_or(String::new(), |d| format!("({d})")))}</span></p>
            <p class="device-why" id="device-why">{erase::text(move || text().1.to_owned())}</p>
            {erase::maybe(move || again().map(IntoAny::into_any))}
        </div>
    }
    .into_any()
}
