//! Two ways to begin.

use crate::app::erase;
use crate::app::state::teach::{Preset, Teach, use_teach};
use crate::app::words;
use leptos::prelude::*;

#[component]
pub fn PresetsPanel() -> impl IntoView {
    let lab = use_teach();
    view! {
        <section class="panel presets" aria-labelledby="presets-title">
            <h3 id="presets-title">"Presets"</h3>
            <div class="preset-grid">{Preset::ALL.map(|preset| card(lab, preset)).collect_view()}</div>
        </section>
    }
    .into_any()
}

fn card(lab: Teach, preset: Preset) -> AnyView {
    let about = match preset {
        Preset::Flowers => {
            "The course notebook’s settings: only the last layer learns, Adam 0.001, batch 16, 5 epochs, 80 % and 20 %."
        }
        Preset::Xray => {
            "Normal, pneumonia, COVID-19: 70, 20 and 10 %, pictures slightly changed at random, rare classes count more, Adam 0.0001, stops when it no longer improves. Never for diagnosis."
        }
    };
    let network = move || {
        let name = lab.preset_backbone(preset);
        let title = lab.setup.backbone(&name).map_or(name, |backbone| backbone.title);
        format!("Network here: {title}.")
    };
    let pictures = move || match lab.preset_set(preset) {
        Some(set) => format!(
            "Pictures on this site: {}, {} of them ({}); {}.",
            set.title,
            words::count(set.pictures),
            words::megabytes(set.bytes),
            set.licence
        ),
        None => "This site has no pictures for it; the settings serve for your own, too.".to_owned(),
    };
    view! {
        <div class="preset">
            <h4>{preset.title()}</h4>
            <p>{about}</p>
            <p class="hint">{erase::text(network)} " " {erase::text(pictures)}</p>
            <button
                type="button"
                id=format!("preset-{}", preset.key())
                class="button small"
                aria-pressed=erase::text(move || (lab.setup.preset.get() == Some(preset)).to_string())
                disabled=erase::flag(move || lab.runs.is_busy())
                on:click=erase::click(move |_| lab.choose_preset(preset))
            >
                "Use these settings"
            </button>
        </div>
    }
    .into_any()
}
