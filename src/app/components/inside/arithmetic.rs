//! How one value came about, spelled out: patch x kernel + bias = value.

use super::maps::title;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::state::use_lab;
use crate::app::words;
use crate::protocol::{Arithmetic, TermGroup};
use leptos::prelude::*;

/// With more parts than this, they are folded away.
const UNFOLDED: usize = 1;

#[component]
pub fn ArithmeticView() -> impl IntoView {
    let lab = use_lab();
    let content = move || {
        let explained = lab.looking.explained.get();
        match explained {
            Some(arithmetic) => {
                let name = |layer: &str| lab.run.settings.with_untracked(|s| title(layer, s.activation, s.pooling));
                spelled_out(&arithmetic, name(&arithmetic.at.layer), name(&arithmetic.source_layer)).into_any()
            }
            None => view! { <p class="empty">"Choose a value in a map: its arithmetic appears here."</p> }.into_any(),
        }
    };
    view! { <div class="arithmetic" id="arithmetic">{content}</div> }.into_any()
}

fn spelled_out(a: &Arithmetic, layer: String, source: String) -> impl IntoView + use<> {
    let place = match a.at.layer.as_str() {
        "fc1" | "fc2" | "logits" => format!("value {}", a.at.channel),
        _ => format!("map {}, row {}, column {}", a.at.channel, a.at.y, a.at.x),
    };
    let weighted = a.terms.iter().any(|t| !t.kernel.is_empty());
    let sums: f32 = a.terms.iter().map(|t| t.sum).sum();
    let equation = match a.bias {
        Some(bias) => {
            let sign = if bias < 0.0 { "\u{2212}" } else { "+" };
            let (sums, bias) = (words::value(sums), words::value(bias.abs()));
            if a.at.layer.starts_with("fc") {
                format!("{sums} {sign} {bias} (bias), then the activation = {}", words::value(a.value))
            } else {
                format!("{sums} {sign} {bias} (bias) = {}", words::value(a.value))
            }
        }
        None => format!("{} = {}", a.rule, words::value(a.value)),
    };
    let single = a.terms.iter().all(|t| t.height * t.width == 1);
    let terms = if weighted && single {
        one_by_one(&a.terms).into_any()
    } else {
        let open = a.terms.len() <= UNFOLDED;
        a.terms.iter().map(|t| group(t, open, weighted)).collect_view().into_any()
    };
    view! {
        <h3>{layer}</h3>
        <p class="arithmetic-place">{place}</p>
        <p class="equation"><span class="rule">{a.rule.clone()}</span><br />{equation}</p>
        {(!a.terms.is_empty()).then(|| view! { <p class="arithmetic-from">{format!("from: {source}")}</p> })}
        {terms}
    }
}

/// One input map's share: its patch, its kernel, and the sum of their products.
fn group(t: &TermGroup, open: bool, weighted: bool) -> impl IntoView + use<> {
    let patch = matrix(&t.patch, t.width, Colormap::Viridis, Extent::of(&t.patch), "patch");
    let kernel = weighted.then(|| {
        view! {
            <span class="operator">"x"</span>
            {matrix(&t.kernel, t.width, Colormap::Diverging, Extent::around_zero(&t.kernel), "kernel")}
        }
    });
    let summary = if weighted {
        format!("map {}: sum of products {}", t.channel, words::value(t.sum))
    } else {
        format!("map {}", t.channel)
    };
    view! {
        <details class="term" open=open>
            <summary>{summary}</summary>
            <div class="term-body">{patch}{kernel}</div>
        </details>
    }
}

/// Numbers in a grid, each on its colour.
fn matrix(
    values: &[f32],
    width: usize,
    colours: Colormap,
    extent: Extent,
    name: &'static str,
) -> impl IntoView + use<> {
    let cell = |&v: &f32| {
        let [r, g, b] = colours.colour(extent.share(v));
        let ink = if luminance([r, g, b]) > 0.18 { "#000" } else { "#fff" };
        let style = format!("background:rgb({r} {g} {b});color:{ink}");
        view! { <td style=style>{words::short(v)}</td> }
    };
    let rows = values.chunks(width.max(1)).map(|row| view! { <tr>{row.iter().map(cell).collect_view()}</tr> });
    view! {
        <table class="matrix">
            <caption>{name}</caption>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// Relative luminance, as WCAG defines it; 0.18 has about the same contrast to black and white.
fn luminance(rgb: [u8; 3]) -> f32 {
    let linear = |c: u8| {
        let c = f32::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

/// Many inputs of one value each, the largest contributions first.
fn one_by_one(terms: &[TermGroup]) -> impl IntoView + use<> {
    let mut order: Vec<&TermGroup> = terms.iter().collect();
    order.sort_unstable_by(|a, b| b.sum.abs().total_cmp(&a.sum.abs()));
    let rows = order.into_iter().map(|t| {
        let first = |values: &[f32]| values.first().map_or(String::new(), |v| words::value(*v));
        view! {
            <tr>
                <th scope="row">{t.channel}</th>
                <td>{first(&t.patch)}</td>
                <td>{first(&t.kernel)}</td>
                <td>{words::value(t.sum)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll terms-scroll" tabindex="0" role="group" aria-label="All products">
            <table class="terms">
                <caption>"largest contributions first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"input"</th>
                        <th scope="col">"value"</th>
                        <th scope="col">"weight"</th>
                        <th scope="col">"product"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
