use leptos::prelude::*;

/// LeNet-5's layers: name, how many maps, side of each map. Drawn to one scale.
const LAYERS: &[(&str, usize, usize)] =
    &[("input", 1, 32), ("6 maps", 6, 28), ("6 maps", 6, 14), ("16 maps", 16, 10), ("16 maps", 16, 5)];
/// Fully connected layers, by their number of values.
const DENSE: &[usize] = &[120, 84, 10];

/// The shape of LeNet-5: squares as large as the maps, bars as long as the vectors. A drawing, no measurement.
#[component]
pub fn NetworkDiagram() -> impl IntoView {
    let mut x = 12.0;
    let maps: Vec<_> = LAYERS
        .iter()
        .map(|&(name, maps, side)| {
            let size = side as f64 * 2.3;
            let shift = if maps > 6 { 2.2 } else { 4.0 };
            let depth = shift * (maps - 1) as f64;
            let (left, middle) = (x, 74.0);
            x += size + depth + 16.0;
            let squares = (0..maps).rev().map(|i| {
                let offset = shift * i as f64;
                view! {
                    <rect class="net-map" x=left + offset y=middle - size / 2.0 - depth / 2.0 + (depth - offset) width=size height=size />
                }
            });
            view! {
                {squares.collect_view()}
                <text class="net-text" x=left + (size + depth) / 2.0 y="142" text-anchor="middle">{name}</text>
                <text class="net-small" x=left + (size + depth) / 2.0 y="155" text-anchor="middle">{format!("{side}x{side}")}</text>
            }
        })
        .collect();
    let dense: Vec<_> = DENSE
        .iter()
        .map(|&n| {
            let height = 8.0 + n as f64 * 0.92;
            let left = x;
            x += 34.0;
            view! {
                <rect class="net-dense" x=left y=74.0 - height / 2.0 width="9" height=height rx="2" />
                <text class="net-small" x=left + 4.5 y="155" text-anchor="middle">{n}</text>
            }
        })
        .collect();
    view! {
        <svg
            class="network"
            viewBox=format!("0 0 {x} 164")
            role="img"
            aria-label="The shape of LeNet-5: a 32 by 32 picture, 6 maps of 28 by 28, 6 of 14 by 14, 16 of 10 by 10, 16 of 5 by 5, then 120, 84 and 10 values"
        >
            {maps}
            {dense}
        </svg>
    }
    .into_any()
}
