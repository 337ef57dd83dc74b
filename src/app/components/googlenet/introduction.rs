//! What network this is, and which pictures are there.

use crate::app::erase;
use crate::app::state::googlenet::{Googlenet, use_googlenet};
use crate::app::words;
use crate::protocol::TrainingSet;
use crate::protocol::googlenet_catalog::{GOOGLENET_PARAMETERS, GOOGLENET_SIDE};
use leptos::prelude::*;

pub fn introduction() -> AnyView {
    let lab = use_googlenet();
    let network = format!(
        "The network of the course notebook: three convolutions, nine inception blocks of six convolutions each, and one last layer; {} numbers are learned. It sees {GOOGLENET_SIDE}x{GOOGLENET_SIDE} pixels in red, green and blue.",
        words::count(GOOGLENET_PARAMETERS)
    );
    view! {
        <section class="panel googlenet-about" aria-label="Network and pictures">
            <p id="googlenet-network">{network}</p>
            <ul class="googlenet-sets" id="googlenet-sets" aria-label="Pictures on this site">
                {erase::view(move || lab.setup.sets.get().into_iter().map(set).collect_view().into_any())}
            </ul>
            {erase::maybe(move || not_installed(lab))}
        </section>
    }
    .into_any()
}

fn set(set: TrainingSet) -> AnyView {
    let lossy = if set.lossy {
        " Stored with loss: accuracies reached with them cannot be compared with published ones."
    } else {
        ""
    };
    view! {
        <li data-set=set.name>
            <strong>{set.title}</strong>
            {format!(
                ": {} pictures to learn from and {} to measure with, {} kinds; {} to download once. Licence: {}.{lossy}",
                words::count(set.train),
                words::count(set.validation),
                set.classes.len(),
                words::megabytes(set.bytes),
                set.licence,
            )}
        </li>
    }
    .into_any()
}

fn not_installed(lab: Googlenet) -> Option<AnyView> {
    (lab.setup.listed.get() && !lab.setup.has_reference_set()).then(|| {
        view! {
            <p class="hint" id="googlenet-not-installed">
                "The pictures of the course notebook, CIFAR-10, are not installed on this site. Whoever runs it can fetch them: "
                <code>"cargo xtask assets fetch cifar10"</code>
                ". The lab works the same with what is here."
            </p>
        }
        .into_any()
    })
}
