//! The lab that looks inside a network, panel by panel.

mod camera;
mod classes;
pub mod controls;
mod detail;
mod kernels;
mod layer;
mod ledger;
mod ledger_table;
mod maps;
mod network;
mod photo;
mod stage;

use crate::app::components::drop_zone::DropZone;
use crate::app::state::inside::use_inside;
use leptos::prelude::*;

/// Everything below the heading and the notices.
#[component]
pub fn LookInside() -> impl IntoView {
    let lab = use_inside();
    view! {
        <DropZone
            take=Callback::new(move |file| lab.choose_file(file))
            none=Callback::new(move |()| lab.announce("There is no picture on the clipboard."))
        />
        <div class="look-grid">
            <photo::PhotoPanel />
            <network::NetworkPanel />
            // A column of its own on a wide screen; on a narrow one as if it were not there.
            <div class="look-side">
                <classes::ClassesPanel />
                <detail::DetailPanel />
            </div>
            <layer::LayerPanel />
        </div>
        <ledger::LedgerPanel />
    }
    .into_any()
}
