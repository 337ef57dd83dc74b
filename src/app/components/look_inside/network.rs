use super::controls::{Choice, button, fact, few_choices, select};
use crate::app::erase;
use crate::app::state::AtDesk;
use crate::app::state::inside::{Device, Inside, bytes_of, use_inside};
use crate::app::words;
use crate::protocol::{Backend, Installed, NetworkInfo};
use leptos::prelude::*;

/// Which network is looked into, what it costs to download, and which device computes.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    let lab = use_inside();
    let options = move || {
        lab.networks.all.with(|all| {
            let choice = |network: &NetworkInfo| {
                let here = bytes_of(network).is_some();
                let group = if here { "Installed here" } else { "Not installed on this site" }.to_owned();
                let label = format!("{} ({})", network.title, network.year);
                Choice { group, disabled: !here, ..Choice::new(network.name.clone(), label) }
            };
            all.iter().map(choice).collect()
        })
    };
    let about = erase::maybe(move || lab.networks.info(&lab.networks.chosen.get()).map(facts));
    let device = move || usize::from(lab.device.with(|d| d.backend()) == Backend::Webgpu);
    let choose_device = move |place: usize| {
        lab.choose_device(if place == 1 { Backend::Webgpu } else { Backend::Cpu });
    };
    let device_words = erase::text(move || match lab.device.get() {
        Device::Starting(_) => "starting …".to_owned(),
        Device::Ready(_, name) => name,
        Device::Gone => "stopped".to_owned(),
    });
    view! {
        <section class="panel network-panel" aria-labelledby="network-title">
            <h2 id="network-title">"Network"</h2>
            <div class="controls">
                {select(
                    "network-choice",
                    "Network",
                    Box::new(options),
                    Box::new(move || lab.networks.chosen.get()),
                    Box::new(move |name| lab.choose_network(name)),
                )}
                {few_choices("inside-backend", "Device", &["CPU", "WebGPU"], device, choose_device)}
                <span class="hint device-words">{device_words}</span>
            </div>
            {about}
            // Its space is kept, so that what is below does not jump.
            <div class="download-place">{erase::view(move || download(lab))}</div>
            {erase::maybe(move || missing(lab))}
        </section>
    }
    .into_any()
}

fn facts(network: NetworkInfo) -> AnyView {
    let (bytes, source) = match &network.installed {
        Installed::Here { bytes, licence, source } => (*bytes, format!("Weights: {source} ({licence}).")),
        Installed::Missing { .. } => ([0; 3], String::new()),
    };
    let [first, features, classifier] = bytes.map(words::megabytes_or_kilobytes);
    view! {
        <dl class="network-facts">
            {fact("parameters", words::count(network.parameters))}
            {fact("multiply-accumulates for one picture", words::count(network.multiply_accumulates))}
            {fact("download: first layer, other features, classifier", format!("{first} + {features} + {classifier}"))}
        </dl>
        <details class="hint"><summary>"Where the weights come from"</summary><p>{source}</p></details>
    }
    .into_any()
}

/// The download under way, or what could be fetched besides.
fn download(lab: Inside) -> AnyView {
    let Some(now) = lab.networks.opening.get() else {
        let bytes = lab.networks.bytes_left();
        if bytes == 0 || lab.networks.chosen.with(String::is_empty) {
            return ().into_any();
        }
        let label = format!("Load the other layers ({})", words::megabytes_or_kilobytes(bytes));
        return button("load-rest", label, || false, move || lab.load_rest());
    };
    let percent = if now.total > 0 { now.done as f64 / now.total as f64 * 100.0 } else { 0.0 };
    let left = now.seconds_left().map_or(String::new(), |s| format!(", about {} left", words::duration(s)));
    let (done, total) = (words::megabytes(now.done), words::megabytes(now.total));
    let text = if now.total == 0 { "Opening …".to_owned() } else { format!("Weights: {done} of {total}{left}") };
    view! {
        <div class="download">
            <label for="opening-progress">{text}</label>
            <progress id="opening-progress" max="100" value=percent.to_string()></progress>
            {button("cancel-open", "Cancel", || false, move || lab.cancel_open())}
        </div>
    }
    .into_any()
}

/// What this site could have, and the command that installs it.
fn missing(lab: Inside) -> Option<AnyView> {
    let missing = lab
        .networks
        .all
        .with(|all| all.iter().filter(|network| bytes_of(network).is_none()).cloned().collect::<Vec<_>>());
    let line = |network: &NetworkInfo| {
        let how = match &network.installed {
            Installed::Missing { command: Some(command) } => view! { <code>{command.clone()}</code> }.into_any(),
            _ => "no published weights that fit".into_any(),
        };
        view! { <li>{network.title.clone()}": "{how}</li> }.into_any()
    };
    (!missing.is_empty()).then(|| {
        view! {
            <details class="missing hint">
                <summary>{format!("{} more networks are not installed on this site", missing.len())}</summary>
                <p>"Whoever runs the site installs one with:"</p>
                <ul>{missing.iter().map(line).collect_view()}</ul>
                <p>"The ledger below shows all of them; it needs no weights."</p>
            </details>
        }
        .into_any()
    })
}
