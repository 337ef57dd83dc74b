use super::maps::title;
use crate::app::components::arithmetic::{Naming, spelled_out};
use crate::app::erase;
use crate::app::state::use_lab;
use leptos::prelude::*;

/// How the chosen value came about.
#[component]
pub fn ArithmeticView() -> impl IntoView {
    let lab = use_lab();
    let content = move || {
        let explained = lab.looking.explained.get();
        match explained {
            Some(a) => {
                let name = |layer: &str| lab.run.settings.with_untracked(|s| title(layer, s.activation, s.pooling));
                let place = match a.at.layer.as_str() {
                    "fc1" | "fc2" | "logits" => format!("value {}", a.at.channel),
                    _ => format!("map {}, row {}, column {}", a.at.channel, a.at.y, a.at.x),
                };
                let naming = Naming {
                    layer: name(&a.at.layer),
                    place,
                    source: name(&a.source_layer),
                    then: if a.at.layer.starts_with("fc") { ", then the activation" } else { "" },
                    channel: |channel| format!("map {channel}"),
                    unfolded: 1,
                    most: usize::MAX,
                };
                spelled_out(&a, &naming)
            }
            None => view! { <p class="empty">"Choose a value in a map: its arithmetic appears here."</p> }.into_any(),
        }
    };
    view! { <div class="arithmetic" id="arithmetic">{erase::view(content)}</div> }.into_any()
}
