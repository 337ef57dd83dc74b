//! Step 2: how the network is taught, and how that goes.

use super::curves::CurvesPanel;
use super::kept_runs::KeptRuns;
use super::presets::PresetsPanel;
use super::run::RunPanel;
use super::setup::SetupPanel;
use super::xray::XrayFrame;
use leptos::prelude::*;

#[component]
pub fn TrainStep() -> impl IntoView {
    view! {
        <section class="teach-step" aria-labelledby="teach-train-title">
            <h2 id="teach-train-title" class="step-title">"2 · Train"</h2>
            <PresetsPanel />
            <XrayFrame />
            <div class="train-grid">
                <SetupPanel />
                <RunPanel />
                <CurvesPanel />
            </div>
            <KeptRuns />
        </section>
    }
    .into_any()
}
