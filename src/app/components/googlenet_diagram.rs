use leptos::prelude::*;

/// An inception block, and two curves that part. A drawing, no measurement.
#[component]
pub fn GooglenetDiagram() -> impl IntoView {
    let branches = (0..4).map(|i| {
        let y = 26 + i * 32;
        let middle = (i > 0).then(|| view! { <rect class="gd-layer" x="72" y=y width="26" height="18" rx="3" /> });
        view! {
            <path class="gd-line" d=format!("M34 {0} 66 {1}M138 {1} 166 {0}", 83, y + 9) />
            {middle}
            <rect class="gd-layer wide" x="106" y=y width="26" height="18" rx="3" />
        }
    });
    view! {
        <svg
            class="googlenet-diagram"
            viewBox="0 0 404 164"
            role="img"
            aria-label="Four branches of a network side by side, and two curves over the epochs: one goes on rising, the other stays behind"
        >
            <rect class="gd-end" x="14" y="60" width="18" height="46" rx="3" />
            {branches.collect_view()}
            <rect class="gd-end" x="168" y="48" width="18" height="70" rx="3" />
            <path class="gd-axis" d="M226 20V140H392" />
            <path class="gd-train" d="M228 128C258 84 300 50 388 30" />
            <path class="gd-validation" d="M228 124C258 88 296 70 330 68S372 70 388 74" />
            <path class="gd-mark" d="M330 24V140" />
            <circle class="gd-disc" cx="330" cy="24" r="9" />
            <text class="gd-number" x="330" y="28" text-anchor="middle">"1"</text>
        </svg>
    }
    .into_any()
}
