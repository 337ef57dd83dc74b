//! A control for every hyperparameter of the catalogue, each with its sentence.

use crate::app::browser;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::protocol::catalog::{self, Hyperparameter, Kind};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

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
    let complaint = RwSignal::new(None::<String>);
    let value = erase::memo(move || lab.settings.with(|s| s.get(h.key)));
    let id = format!("setting-{}", h.key);
    let (help_id, complaint_id) = (format!("{id}-help"), format!("{id}-complaint"));
    let described = format!("{help_id} {complaint_id}");
    let change = move |text: String| complaint.set(lab.change(h.key, text.trim()).err());
    let field = match &h.kind {
        Kind::Choice(options) => {
            let options = options.iter().map(|&(option, label)| {
                view! { <option value=option selected=erase::flag(move || value.get() == option)>{label}</option> }
            });
            view! {
                <select
                    id=id.clone()
                    aria-describedby=described
                    prop:value=erase::text(move || value.get())
                    on:change=erase::event(move |e| change(event_target_value(&e)))
                >
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        Kind::Integer { min, max } => {
            let (min, max) = (min.to_string(), max.to_string());
            view! {
                <input
                    id=id.clone()
                    type="number"
                    inputmode="numeric"
                    step="1"
                    min=min
                    max=max
                    aria-describedby=described
                    aria-invalid=erase::attribute(move || complaint.get().map(|_| "true".to_owned()))
                    prop:value=erase::text(move || value.get())
                    on:change=erase::event(move |e| change(event_target_value(&e)))
                />
            }
            .into_any()
        }
        Kind::Real { min, max } => real(h, &id, described, (*min, *max), value, complaint),
    };
    view! {
        <div class="setting">
            <label for=id>{h.label}</label>
            {field}
            <p class="setting-help" id=help_id>{h.help}</p>
            <p class="setting-complaint" id=complaint_id role="alert">{erase::text(move || complaint.get().unwrap_or_default())}</p>
        </div>
    }
    .into_any()
}

/// A number with a slider on a logarithmic scale beside it.
fn real(
    h: &'static Hyperparameter,
    id: &str,
    described: String,
    (min, max): (f64, f64),
    value: Memo<String>,
    complaint: RwSignal<Option<String>>,
) -> AnyView {
    let lab = use_lab();
    let place = move || browser::number(&value.get()).map_or(0.0, f64::log10);
    let change = move |text: String| complaint.set(lab.change(h.key, text.trim()).err());
    let slide = move |event: web_sys::Event| {
        let Some(slider) = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        // Two significant digits, so that the number stays readable; the parse undoes what the power left over.
        let rounded = browser::number(&format!("{:.1e}", 10_f64.powf(slider.value_as_number()))).unwrap_or(min);
        change(rounded.clamp(min, max).to_string());
    };
    let text_change = move |e: web_sys::Event| complaint.set(lab.change(h.key, event_target_value(&e).trim()).err());
    view! {
        <div class="setting-real">
            <input
                id=id.to_owned()
                type="text"
                inputmode="decimal"
                autocomplete="off"
                aria-describedby=described
                aria-invalid=erase::attribute(move || complaint.get().map(|_| "true".to_owned()))
                prop:value=erase::text(move || value.get())
                on:change=erase::event(text_change)
            />
            <input
                type="range"
                aria-label=format!("{}, on a logarithmic scale", h.label)
                aria-valuetext=erase::text(move || value.get())
                min=min.log10().to_string()
                max=max.log10().to_string()
                step="0.05"
                prop:value=erase::text(move || place().to_string())
                on:change=erase::event(slide)
            />
        </div>
    }
    .into_any()
}
