//! The frame around medical pictures: what such a network is not, and an experiment that shows why.

use super::deployment::Deployment;
use crate::app::erase;
use crate::app::state::teach::{Variation, use_teach};
use leptos::prelude::*;

/// Shown above the training while the pictures are medical ones.
#[component]
pub fn XrayFrame() -> impl IntoView {
    let lab = use_teach();
    let medical = erase::memo(move || lab.is_medical());
    view! { {erase::maybe(move || medical.get().then(|| frame().into_any()))} }.into_any()
}

fn frame() -> impl IntoView {
    let lab = use_teach();
    let cannot = move || lab.cannot_compare(Variation::Masked);
    view! {
        <section class="panel xray" id="xray-frame" aria-labelledby="xray-title">
            <h3 id="xray-title">"Not for diagnosis"</h3>
            <p>
                <strong>"Nothing on this page says anything about a patient. "</strong>
                "It shows how such a network is made, and how easily it deceives."
            </p>
            <p>
                "Data sets like this one put pictures together that come from different places: COVID-19 from some hospitals, pneumonia from others, healthy chests often from a third, of children even. Devices, letters at the edge, the cut of the picture and the age of the patients differ with the place. A network finds the place more easily than the disease: it is right on such a test part and wrong in the next hospital. An accuracy alone does not show that."
            </p>
            <ul class="xray-list">
                <li>"Look where it looks: "<em>"Show why"</em>" below paints Grad-CAM over every picture. Bright letters, edges and shoulders instead of lungs are a warning."</li>
                <li>"Take the shortcut away: the same training with the borders painted over. If the accuracy falls, the network lived on what lay there."</li>
                <li>"Look at the recall of COVID-19 first: whoever is overlooked infects others. The threshold moves it, and what it costs."</li>
            </ul>
            <div class="teach-buttons">
                <button
                    type="button"
                    id="xray-mask"
                    class="button primary"
                    disabled=erase::flag(move || cannot().is_some())
                    on:click=erase::click(move |_| lab.compare(Variation::Masked))
                >
                    "Mask the borders and train again"
                </button>
                <p class="hint">{erase::text(move || cannot().unwrap_or("A quarter of the width is painted grey on every side; seed and settings stay. What changed is said under the curves.").to_owned())}</p>
            </div>
            <Deployment />
        </section>
    }
}
