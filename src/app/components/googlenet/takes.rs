//! What a run takes of this device: time, storage, battery.

use crate::app::erase;
use crate::app::long_runs::{parameters, stored};
use crate::app::state::googlenet::Googlenet;
use crate::app::words;
use leptos::prelude::*;

pub fn takes(lab: Googlenet) -> AnyView {
    view! {
        <div class="googlenet-takes">
            <p class="run-hint" id="googlenet-estimate">{erase::text(move || time_in_words(lab))}</p>
            {erase::maybe(move || step(lab))}
            <p class="run-hint" id="googlenet-storage">{erase::text(move || storage_in_words(lab))}</p>
            {erase::maybe(move || {
                let (draining, level) = lab.setup.battery.get()?;
                let text = format!(
                    "This device runs on its battery ({:.0} % full). A long run empties it: plug it in.",
                    level * 100.0
                );
                draining.then(|| view! { <p class="run-hint googlenet-battery" id="googlenet-battery">{text}</p> }.into_any())
            })}
        </div>
    }
    .into_any()
}

fn time_in_words(lab: Googlenet) -> String {
    match lab.setup.takes() {
        Some(takes) => format!(
            "With the settings shown an epoch takes about {} on this device, and the whole run about {}.",
            words::duration(takes.epoch),
            words::duration(takes.run)
        ),
        None if lab.setup.measuring.get() => "Timing a step with these settings …".to_owned(),
        None => "How long an epoch takes is known as soon as a step with these settings was timed.".to_owned(),
    }
}

/// The parts of a training step.
fn step(lab: Googlenet) -> Option<AnyView> {
    let speed = lab.setup.speed.get()?;
    let batch = lab.setup.settings.with(|settings| settings.batch);
    let parts = [
        ("Pictures: cut, mirrored, brought to the device", speed.data),
        ("Forward pass", speed.forward),
        ("Backward pass", speed.backward),
        ("Optimizer", speed.optimizer),
    ];
    let whole = parts.iter().map(|(_, seconds)| seconds).sum::<f64>().max(f64::MIN_POSITIVE);
    let row = |(name, seconds): (&'static str, f64)| {
        let milliseconds = format!("{:.1} ms", seconds * batch as f64 * 1000.0);
        view! { <tr><th scope="row">{name}</th><td>{milliseconds}</td><td>{format!("{:.0} %", seconds / whole * 100.0)}</td></tr> }
            .into_any()
    };
    Some(
        view! {
            <details class="googlenet-step">
                <summary>{format!("What a step takes: {} images per second", words::speed(speed.images_per_second))}</summary>
                <table id="googlenet-step">
                    <caption class="visually-hidden">"Parts of a training step"</caption>
                    <thead><tr><th scope="col">"Part"</th><th scope="col">{format!("Batch of {batch}")}</th><th scope="col">"Share"</th></tr></thead>
                    <tbody>{parts.map(row).collect_view()}</tbody>
                </table>
                <button
                    type="button"
                    id="googlenet-measure"
                    class="button quiet small"
                    disabled=erase::flag(move || lab.runs.is_busy() || lab.setup.measuring.get())
                    on:click=erase::click(move |_| lab.measure_again())
                >
                    "Time it again"
                </button>
            </details>
        }
        .into_any(),
    )
}

fn storage_in_words(lab: Googlenet) -> String {
    let settings = lab.setup.settings.get();
    let (epoch, checkpoint) = stored(&settings);
    let whole = epoch * settings.epochs as f64 + checkpoint;
    let room = match lab.setup.room.get() {
        Some((used, quota)) => format!(
            " This browser gives the page {}, of which {} are used.",
            words::megabytes(quota as u64),
            words::megabytes(used as u64)
        ),
        None => " This browser does not tell how much the page may store.".to_owned(),
    };
    format!(
        "About {} million numbers are learned. Kept in this browser: about {} for each epoch and {} for going on, {} in all.{room}",
        format_args!("{:.1}", parameters(&settings) / 1e6),
        words::megabytes(epoch as u64),
        words::megabytes(checkpoint as u64),
        words::megabytes(whole as u64)
    )
}
