use leptos::prelude::*;

/// Two piles of pictures, a network that stays, a last layer that learns. A drawing, no measurement.
#[component]
pub fn TeachDiagram() -> impl IntoView {
    let pile = |y: u32, drawing: AnyView| {
        let cards = [12, 6]
            .map(|shift| view! { <rect class="td-card" x=8 + shift y=y - shift / 2 width="54" height="54" rx="4" /> });
        view! {
            {cards.collect_view()}
            <g transform=format!("translate(8 {y})")>
                <rect class="td-card" width="54" height="54" rx="4" />
                {drawing}
            </g>
        }
    };
    let flower = (0..6).map(|i| {
        view! { <ellipse class="td-sun" cx="27" cy="15" rx="6" ry="9" transform=format!("rotate({} 27 27)", i * 60) /> }
    });
    let layers = (0..5).map(|i| {
        let high = 110 - i * 14;
        view! { <rect class="td-body" x=112 + i * 26 y=82 - high / 2 width="16" height=high rx="3" /> }
    });
    let bars = [(52, 78, "td-bar best"), (76, 26, "td-bar"), (100, 12, "td-bar")]
        .map(|(y, width, class)| view! { <rect class=class x="314" y=y width=width height="14" rx="3" /> });
    view! {
        <svg
            class="teach-diagram"
            viewBox="0 0 404 164"
            role="img"
            aria-label="Two piles of pictures go through a network whose layers stay as they are into a new last layer, which answers with bars"
        >
            {pile(22, view! { <g>{flower.collect_view()}<circle class="td-leaf" cx="27" cy="27" r="6" /></g> }.into_any())}
            {pile(94, view! { <path class="td-leaf" d="M27 6C44 16 46 36 27 48 8 36 10 16 27 6z" /> }.into_any())}
            <path class="td-line" d="M78 50 108 76M78 116 108 90" />
            {layers.collect_view()}
            <rect class="td-head" x="250" y="54" width="22" height="56" rx="4" />
            <path class="td-line" d="M276 82h30" />
            {bars.collect_view()}
            <text class="td-word" x="112" y="156">"stays"</text>
            <text class="td-word" x="246" y="128">"learns"</text>
        </svg>
    }
    .into_any()
}
