//! Parts of a panel about a run. Both labs that train have them; `prefix` begins all their ids.

use crate::app::erase;
use crate::app::state::Divergence;
use crate::app::{browser, words};
use crate::protocol::Progress;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A large button: its text, and what it does.
pub struct Press {
    pub label: Box<dyn Fn() -> String + Send>,
    pub disabled: Box<dyn Fn() -> bool + Send>,
    pub press: Callback<()>,
}

/// Train and Pause take turns; the one that goes must not take the keyboard's focus with it.
pub fn train_and_pause(prefix: &'static str, busy: Memo<bool>, train: Press, pause: Callback<()>) -> AnyView {
    let focused = RwSignal::new(false);
    let id = move |name: &str| format!("{prefix}{name}");
    let on_blur = move |event: web_sys::FocusEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok());
        focused.set(target.is_some_and(|button| button.hidden()));
    };
    erase::effect(move || {
        let next = id(if busy.get() { "pause" } else { "train" });
        if focused.get_untracked() {
            request_animation_frame(move || browser::focus_in_place(&next));
        }
    });
    let Press { label, disabled, press } = train;
    view! {
        <button
            type="button"
            id=id("train")
            class="button primary large"
            hidden=erase::flag(move || busy.get())
            disabled=erase::flag(disabled)
            on:focus=erase::focus(move |_| focused.set(true))
            on:blur=erase::focus(on_blur)
            on:click=erase::click(move |_| press.run(()))
        >
            {erase::text(label)}
        </button>
        <button
            type="button"
            id=id("pause")
            class="button primary large"
            hidden=erase::flag(move || !busy.get())
            on:focus=erase::focus(move |_| focused.set(true))
            on:blur=erase::focus(on_blur)
            on:click=erase::click(move |_| pause.run(()))
        >
            "Pause"
        </button>
    }
    .into_any()
}

/// A download, while it is under way: the sentence, bytes so far and in all.
pub fn download(prefix: &'static str, (sentence, done, total): (String, u64, u64), cancel: Callback<()>) -> AnyView {
    let id = move |name: &str| format!("{prefix}{name}");
    view! {
        <div class="download" id=id("loading")>
            <label for=id("loading-bar")>{sentence}</label>
            <progress id=id("loading-bar") max=total.to_string() value=done.to_string()></progress>
            <button type="button" id=id("cancel-load") class="button quiet small" on:click=erase::click(move |_| cancel.run(()))>
                "Cancel the download"
            </button>
        </div>
    }
    .into_any()
}

/// Why a run stopped by itself, and the way back.
pub fn diverged(prefix: &'static str, divergence: RwSignal<Option<Divergence>>, rewind: Callback<f64>) -> AnyView {
    let card = move |Divergence { step, loss, good_step, learning_rate }: Divergence| {
        view! {
            <div class="diverged" id=format!("{prefix}diverged") role="alert">
                <p>
                    <strong>"Training diverged. "</strong>
                    {format!(
                        "At step {} the loss became {loss}: the steps were so large that the weights ran away. \
                         A smaller learning rate takes smaller steps.",
                        words::count(step)
                    )}
                </p>
                <button type="button" id=format!("{prefix}rewind") class="button primary" on:click=erase::click(move |_| rewind.run(learning_rate))>
                    {format!("Go back to step {} with learning rate {learning_rate}", words::count(good_step))}
                </button>
            </div>
        }
        .into_any()
    };
    view! { {erase::maybe(move || divergence.get().map(card))} }.into_any()
}

/// How far a run is, and how fast it goes.
pub fn progress(
    prefix: &'static str,
    progress: RwSignal<Progress>,
    per_epoch: Memo<usize>,
    is_finished: Memo<bool>,
) -> AnyView {
    let id = move |name: &str| format!("{prefix}{name}");
    let in_epoch = move || {
        let (p, per_epoch) = (progress.get(), per_epoch.get().max(1));
        // A run that is over stays at the end of its last epoch.
        let over = p.step > 0 && p.step == p.steps_in_all;
        let done = if over { per_epoch } else { p.step.saturating_sub(p.epoch * per_epoch).min(per_epoch) };
        (done, per_epoch)
    };
    let epoch_words = move || {
        let (done, all) = in_epoch();
        let p = progress.get();
        let epoch = (p.epoch + 1).min(p.epochs.max(1));
        format!("Epoch {epoch}: step {} of {}", words::count(done), words::count(all))
    };
    let run_words =
        move || progress.with(|p| format!("Run: step {} of {}", words::count(p.step), words::count(p.steps_in_all)));
    let time_left = move || match progress.with(|p| p.seconds_left) {
        Some(seconds) if !is_finished.get() => words::duration(seconds),
        _ => "–".to_owned(),
    };
    let speed = move || match progress.with(|p| p.images_per_second) {
        speed if speed > 0.0 => words::speed(speed),
        _ => "–".to_owned(),
    };
    let bar = |id: String, label: Box<dyn FnMut() -> String + Send>, max: BoxedText, value: BoxedText| {
        view! {
            <div class="progress-line">
                <label for=id.clone()>{label}</label>
                <progress id=id max=max value=value></progress>
            </div>
        }
    };
    let figure = |id: String, name: &'static str, value: BoxedText| {
        view! { <div><dt>{name}</dt><dd id=id>{value}</dd></div> }
    };
    let epochs_done = erase::text(move || progress.with(|p| format!("{} of {}", p.epoch, p.epochs)));
    view! {
        <div class="progress-block">
            {bar(
                id("epoch-bar"),
                erase::text(epoch_words),
                erase::text(move || in_epoch().1.to_string()),
                erase::text(move || in_epoch().0.to_string()),
            )}
            {bar(
                id("run-bar"),
                erase::text(run_words),
                erase::text(move || progress.with(|p| p.steps_in_all.max(1)).to_string()),
                erase::text(move || progress.with(|p| p.step).to_string()),
            )}
        </div>
        <dl class="figures">
            {figure(id("epochs-done"), "Epochs done", epochs_done)}
            {figure(id("images-per-second"), "Images per second", erase::text(speed))}
            {figure(id("elapsed"), "Training time", erase::text(move || words::duration(progress.with(|p| p.seconds))))}
            {figure(id("time-left"), "Time left", erase::text(time_left))}
        </dl>
    }
    .into_any()
}

type BoxedText = Box<dyn FnMut() -> String + Send>;
