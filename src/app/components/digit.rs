use crate::app::charts::pixels::{Pixels, ink};
use leptos::prelude::*;

/// One 28x28 digit, ink on paper, with words for those who cannot see it.
#[component]
pub fn DigitPicture(pixels: Vec<u8>, #[prop(into)] label: String) -> impl IntoView {
    let raster = ink(&pixels, 28);
    view! {
        <span class="digit" role="img" aria-label=label>
            <Pixels raster=Signal::stored(raster) class="ink" />
        </span>
    }
    .into_any()
}
