//! Three ways to begin, and a control for every setting of the catalogue.

use crate::app::components::look_inside::controls::{Choice, select};
use crate::app::components::setting_control::{self, Setting};
use crate::app::erase;
use crate::app::long_runs::setting;
use crate::app::state::googlenet::{Googlenet, Preset, entries, use_googlenet};
use crate::protocol::catalog::Hyperparameter;
use leptos::prelude::*;

/// The keys of the catalogue under the headings of the panel; the first group begins with the data set.
const GROUPS: &[(&str, &[&str])] = &[
    ("Data", &["images", "augmentation", "seed"]),
    ("Network", &["stem", "batch-norm", "branch-relu", "width", "dropout"]),
    ("Learning", &["optimizer", "learning-rate", "schedule", "batch", "epochs", "weight-decay", "label-smoothing"]),
];

pub fn presets() -> AnyView {
    let lab = use_googlenet();
    let card = move |preset: Preset| {
        let chosen = move || {
            lab.setup.settings.with(|settings| *settings == preset.settings(settings.dataset.clone())).to_string()
        };
        view! {
            <div class="preset">
                <h3>{preset.title()}</h3>
                <p>{preset.about()}</p>
                <button
                    type="button"
                    id=format!("googlenet-preset-{}", preset.key())
                    class="button small"
                    aria-pressed=erase::text(chosen)
                    on:click=erase::click(move |_| lab.choose_preset(preset))
                >
                    "Use these settings"
                </button>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel googlenet-presets" aria-labelledby="googlenet-presets-title">
            <h2 id="googlenet-presets-title">"Where to begin"</h2>
            <div class="preset-grid">{Preset::ALL.map(card).collect_view()}</div>
        </section>
    }
    .into_any()
}

pub fn settings_panel() -> AnyView {
    let lab = use_googlenet();
    let changed = erase::memo(move || {
        lab.setup.settings.track();
        let changes = lab.setup.changes().into_iter().filter(|(h, _)| h.key != "dataset");
        changes.map(|(h, value)| setting(h, &value)).collect::<Vec<_>>()
    });
    let summary = move || match changed.with(Vec::len) {
        0 => "as in the course notebook".to_owned(),
        1 => "1 differs from the course notebook".to_owned(),
        n => format!("{n} differ from the course notebook"),
    };
    let differences = move || {
        let list = changed.with(|changed| changed.join(", "));
        (!list.is_empty()).then(|| {
            view! { <p class="setting-help" id="googlenet-differences">"Different from the course notebook: " {list} "."</p> }
                .into_any()
        })
    };
    let groups = GROUPS.iter().enumerate().map(|(place, (title, keys))| {
        let controls = entries(keys).into_iter().map(|h| control(lab, h)).collect_view();
        view! {
            <fieldset>
                <legend>{*title}</legend>
                {(place == 0).then(|| set_select(lab))}
                {controls}
            </fieldset>
        }
        .into_any()
    });
    view! {
        <details class="panel settings teach-setup" id="googlenet-settings">
            <summary>
                <h2>"Settings"</h2>
                <span class="settings-summary">{erase::text(summary)}</span>
            </summary>
            {erase::maybe(move || next_run(lab))}
            {erase::maybe(differences)}
            <div class="settings-groups">{groups.collect_view()}</div>
            <p class="settings-note">"The address of this page holds these settings: a copied link opens the same set-up."</p>
        </details>
    }
    .into_any()
}

/// The controls differ from the run that is shown.
fn next_run(lab: Googlenet) -> Option<AnyView> {
    lab.settings_wait().then(|| {
        view! {
            <div class="next-run" id="googlenet-next-run" role="status">
                <p>"These settings apply to the next run. The run that is shown keeps its own, and stays in the list."</p>
                <button
                    type="button"
                    id="googlenet-keep-settings"
                    class="button quiet small"
                    on:click=erase::click(move |_| lab.keep_run_settings())
                >
                    "Take the run’s settings"
                </button>
            </div>
        }
        .into_any()
    })
}

fn set_select(lab: Googlenet) -> AnyView {
    let dataset = move || lab.setup.settings.with(|settings| settings.dataset.clone());
    let options = move || {
        let mut choices: Vec<Choice> =
            lab.setup.sets.with(|sets| sets.iter().map(|set| Choice::new(&set.name, &set.title)).collect());
        let chosen = dataset();
        if !choices.iter().any(|choice| choice.value == chosen) {
            choices.push(Choice { disabled: true, ..Choice::new(&chosen, format!("{chosen} (not installed)")) });
        }
        choices
    };
    let choose = move |name: String| drop(lab.change("dataset", &name));
    select("googlenet-setting-dataset", "Pictures", Box::new(options), Box::new(dataset), Box::new(choose))
}

fn control(lab: Googlenet, h: &'static Hyperparameter) -> AnyView {
    setting_control::control(Setting {
        h,
        prefix: "googlenet-setting-",
        value: erase::memo(move || lab.setup.settings.with(|settings| settings.get(h.key))),
        change: Callback::new(move |text: String| lab.change(h.key, &text)),
    })
}
