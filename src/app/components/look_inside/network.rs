use super::controls::{Choice, FewChoices, Select};
use crate::app::state::inside::{Device, bytes_of, use_inside};
use crate::app::words;
use crate::protocol::{Backend, Installed, NetworkInfo};
use leptos::prelude::*;

/// Which network is looked into, what it costs to download, and which device computes.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    let lab = use_inside();
    let options = Signal::derive(move || {
        lab.networks.all.with(|all| {
            let choice = |network: &NetworkInfo| {
                let here = bytes_of(network).is_some();
                let group = if here { "Installed here" } else { "Not installed on this site" }.to_owned();
                let label = format!("{} ({})", network.title, network.year);
                Choice { group, disabled: !here, ..Choice::new(network.name.clone(), label) }
            };
            all.iter().map(choice).collect()
        })
    });
    let about = move || lab.networks.info(&lab.networks.chosen.get()).map(facts);
    let device = Signal::derive(move || usize::from(lab.device.with(|d| d.backend()) == Backend::Webgpu));
    let choose_device = Callback::new(move |place: usize| {
        lab.choose_device(if place == 1 { Backend::Webgpu } else { Backend::Cpu });
    });
    let device_words = move || match lab.device.get() {
        Device::Starting(_) => "starting …".to_owned(),
        Device::Ready(_, name) => name,
        Device::Gone => "stopped".to_owned(),
    };
    view! {
        <section class="panel network-panel" aria-labelledby="network-title">
            <h2 id="network-title">"Network"</h2>
            <div class="controls">
                <Select
                    id="network-choice"
                    label="Network"
                    options
                    value=lab.networks.chosen.into()
                    choose=Callback::new(move |name| lab.choose_network(name))
                />
                <FewChoices id="inside-backend" label="Device" options=&["CPU", "WebGPU"] value=device choose=choose_device />
                <span class="hint device-words">{device_words}</span>
            </div>
            {about}
            {download}
            {missing}
        </section>
    }
    .into_any()
}

fn facts(network: NetworkInfo) -> AnyView {
    let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any();
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
fn download() -> AnyView {
    let lab = use_inside();
    let view = move || {
        if let Some(now) = lab.networks.opening.get() {
            let percent = if now.total > 0 { now.done as f64 / now.total as f64 * 100.0 } else { 0.0 };
            let left = now.seconds_left().map_or(String::new(), |s| format!(", about {} left", words::duration(s)));
            let (done, total) = (words::megabytes(now.done), words::megabytes(now.total));
            let text =
                if now.total == 0 { "Opening …".to_owned() } else { format!("Weights: {done} of {total}{left}") };
            return view! {
                <div class="download">
                    <label for="opening-progress">{text}</label>
                    <progress id="opening-progress" max="100" value=percent></progress>
                    <button type="button" id="cancel-open" class="button quiet small" on:click=move |_| lab.cancel_open()>"Cancel"</button>
                </div>
            }
            .into_any();
        }
        let bytes = lab.networks.bytes_left();
        if bytes == 0 || lab.networks.chosen.with(String::is_empty) {
            return ().into_any();
        }
        view! {
            <button type="button" id="load-rest" class="button" on:click=move |_| lab.load_rest()>
                {format!("Load the other layers ({})", words::megabytes_or_kilobytes(bytes))}
            </button>
        }
        .into_any()
    };
    // Its space is kept, so that what is below does not jump.
    view! { <div class="download-place">{view}</div> }.into_any()
}

/// What this site could have, and the command that installs it.
fn missing() -> AnyView {
    let lab = use_inside();
    let list = move || {
        let missing = lab
            .networks
            .all
            .with(|all| all.iter().filter(|network| bytes_of(network).is_none()).cloned().collect::<Vec<_>>());
        let line = |network: NetworkInfo| {
            let how = match network.installed {
                Installed::Missing { command: Some(command) } => view! { <code>{command}</code> }.into_any(),
                _ => "no published weights that fit".into_any(),
            };
            view! { <li>{network.title}": "{how}</li> }
        };
        (!missing.is_empty()).then(|| {
            view! {
                <details class="missing hint">
                    <summary>{format!("{} more networks are not installed on this site", missing.len())}</summary>
                    <p>"Whoever runs the site installs one with:"</p>
                    <ul>{missing.into_iter().map(line).collect_view()}</ul>
                    <p>"The ledger below shows all of them; it needs no weights."</p>
                </details>
            }
        })
    };
    view! { {list} }.into_any()
}
