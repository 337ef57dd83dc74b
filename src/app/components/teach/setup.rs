//! What is taught and how: the network, and a control for every setting of the catalogue.

use super::augmentation::AugmentationPreview;
use crate::app::components::setting_control::{self, Setting};
use crate::app::erase;
use crate::app::state::teach::{Teach, too_large, use_teach};
use crate::app::{browser, estimate, words};
use crate::protocol::teach_catalog::{TEACH_HYPERPARAMETERS, teach_hyperparameter};
use crate::protocol::{Backbone, Start, TeachSettings};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// Before the key of a setting, this is the id of its control.
const PREFIX: &str = "teach-setting-";
/// The keys of the catalogue under the headings of the panel; the first group begins with the backbone.
const GROUPS: &[(&str, &[&str])] = &[
    ("Network", &["head", "start", "blocks"]),
    (
        "Learning",
        &[
            "optimizer",
            "learning-rate",
            "schedule",
            "batch",
            "epochs",
            "patience",
            "weight-decay",
            "label-smoothing",
            "class-weights",
        ],
    ),
    ("Parts and seed", &["parts", "seed", "mask"]),
    ("Changing pictures at random", &["flip", "rotation", "shift", "zoom", "brightness", "contrast", "noise", "blend"]),
];

#[component]
pub fn SetupPanel() -> impl IntoView {
    let lab = use_teach();
    let changed = erase::memo(move || lab.setup.settings.with(changes));
    let summary = move || match changed.get() {
        0 => "the defaults: only the last layer learns".to_owned(),
        1 => "1 changed".to_owned(),
        n => format!("{n} changed"),
    };
    let groups = GROUPS.iter().enumerate().map(|(place, (title, keys))| {
        let controls = keys.iter().filter_map(|key| control(lab, key)).collect_view();
        view! {
            <fieldset>
                <legend>{*title}</legend>
                {(place == 0).then(|| backbone_select(lab))}
                {controls}
                {(place == 0).then(|| view! { <p class="setting-help" id="teach-blocks-words">{erase::text(move || blocks_in_words(lab))}</p> })}
            </fieldset>
        }
    });
    view! {
        <details class="panel settings teach-setup">
            <summary>
                <h3>"Settings"</h3>
                <span class="settings-summary">{erase::text(summary)}</span>
            </summary>
            {erase::maybe(move || next_run(lab))}
            {backbone_table(lab)}
            <div class="settings-groups">{groups.collect_view()}</div>
            <AugmentationPreview />
            <button
                type="button"
                id="teach-defaults"
                class="button quiet small"
                disabled=erase::flag(move || changed.get() == 0)
                on:click=erase::click(move |_| lab.adopt(TeachSettings::default()))
            >
                "Back to the defaults"
            </button>
        </details>
    }
    .into_any()
}

/// The controls differ from the run that is shown.
fn next_run(lab: Teach) -> Option<AnyView> {
    lab.settings_wait().then(|| {
        view! {
            <div class="next-run" id="teach-next-run" role="status">
                <p>"These settings apply to the next run. The run that is shown keeps its own, and stays in the list."</p>
                <button
                    type="button"
                    id="teach-keep-settings"
                    class="button quiet small"
                    on:click=erase::click(move |_| lab.keep_run_settings())
                >
                    "Keep the run's settings"
                </button>
            </div>
        }
        .into_any()
    })
}

/// How many settings are not the course notebook's.
fn changes(settings: &TeachSettings) -> usize {
    let default = TeachSettings::default();
    TEACH_HYPERPARAMETERS.iter().filter(|h| settings.get(h.key) != default.get(h.key)).count()
}

fn control(lab: Teach, key: &str) -> Option<AnyView> {
    let h = teach_hyperparameter(key)?;
    Some(setting_control::control(Setting {
        h,
        prefix: PREFIX,
        value: erase::memo(move || lab.setup.settings.with(|settings| settings.get(h.key))),
        change: Callback::new(move |text: String| lab.change(h.key, &text)),
    }))
}

/// The choice of the network: those that are installed, and the chosen one.
fn backbone_select(lab: Teach) -> AnyView {
    let select = NodeRef::<html::Select>::new();
    let chosen = erase::memo(move || lab.setup.settings.with(|settings| settings.backbone.clone()));
    erase::effect(move || {
        lab.setup.backbones.with(Vec::len);
        let value = chosen.get();
        if let Some(select) = select.get() {
            // Once the options are on the page.
            set_timeout(move || select.set_value(&value), Duration::ZERO);
        }
    });
    let options = move || {
        let chosen = chosen.get();
        let option = |b: Backbone| {
            let title = if b.installed { b.title } else { format!("{} (not installed)", b.title) };
            view! { <option value=b.name disabled=!b.installed>{title}</option> }
        };
        let offered = lab.setup.backbones.get().into_iter().filter(|b| b.installed || b.name == chosen);
        offered.map(option).collect_view().into_any()
    };
    view! {
        <div class="setting">
            <label for="teach-setting-backbone">"Pretrained network"</label>
            <select
                id="teach-setting-backbone"
                node_ref=select
                aria-describedby="teach-backbone-help"
                on:change=erase::event(move |event| drop(lab.change("backbone", &event_target_value(&event))))
            >
                {erase::view(options)}
            </select>
            <p class="setting-help" id="teach-backbone-help">
                {teach_hyperparameter("backbone").map(|h| h.help)}
            </p>
        </div>
    }
    .into_any()
}

