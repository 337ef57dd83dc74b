//! What the changes at random look like, with a few of the project's own pictures.

use crate::app::charts::pixels::{Pixels, Raster};
use crate::app::erase;
use crate::app::state::teach::use_teach;
use leptos::prelude::*;

#[component]
pub fn AugmentationPreview() -> impl IntoView {
    let lab = use_teach();
    let preview = lab.live.preview;
    let wanted = erase::memo(move || {
        let (augmentation, mask) = lab.setup.settings.with(|settings| (settings.augmentation, settings.mask));
        let ready = lab.device.with(|device| device.ready().is_some());
        // Another project has other pictures.
        let first = lab.projects.pictures().first().map(|picture| picture.id);
        (preview.open.get() && ready).then_some((augmentation, mask, preview.seed.get(), first))
    });
    erase::effect(move || {
        if wanted.get().is_some() {
            lab.preview();
        }
    });
    let words = move || {
        let (none, mask) = lab.setup.settings.with(|s| (s.augmentation.is_none(), s.mask > 0.0));
        let sentence = match (lab.projects.pictures().is_empty(), none, mask) {
            (true, ..) => "Add some pictures first.",
            (_, true, false) => "Nothing is changed: each picture is learned from as it is.",
            (_, true, true) => "Only the borders are painted over.",
            _ => "So every picture might look when it is learned from; the next time it looks different.",
        };
        sentence.to_owned()
    };
    view! {
        <div class="augmentation">
            <div class="teach-buttons">
                <button
                    type="button"
                    id="teach-preview"
                    class="button small"
                    aria-expanded=erase::text(move || preview.open.get().to_string())
                    on:click=erase::click(move |_| preview.open.update(|open| *open = !*open))
                >
                    "Show changed pictures"
                </button>
                <button
                    type="button"
                    id="teach-preview-again"
                    class="button quiet small"
                    hidden=erase::flag(move || !preview.open.get())
                    on:click=erase::click(move |_| preview.seed.update(|seed| *seed += 1))
                >
                    "Change them anew"
                </button>
            </div>
            {erase::maybe(move || {
                preview.open.get().then(|| {
                    view! {
                        <p class="hint">{erase::text(words)}</p>
                        <div class="augmentation-rows" id="teach-preview-rows" role="img" aria-label="Pictures of this project, changed at random">
                            {erase::view(move || preview.rows.get().into_iter().map(row).collect_view().into_any())}
                        </div>
                    }
                    .into_any()
                })
            })}
        </div>
    }
    .into_any()
}

fn row(pictures: Vec<Raster>) -> AnyView {
    let picture = |raster| view! { <Pixels raster=Signal::stored(raster) class="smooth" /> };
    view! { <div class="augmentation-row">{pictures.into_iter().map(picture).collect_view()}</div> }.into_any()
}
