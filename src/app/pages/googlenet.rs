//! The lab in which a GoogLeNet learns small pictures.

use crate::app::browser;
use crate::app::components::{GooglenetLab, Notices};
use crate::app::erase;
use crate::app::state::googlenet::use_googlenet;
use crate::protocol::Backend;
use leptos::prelude::*;

#[component]
pub fn GooglenetPage() -> impl IntoView {
    browser::document().set_title("GoogLeNet: long training, honest curves · Receptive");
    let lab = use_googlenet();
    lab.open();
    on_cleanup(move || lab.leave());
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
            id="googlenet-lab"
            data-run-state=erase::text(move || lab.run_words()[0].clone())
            data-epoch=erase::text(move || lab.run_words()[1].clone())
            data-run=erase::text(move || lab.run_words()[2].clone())
            data-sets=erase::text(move || lab.setup.sets.with(|sets| sets.len().to_string()))
            data-dataset=erase::text(move || lab.setup.settings.with(|settings| settings.dataset.clone()))
            data-runs=erase::text(move || lab.runs.all.with(|all| all.iter().filter(|run| !run.removed && run.made.is_none()).count().to_string()))
            data-busy=erase::text(move || lab.runs.is_busy().to_string())
            data-backend=erase::text(move || backend().to_owned())
        >
            <header class="lab-head">
                <h1>"GoogLeNet: long training, honest curves"</h1>
                <p class="lede">
                    "A deeper network learns small pictures for many epochs, here in the page. Its two curves, of what it learns from and of what it has never seen, tell whether it learns too little, enough, or by heart; the coach helps to read them."
                </p>
            </header>
            <Notices id="googlenet-notices" board=lab.notices act=Callback::new(move |notice| lab.act(&notice)) />
            <GooglenetLab />
            <p class="visually-hidden" role="status" aria-live="polite" id="googlenet-announcement">{erase::text(move || lab.announcement.get())}</p>
        </div>
    }
    .into_any()
}