/// What each network takes on this device.
fn backbone_table(lab: Teach) -> AnyView {
    let rows = move || {
        let settings = lab.setup.settings.get();
        let all = lab.setup.backbones.get();
        if all.is_empty() {
            return view! { <tr><td colspan="4">"Looking which networks this site has …"</td></tr> }.into_any();
        }
        let offered = all.into_iter().filter(|backbone| backbone.installed);
        offered.map(|backbone| backbone_row(lab, backbone, &settings)).collect_view().into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label="What each network takes on this device">
            <table class="backbones" id="teach-backbones">
                <thead>
                    <tr>
                        <th scope="col">"Network"</th>
                        <th scope="col">"Download"</th>
                        <th scope="col">"Memory"</th>
                        <th scope="col">"Time on this device"</th>
                    </tr>
                </thead>
                <tbody>{erase::view(rows)}</tbody>
            </table>
        </div>
        <p class="setting-help">{memory_in_words()}</p>
        {erase::maybe(move || others(lab))}
    }
    .into_any()
}

fn backbone_row(lab: Teach, backbone: Backbone, settings: &TeachSettings) -> AnyView {
    let is_chosen = settings.backbone == backbone.name;
    let own = TeachSettings { backbone: backbone.name.clone(), ..settings.clone() };
    let refusal = too_large(&backbone, &own);
    let time = match (&refusal, lab.estimate(&backbone, &own)) {
        (Some(_), _) => "too large".to_owned(),
        (None, None) => "unknown until the first pictures were seen".to_owned(),
        (None, Some((seconds, true))) => format!("about {}", words::duration(seconds)),
        (None, Some((seconds, false))) => format!("roughly {}", words::duration(seconds)),
    };
    let licence = (!backbone.licence.is_empty()).then(|| format!("Licence of the weights: {}", backbone.licence));
    view! {
        <tr class:chosen=is_chosen data-backbone=backbone.name.clone() data-refused=refusal.is_some().to_string()>
            <th scope="row" title=licence>{backbone.title.clone()}</th>
            <td>{words::megabytes(estimate::download(&backbone, &own))}</td>
            <td>{words::megabytes(estimate::memory(&backbone, &own))}</td>
            <td>{time}</td>
        </tr>
        {refusal.map(|note| view! { <tr class="backbone-note"><td colspan="4">{note}</td></tr> })}
    }
    .into_any()
}

/// The networks that whoever runs this site could add.
fn others(lab: Teach) -> Option<AnyView> {
    let all = lab.setup.backbones.get();
    let missing: Vec<Backbone> = all.into_iter().filter(|backbone| !backbone.installed).collect();
    let count = missing.len();
    let item = |b: Backbone| view! { <li data-backbone=b.name>{b.title} ": " <code>{b.command}</code></li> };
    (count > 0).then(|| {
        view! {
            <details class="other-networks">
                <summary>{format!("Networks that are not installed here ({count})")}</summary>
                <p class="setting-help">"Whoever runs this site can install them:"</p>
                <ul>{missing.into_iter().map(item).collect_view()}</ul>
            </details>
        }
        .into_any()
    })
}

fn memory_in_words() -> String {
    let limit = words::megabytes(estimate::memory_limit(browser::device_memory()));
    match browser::device_memory() {
        Some(gib) => format!(
            "This device says it has {gib} GiB of memory or more; a page can count on about {limit}. A download is made once and kept."
        ),
        None => format!(
            "This browser does not tell how much memory the device has; a page can have {limit} at most. A download is made once and kept."
        ),
    }
}

/// Which blocks learn, and what that means for batch normalisation.
fn blocks_in_words(lab: Teach) -> String {
    let settings = lab.setup.settings.get();
    let Some(backbone) = lab.setup.backbone(&settings.backbone) else { return String::new() };
    let count = settings.blocks.min(backbone.blocks.len());
    let (names, parameters) = match settings.start {
        Start::Random => ("All layers learn".to_owned(), backbone.blocks.iter().map(|b| b.parameters).sum::<u64>()),
        Start::Pretrained if count == 0 => {
            return format!(
                "Only the new layer learns. Every picture passes the frozen layers once; {} numbers of each are kept. {} blocks could be unfrozen.",
                words::count(backbone.features),
                backbone.blocks.len()
            );
        }
        Start::Pretrained => {
            let blocks = &backbone.blocks[..count];
            let names: Vec<&str> = blocks.iter().map(|block| block.name.as_str()).collect();
            let verb = if count == 1 { "learns" } else { "learn" };
            (format!("{} {verb} too", names.join(", ")), blocks.iter().map(|block| block.parameters).sum())
        }
    };
    let batch_norm = if backbone.batch_norm {
        " Its batch normalisation keeps the means and variances it has: they are frozen, also in blocks that learn."
    } else {
        " This network has no batch normalisation."
    };
    let beginning = match settings.start {
        Start::Random => "",
        _ if lab.begins_with_shown(&settings) => {
            " The new layer begins with what it learned in the run that is shown, so that the blocks are not thrown about."
        }
        _ => " Train the new layer alone first: a run with blocks that follows it begins with what it learned.",
    };
    format!("{names}: {} numbers.{batch_norm}{beginning}", words::count(parameters))
}
