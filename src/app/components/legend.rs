use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::words;
use leptos::prelude::*;

/// The colours of a picture with the values at both ends.
#[component]
pub fn Legend(colours: Colormap, extent: Signal<Extent>, #[prop(optional)] unit: &'static str) -> impl IntoView {
    view! {
        <span class="legend">
            <span class="legend-value">{move || words::value(extent.get().low)}</span>
            <span class="legend-bar" style:background=colours.css_gradient()></span>
            <span class="legend-value">{move || words::value(extent.get().high)}</span>
            {unit}
        </span>
    }
    .into_any()
}
