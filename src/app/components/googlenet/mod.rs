//! The lab in which a GoogLeNet learns small pictures, panel by panel.

mod coach;
mod curves;
mod introduction;
mod kept_runs;
mod lapse;
mod own_picture;
mod run;
mod settings;
mod takes;

use crate::app::components::drop_zone::DropZone;
use crate::app::state::googlenet::use_googlenet;
use leptos::prelude::*;

/// Everything below the heading and the notices.
#[component]
pub fn GooglenetLab() -> impl IntoView {
    let lab = use_googlenet();
    view! {
        <DropZone
            take=Callback::new(move |file: web_sys::File| lab.look_at(file.name(), file.into()))
            none=Callback::new(move |()| lab.announce("There is no picture on the clipboard."))
        />
        {introduction::introduction()}
        {settings::presets()}
        <div class="train-grid">
            {settings::settings_panel()}
            {run::run_panel()}
            {curves::curves_panel()}
        </div>
        {coach::coach_panel()}
        {kept_runs::kept_runs()}
        {lapse::lapse_panel()}
    }
    .into_any()
}

/// A letter for each run that is laid into the plot, and its class in the style sheet.
pub const LETTERS: [(&str, &str); 4] = [("B", "over-b"), ("C", "over-c"), ("D", "over-d"), ("E", "over-e")];
