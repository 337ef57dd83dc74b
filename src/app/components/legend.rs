use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::erase;
use crate::app::words;
use leptos::prelude::*;

/// The colours of a picture with the values at both ends.
pub fn legend(colours: Colormap, extent: Extent, unit: &'static str) -> AnyView {
    view! {
        <span class="legend">
            <span class="legend-value">{words::value(extent.low)}</span>
            <span class="legend-bar" style:background=colours.css_gradient()></span>
            <span class="legend-value">{words::value(extent.high)}</span>
            {unit}
        </span>
    }
    .into_any()
}

/// The same for values that change.
#[component]
pub fn Legend(colours: Colormap, extent: Signal<Extent>, #[prop(optional)] unit: &'static str) -> impl IntoView {
    erase::view(move || legend(colours, extent.get(), unit))
}
