//! A control for every hyperparameter of the catalogue, each with its sentence.

use super::setting_control::{self, Setting};
use crate::app::browser;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::protocol::catalog::{self, Hyperparameter};
use leptos::prelude::*;

/// The keys of the catalogue under the headings of the panel. A key left out here is shown at the end.
const GROUPS: &[(&str, &[&str])] = &[
    ("Network", &["activation", "pooling", "padding"]),
    ("Learning", &["optimizer", "learning-rate", "batch", "epochs"]),
    ("Data", &["images", "validation", "seed"]),
    ("Device", &["backend"]),
];

#[component]
pub fn SettingsPanel() -> impl IntoView {
    let lab = use_lab();
    let changed = move || lab.settings.with(|s| s.to_pairs().len());
    let summary = move || match changed() {
        0 => "as in the course notebook, with a validation part".to_owned(),
        1 => "1 changed".to_owned(),
        n => format!("{n} changed"),
    };
    let banner = move || {
        lab.settings_wait().then(|| {
            view! {
                <div class="next-run" id="next-run" role="status">
                    <p>"These settings apply to the next run. The present run keeps its own, and stays saved."</p>
                    <div class="notice-buttons">
                        <button type="button" id="new-run" class="button primary small" on:click=erase::click(move |_| lab.start_new_run())>
                            "Start new run"
                        </button>
                        <button type="button" class="button quiet small" on:click=erase::click(move |_| lab.keep_run_settings())>
                            "Keep the run's settings"
                        </button>
                    </div>
                </div>
            }
        })
    };
    let groups = GROUPS.iter().map(|(title, keys)| {
        let controls = keys.iter().filter_map(|key| catalog::hyperparameter(key)).map(control).collect_view();
        view! {
            <fieldset>
                <legend>{*title}</legend>
                {controls}
            </fieldset>
        }
    });
    // Closed on a phone, where Train and the plots come first.
    let open = browser::matches_media("(min-width: 720px)");
    view! {
        <details class="panel settings" open=open>
            <summary>
                <h2>"Settings"</h2>
                <span class="settings-summary">{erase::text(summary)}</span>
            </summary>
            {erase::maybe(move || banner().map(IntoAny::into_any))}
            <div class="settings-groups">{groups.collect_view()}</div>
            <button
                type="button"
                id="defaults"
                class="button quiet small"
                disabled=erase::flag(move || changed() == 0)
                on:click=erase::click(move |_| lab.restore_defaults())
            >
                "Back to the defaults"
            </button>
            <p class="settings-note">"The address of this page holds these settings: a copied link opens the same set-up."</p>
        </details>
    }
    .into_any()
}

fn control(h: &'static Hyperparameter) -> AnyView {
    let lab = use_lab();
    setting_control::control(Setting {
        h,
        prefix: "setting-",
        value: erase::memo(move || lab.settings.with(|s| s.get(h.key))),
        change: Callback::new(move |text: String| lab.change(h.key, &text)),
    })
}
