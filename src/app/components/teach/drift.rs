//! What was answered so far, and whether the pictures tried are like those the network was measured on.

use crate::app::components::look_inside::controls::button;
use crate::app::erase;
use crate::app::state::teach::{Drift, use_teach};
use crate::app::words;
use leptos::prelude::*;

/// Steps of the histogram, and its size in pixels.
const STEPS: usize = 20;
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 70.0;

#[component]
pub fn DriftPanel() -> impl IntoView {
    let lab = use_teach();
    let count = erase::memo(move || lab.live.log.with(Vec::len));
    let nothing = move || count.get() == 0;
    let summary = move || match count.get() {
        0 => "No answers are logged yet.".to_owned(),
        1 => "1 answer is logged in this browser, and nowhere else.".to_owned(),
        n => format!("{} answers are logged in this browser, and nowhere else.", words::count(n)),
    };
    view! {
        <details class="panel drift" id="teach-drift">
            <summary>
                <h3>"Log and drift"</h3>
                <span class="settings-summary">{erase::text(summary)}</span>
            </summary>
            <p class="hint">
                "Whoever runs a classifier watches what it is shown: when new pictures are further from those it learned from, its measured accuracy no longer holds. Each answer is logged with its distance (of the camera, one a second)."
            </p>
            {erase::maybe(move || lab.drift().map(|drift| picture(&drift)))}
            <div class="teach-buttons">
                {button("drift-csv", "Save the log (CSV)", nothing, move || lab.save_log())}
                {button("drift-clear", "Clear the log", nothing, move || lab.clear_log())}
            </div>
        </details>
    }
    .into_any()
}

fn picture(drift: &Drift) -> AnyView {
    let (steps, end) = drift.histogram(STEPS);
    let most = steps.iter().map(|(before, now)| before.max(*now)).fold(0.0, f64::max).max(1e-6);
    let step = WIDTH / STEPS as f64;
    let bars = steps.into_iter().enumerate().map(|(i, (before, now))| {
        let left = i as f64 * step;
        let (up, down) = (before / most * HEIGHT, now / most * HEIGHT);
        view! {
            <rect class="before" x=left + 1.0 y=HEIGHT - up width=step - 2.0 height=up />
            <rect class="now" x=left + 1.0 y=HEIGHT width=step - 2.0 height=down />
        }
    });
    let limit = f64::from(drift.familiar_within / end) * WIDTH;
    view! {
        <figure class="drift-figure">
            <svg viewBox=format!("0 0 {WIDTH} {}", HEIGHT * 2.0) role="img" aria-label="Distances of the pictures that judged the network above, of what was tried below">
                {bars.collect_view()}
                <line class="middle" x1="0" x2=WIDTH y1=HEIGHT y2=HEIGHT />
                <line class="limit" x1=limit x2=limit y1="0" y2=HEIGHT * 2.0 />
            </svg>
            <figcaption class="hint">
                {format!("Distances from 0 to {end:.2}. Above: the pictures that judged it. Below: what was tried. The line: familiar up to {:.3}.", drift.familiar_within)}
            </figcaption>
        </figure>
        <p id="drift-words">{drift.words()}</p>
    }
    .into_any()
}
