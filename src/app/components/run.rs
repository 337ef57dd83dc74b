//! Buttons of the run, how far it is, how fast it goes, and on what device.

use super::run_parts::{Press, diverged, download, progress, train_and_pause};
use crate::app::erase;
use crate::app::state::{DeviceState, Loading, use_lab};
use crate::app::words;
use crate::protocol::{Backend, RunState};
use leptos::prelude::*;

#[component]
pub fn RunPanel() -> impl IntoView {
    let lab = use_lab();
    let run = lab.run;
    let per_epoch = erase::memo(move || run.settings.with(|s| s.steps_per_epoch()));
    let finished = erase::memo(move || run.state.get() == RunState::Finished);
    view! {
        <section class="panel run" aria-labelledby="run-title">
            <h2 id="run-title" class="visually-hidden">"Run"</h2>
            <Buttons />
            <Download />
            {diverged("", run.diverged, Callback::new(move |learning_rate| lab.rewind(learning_rate)))}
            {progress("", run.progress, per_epoch, finished)}
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
    let train = Press {
        label: Box::new(move || label().to_owned()),
        disabled: Box::new(move || state.get() == RunState::Diverged),
        press: Callback::new(move |()| lab.train()),
    };
    view! {
        <p class="run-state" id="run-state">{erase::text(move || words().to_owned())}</p>
        <div class="run-buttons" role="group" aria-label="Run">
            {train_and_pause("", busy, train, Callback::new(move |()| lab.pause()))}
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
        download("", (sentence, done, total), Callback::new(move |()| lab.cancel_load()))
    };
    view! { {erase::maybe(move || lab.loading.get().map(bar))} }.into_any()
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
