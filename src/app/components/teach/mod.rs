//! The lab that is taught the visitor's own pictures, panel by panel.

mod add;
mod augmentation;
mod camera;
mod classes;
mod curves;
mod deployment;
mod drift;
mod drop;
mod export;
mod frames;
mod gallery;
mod kept_runs;
mod mistakes;
mod per_class;
mod presets;
mod progress;
mod projects;
mod results;
mod run;
mod setup;
mod thumbnail;
mod tiles;
mod train;
mod try_live;
mod xray;

pub use thumbnail::thumbnail;

use leptos::prelude::*;

/// Everything below the heading and the notices.
#[component]
pub fn TeachLab() -> impl IntoView {
    view! {
        <drop::DropZone />
        <projects::ProjectsPanel />
        <section class="teach-step" aria-labelledby="teach-collect-title">
            <h2 id="teach-collect-title" class="step-title">"1 · Collect pictures"</h2>
            <add::AddPanel />
            <classes::ClassesPanel />
            <gallery::GalleryPanel />
        </section>
        <train::TrainStep />
        <results::ResultsStep />
        <try_live::TryStep />
        <export::ExportStep />
    }
    .into_any()
}
