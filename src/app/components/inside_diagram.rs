use leptos::prelude::*;

/// Of the nine kernels: the angle of their stripes, and which colours they have.
const KERNELS: [(i32, &str); 9] =
    [(0, "a"), (45, "a"), (90, "a"), (135, "b"), (20, "b"), (70, "a"), (110, "b"), (160, "a"), (0, "b")];

/// A photo, a kernel that looks at a part of it, and the maps that come out. A drawing, no measurement.
#[component]
pub fn InsideDiagram() -> impl IntoView {
    let kernels = KERNELS.iter().enumerate().map(|(i, (angle, colours))| {
        let (x, y) = (150 + i % 3 * 31, 32 + i / 3 * 31);
        let stripes = [2, 10, 18]
            .map(|at| view! { <rect class=format!("in-stripe {colours}") x=at y="-8" width="4" height="44" /> });
        view! {
            <svg x=x y=y width="28" height="28" viewBox="0 0 28 28">
                <rect class="in-kernel" width="28" height="28" />
                <g transform=format!("rotate({angle} 14 14)")>{stripes.collect_view()}</g>
            </svg>
        }
    });
    // What stripes of one direction find in the photo: its edges, and less and less of them.
    let maps = (0..4).rev().map(|i| {
        let at = format!("translate({} {})", 282 + i * 11, 44 - i * 9);
        view! {
            <g transform=at>
                <rect class="in-map" width="76" height="76" />
                <path class="in-edge" d="M0 55 22 34 39 50 56 28 76 48" />
                <circle class="in-edge" cx="55" cy="16" r="7" />
            </g>
        }
    });
    view! {
        <svg
            class="inside-diagram"
            viewBox="0 0 404 164"
            role="img"
            aria-label="A photo of hills, a grid of striped kernels, and a stack of maps in which only the edges of the hills are left"
        >
            <svg x="8" y="26" width="110" height="110" viewBox="0 0 76 76">
                <rect class="in-sky" width="76" height="76" />
                <circle class="in-sun" cx="55" cy="16" r="7" />
                <path class="in-far" d="M0 55 22 34 39 50 56 28 76 48V76H0z" />
                <path class="in-near" d="M0 66 30 52 50 62 76 56V76H0z" />
            </svg>
            <rect class="in-field" x="66" y="60" width="28" height="28" />
            <path class="in-line" d="M94 60 150 32M94 88 150 122" />
            {kernels.collect_view()}
            <path class="in-line" d="M250 78h22" />
            {maps.collect_view()}
        </svg>
    }
    .into_any()
}
