//! The LeNet-5 lab: everything the visitor sees about one run.

use crate::app::browser;
use crate::app::components::{
    DrawPanel, FilesPanel, InsidePanel, Notices, Plots, ReportPanel, RunPanel, SavedRuns, SettingsPanel,
};
use crate::app::erase;
use crate::app::state::{DeviceState, state_name, use_lab};
use crate::protocol::Backend;
use leptos::prelude::*;

#[component]
pub fn LenetPage() -> impl IntoView {
    browser::document().set_title("LeNet-5 learns MNIST · Receptive");
    let lab = use_lab();
    lab.open();
    let state = move || state_name(lab.run.state.get());
    let backend = move || match lab.device.get() {
        DeviceState::Ready(chosen) if chosen.backend == Backend::Webgpu => "webgpu",
        DeviceState::Ready(_) => "cpu",
        _ => "",
    };
    view! {
        <div
            class="lab"
            id="lab"
            data-run-state=erase::text(move || state().to_owned())
            data-step=erase::text(move || lab.run.progress.with(|p| p.step).to_string())
            data-epoch=erase::text(move || lab.run.progress.with(|p| p.epoch).to_string())
            data-backend=erase::text(move || backend().to_owned())
        >
            <header class="lab-head">
                <h1>"LeNet-5 learns to read digits"</h1>
                <p class="lede">
                    "Press Train: a network with 61,706 random numbers learns to read handwriting from 60,000 examples, here, on your device."
                </p>
            </header>
            <Notices id="notices" board=lab.notices act=Callback::new(move |notice| lab.act(&notice)) />
            <SavedRuns />
            <div class="lab-grid">
                <RunPanel />
                <SettingsPanel />
                <Plots />
                <DrawPanel />
                <InsidePanel />
            </div>
            <ReportPanel />
            <FilesPanel />
            <p class="visually-hidden" role="status" aria-live="polite" id="announcement">{erase::text(move || lab.announcement.get())}</p>
        </div>
    }
    .into_any()
}
