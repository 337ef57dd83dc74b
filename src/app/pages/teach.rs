//! The lab that is taught the visitor's own pictures.

use crate::app::browser;
use crate::app::components::{Notices, TeachLab};
use crate::app::erase;
use crate::app::state::teach::use_teach;
use crate::protocol::Backend;
use leptos::prelude::*;

#[component]
pub fn TeachPage() -> impl IntoView {
    browser::document().set_title("Teach it your own pictures · Receptive");
    let lab = use_teach();
    lab.open();
    on_cleanup(move || lab.leave());
    let project = move || lab.projects.with_current(|project| project.name.clone());
    let classes = move || lab.projects.with_current(|project| project.classes.len().to_string());
    let backend = move || {
        lab.device.with(|device| match device.ready() {
            None => "",
            Some(Backend::Cpu) => "cpu",
            Some(Backend::Webgpu) => "webgpu",
        })
    };
    view! {
        <div
            class="lab"
            id="teach-lab"
            data-project=erase::text(move || project().unwrap_or_default())
            data-pictures=erase::text(move || lab.projects.pictures().len().to_string())
            data-classes=erase::text(move || classes().unwrap_or_default())
            data-collecting=erase::text(move || lab.collecting.is_busy().to_string())
            data-run-state=erase::text(move || lab.run_words()[0].clone())
            data-epoch=erase::text(move || lab.run_words()[1].clone())
            data-backbone=erase::text(move || lab.run_words()[2].clone())
            data-backend=erase::text(move || backend().to_owned())
        >
            <header class="lab-head">
                <h1>"Teach it your own pictures"</h1>
                <p class="lede">
                    "Collect some pictures of each thing: a network that has already seen a million pictures learns to tell yours apart, here, on your device, usually within a minute."
                </p>
            </header>
            <Notices id="teach-notices" board=lab.notices act=Callback::new(move |notice| lab.act(&notice)) />
            <TeachLab />
            <p class="visually-hidden" role="status" aria-live="polite" id="teach-announcement">{erase::text(move || lab.announcement.get())}</p>
        </div>
    }
    .into_any()
}
