//! Buttons of the run, how far it is, how fast it goes, and on what device.

use super::takes::takes;
use crate::app::components::look_inside::controls::few_choices;
use crate::app::components::run_parts::{Press, diverged, download, progress, train_and_pause};
use crate::app::erase;
use crate::app::state::googlenet::{Googlenet, use_googlenet};
use crate::app::state::inside::Device;
use crate::app::state::{AtDesk, state_name};
use crate::app::words;
use crate::protocol::{Backend, RunState};
use leptos::prelude::*;

/// Begins all ids.
const PREFIX: &str = "googlenet-";

pub fn run_panel() -> AnyView {
    let lab = use_googlenet();
    let run = lab.runs;
    let per_epoch = erase::memo(move || run.progress.with(|p| p.steps_in_all / p.epochs.max(1)));
    let finished = erase::memo(move || run.state.get() == Some(RunState::Finished));
    let state = move || run.state.get().map_or("", state_name).to_owned();
    view! {
        <section class="panel run" id="googlenet-run" aria-labelledby="googlenet-run-title" data-run-state=erase::text(state)>
            <h2 id="googlenet-run-title" class="visually-hidden">"Run"</h2>
            {buttons(lab)}
            {erase::maybe(move || loading(lab))}
            {diverged(PREFIX, run.diverged, Callback::new(move |learning_rate| lab.rewind(learning_rate)))}
            {progress(PREFIX, run.progress, per_epoch, finished)}
            <p class="hint" id="googlenet-result">{erase::text(move || result(lab))}</p>
            {takes(lab)}
            {device(lab)}
        </section>
    }
    .into_any()
}

fn buttons(lab: Googlenet) -> AnyView {
    let run = lab.runs;
    let busy = erase::memo(move || run.is_busy());
    let train = Press {
        label: Box::new(move || label(lab).to_owned()),
        disabled: Box::new(move || {
            let diverged = run.state.get() == Some(RunState::Diverged) && !lab.settings_wait();
            diverged || refusal(lab).is_some()
        }),
        press: Callback::new(move |()| lab.train()),
    };
    let cannot_stop = move || {
        let stoppable = matches!(run.state.get(), Some(RunState::Training | RunState::Paused));
        // After a reload the worker does not have the run before it goes on.
        !stoppable || !run.is_in_worker() || run.progress.with(|p| p.step == 0)
    };
    view! {
        <p class="run-state" id="googlenet-run-state">{erase::text(move || state_in_words(lab))}</p>
        <div class="run-buttons two" role="group" aria-label="Run" aria-describedby="googlenet-run-hint">
            {train_and_pause(PREFIX, busy, train, Callback::new(move |()| lab.pause()))}
            <button
                type="button"
                id="googlenet-stop"
                class="button"
                title="End the run here and measure it"
                disabled=erase::flag(cannot_stop)
                on:click=erase::click(move |_| lab.stop())
            >
                "Stop here"
            </button>
        </div>
        <p class="run-hint" id="googlenet-run-hint">{erase::text(move || hint(lab))}</p>
    }
    .into_any()
}

fn refusal(lab: Googlenet) -> Option<String> {
    lab.setup.settings.with(|settings| lab.refusal(settings))
}

fn label(lab: Googlenet) -> &'static str {
    match lab.runs.state.get() {
        None | Some(RunState::Fresh) => "Train",
        Some(_) if lab.goes_on() => "Go on",
        Some(_) => "Train a new run",
    }
}

fn state_in_words(lab: Googlenet) -> String {
    let words = match lab.runs.state.get() {
        _ if lab.device.with(|device| *device == Device::Gone) => "Stopped",
        Some(RunState::Training) if lab.runs.loading.get().is_some() => "Training; more pictures are on their way",
        _ if lab.runs.loading.get().is_some() => "Fetching pictures",
        Some(RunState::Training) if measures(lab) => "Measuring after the epoch …",
        Some(RunState::Training) => "Training",
        Some(RunState::Testing) => "Measuring …",
        _ if lab.runs.waiting.get() => "Getting ready …",
        None | Some(RunState::Fresh) => "Ready",
        Some(RunState::Loading) => "Fetching pictures",
        Some(RunState::Paused) => "Paused",
        Some(RunState::Diverged) => "Diverged",
        Some(RunState::Finished) if lab.runs.is_of_site() => "A finished run of this site",
        Some(RunState::Finished) => "Finished",
    };
    words.to_owned()
}

/// Whether all steps of an epoch are done, and its measurement is not.
fn measures(lab: Googlenet) -> bool {
    lab.runs.progress.with(|p| {
        let per_epoch = p.steps_in_all / p.epochs.max(1);
        per_epoch > 0 && p.step / per_epoch > p.epoch
    })
}

/// What was measured when the run ended.
fn result(lab: Googlenet) -> String {
    let step = lab.runs.progress.with(|p| words::count(p.step));
    lab.runs.report.get().map_or(String::new(), |report| {
        format!(
            "At its end, after step {step}, the validation accuracy was {}, the loss {:.3}.",
            words::percent(report.test_accuracy),
            report.test_loss
        )
    })
}

/// What keeps from training, or what the button would do.
fn hint(lab: Googlenet) -> String {
    if let Some(sentence) = refusal(lab) {
        return sentence;
    }
    match lab.runs.state.get() {
        Some(RunState::Finished) if lab.runs.is_of_site() => {
            "This run was made elsewhere, by the same code. A new run learns here, on your device.".to_owned()
        }
        Some(RunState::Paused | RunState::Finished) if lab.settings_wait() => {
            "The settings differ from this run’s: the button makes a new run, and this one stays in the list.".to_owned()
        }
        Some(RunState::Paused) => lab.runs.progress.with(|progress| {
            format!(
                "This run stands at step {}, with {} of {} epochs done, and goes on from there.",
                words::count(progress.step),
                progress.epoch,
                progress.epochs
            )
        }),
        Some(_) if lab.settings_wait() => {
            "This run has other settings than those shown, which apply to the next one.".to_owned()
        }
        Some(RunState::Training | RunState::Loading) => {
            "Keep this tab open; it may be hidden, and the screen stays on while it is not. The run is saved after every epoch and every minute. Sleep only pauses it: time asleep is not counted.".to_owned()
        }
        _ => String::new(),
    }
}

/// The download of the pictures.
fn loading(lab: Googlenet) -> Option<AnyView> {
    let loading = lab.runs.loading.get()?;
    let ready = match loading.images {
        0 => String::new(),
        n => format!("; {} pictures are ready, and training begins with them", words::count(n)),
    };
    let sentence =
        format!("Pictures: {} of {}{ready}", words::megabytes(loading.done), words::megabytes(loading.total));
    Some(download(PREFIX, (sentence, loading.done, loading.total), Callback::new(move |()| lab.pause())))
}

fn device(lab: Googlenet) -> AnyView {
    let name = move || match lab.device.get() {
        Device::Starting(_) => "Getting ready …".to_owned(),
        Device::Ready(_, name) => name,
        Device::Gone => "Nothing computes at the moment.".to_owned(),
    };
    view! {
        <div class="device" id="googlenet-device">
            {few_choices(
                "googlenet-backend",
                "Device",
                &["CPU", "WebGPU"],
                move || usize::from(lab.device.with(Device::backend) == Backend::Webgpu),
                move |place| lab.choose_device(if place == 1 { Backend::Webgpu } else { Backend::Cpu }),
            )}
            <p class="device-name">{erase::text(name)}</p>
        </div>
    }
    .into_any()
}
