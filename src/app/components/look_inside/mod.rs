//! The lab that looks inside a network, panel by panel.

mod camera;
mod classes;
pub mod controls;
mod detail;
mod drop;
mod kernels;
mod layer;
mod ledger;
mod ledger_table;
mod maps;
mod network;
mod photo;
mod stage;

use leptos::prelude::*;

/// Everything below the heading and the notices.
#[component]
pub fn LookInside() -> impl IntoView {
    view! {
        <drop::DropZone />
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
