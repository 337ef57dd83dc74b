//! Buttons of the run, how far it is, how fast it goes, and on what device.

use crate::app::components::look_inside::controls::few_choices;
use crate::app::components::run_parts::{Press, diverged, download, progress, train_and_pause};
use crate::app::erase;
use crate::app::state::inside::Device;
use crate::app::state::teach::{Teach, Variation, use_teach};
use crate::app::state::{AtDesk, state_name};
use crate::app::words;
use crate::protocol::{Backend, RunState};
use leptos::prelude::*;

/// Begins all ids.
const PREFIX: &str = "teach-";

#[component]
pub fn RunPanel() -> impl IntoView {
    let lab = use_teach();
    let run = lab.runs;
    let per_epoch = erase::memo(move || run.progress.with(|p| p.steps_in_all / p.epochs.max(1)));
    let finished = erase::memo(move || run.state.get() == Some(RunState::Finished));
    let state = move || run.state.get().map_or("", state_name).to_owned();
    view! {
        <section class="panel run" aria-labelledby="teach-run-title" data-run-state=erase::text(state)>
            <h3 id="teach-run-title" class="visually-hidden">"Run"</h3>
            {buttons(lab)}
            {erase::maybe(move || opening(lab))}
            {erase::maybe(move || seen(lab))}
            {diverged(PREFIX, run.diverged, Callback::new(move |learning_rate| lab.rewind(learning_rate)))}
            {progress(PREFIX, run.progress, per_epoch, finished)}
            {device(lab)}
        </section>
    }
    .into_any()
}

fn buttons(lab: Teach) -> AnyView {
    let run = lab.runs;
    let busy = erase::memo(move || run.is_busy());
    let train = Press {
        label: Box::new(move || label(lab).to_owned()),
        disabled: Box::new(move || run.state.get() == Some(RunState::Diverged) || lab.not_enough().is_some()),
        press: Callback::new(move |()| lab.train()),
    };
    let cannot_stop = move || {
        let stoppable = matches!(run.state.get(), Some(RunState::Training | RunState::Paused));
        !stoppable || run.progress.with(|p| p.step == 0)
    };
    view! {
        <p class="run-state" id="teach-run-state">{erase::text(move || state_in_words(lab))}</p>
        <div class="run-buttons two" role="group" aria-label="Run" aria-describedby="teach-run-hint">
            {train_and_pause(PREFIX, busy, train, Callback::new(move |()| lab.pause()))}
            <button
                type="button"
                id="teach-stop"
                class="button"
                title="End the run here and measure it"
                disabled=erase::flag(cannot_stop)
                on:click=erase::click(move |_| lab.stop())
            >
                "Stop"
            </button>
            <button
                type="button"
                id="teach-compare"
                class="button"
                title="Train on the same pictures with the same seed, from random weights"
                disabled=erase::flag(move || lab.cannot_compare(Variation::Random).is_some())
                on:click=erase::click(move |_| lab.compare(Variation::Random))
            >
                "Compare with random weights"
            </button>
        </div>
        <p class="run-hint" id="teach-run-hint">{erase::text(move || hint(lab))}</p>
    }
    .into_any()
}

fn label(lab: Teach) -> &'static str {
    match lab.runs.state.get() {
        None | Some(RunState::Fresh) => "Train",
        Some(_) if lab.goes_on() => "Go on",
        Some(_) => "Train again",
    }
}

fn state_in_words(lab: Teach) -> String {
    let words = match lab.runs.state.get() {
        _ if lab.runs.opening.get().is_some() => "Fetching the network …",
        _ if lab.runs.seen.get().is_some() => "The network looks at your pictures …",
        _ if lab.device.with(|device| *device == Device::Gone) => "Stopped",
        Some(RunState::Training) => "Training",
        Some(RunState::Testing) => "Measuring …",
        _ if lab.runs.waiting.get() => "Getting ready …",
        None | Some(RunState::Fresh) => "Ready",
        Some(RunState::Loading) => "Getting ready …",
        Some(RunState::Paused) => "Paused",
        Some(RunState::Diverged) => "Diverged",
        Some(RunState::Finished) => "Finished",
    };
    words.to_owned()
}

/// What keeps from training, or what Train would do.
fn hint(lab: Teach) -> String {
    let run = lab.runs;
    if let Some(sentence) = lab.not_enough() {
        return sentence;
    }
    if run.state.get().is_some() && run.outdated.get() {
        return "Pictures have come, gone or changed their class since this run. Train again learns from them as they are now; this run stays in the list."
            .to_owned();
    }
    match run.state.get() {
        Some(RunState::Finished) if lab.settings_wait() => {
            "The settings have changed. Train again makes a new run of them; this one stays in the list.".to_owned()
        }
        Some(RunState::Finished) => match lab.cannot_compare(Variation::Random) {
            None => "Why it works: compare with the same training from random weights.".to_owned(),
            Some(_) => String::new(),
        },
        Some(RunState::Paused) if lab.settings_wait() => {
            "The settings have changed. Train again makes a new run of them; the paused one stays in the list."
                .to_owned()
        }
        Some(_) if lab.settings_wait() => {
            "This run has other settings than those shown, which apply to the next one.".to_owned()
        }
        Some(RunState::Training | RunState::Paused) => "Stop ends the run here and measures it.".to_owned(),
        _ => {
            let settings = lab.setup.settings.get();
            let estimate = lab.setup.backbone(&settings.backbone).and_then(|b| lab.estimate(&b, &settings));
            match estimate {
                Some((seconds, _)) => format!("About {} on this device.", words::duration(seconds)),
                None => "How long it takes is known once this device has seen the first pictures.".to_owned(),
            }
        }
    }
}

/// The download of the network.
fn opening(lab: Teach) -> Option<AnyView> {
    let (done, total) = lab.runs.opening.get()?;
    let sentence = format!("Network: {} of {}", words::megabytes(done), words::megabytes(total));
    Some(download(PREFIX, (sentence, done, total), Callback::new(move |()| lab.cancel_opening())))
}

/// The frozen layers look at every picture once.
fn seen(lab: Teach) -> Option<AnyView> {
    let (done, total) = lab.runs.seen.get()?;
    let sentence = format!("{} of {} pictures seen by the frozen layers", words::count(done), words::count(total));
    Some(
        view! {
            <div class="download" id="teach-seen">
                <label for="teach-seen-bar">{sentence}</label>
                <progress id="teach-seen-bar" max=total.to_string() value=done.to_string()></progress>
            </div>
        }
        .into_any(),
    )
}

fn device(lab: Teach) -> AnyView {
    let name = move || match lab.device.get() {
        Device::Starting(_) => "Getting ready …".to_owned(),
        Device::Ready(_, name) => name,
        Device::Gone => "Nothing computes at the moment.".to_owned(),
    };
    view! {
        <div class="device" id="teach-device">
            {few_choices(
                "teach-backend",
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
