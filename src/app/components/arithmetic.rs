//! How one value came about, spelled out: patch x kernel + bias = value.

use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::order::largest_first;
use crate::app::words;
use crate::protocol::{Arithmetic, TermGroup};
use leptos::prelude::*;

/// What a lab calls the things an arithmetic is about, and how much of it is shown.
pub struct Naming {
    pub layer: String,
    pub place: String,
    pub source: String,
    /// What happens to the sum before it is the value, where the layer's name does not say it.
    pub then: &'static str,
    /// The name of an input channel.
    pub channel: fn(usize) -> String,
    /// With at most so many parts, they are not folded away.
    pub unfolded: usize,
    /// Only so many parts are shown, the largest first; the rest is one line.
    pub most: usize,
}

pub fn spelled_out(a: &Arithmetic, naming: &Naming) -> AnyView {
    let weighted = a.terms.iter().any(|t| !t.kernel.is_empty());
    let sums = a.terms.iter().map(|t| t.sum).sum::<f32>() + a.rest.map_or(0.0, |rest| rest.sum);
    let value = words::value(a.value);
    let equation = match a.bias {
        Some(bias) => {
            let sign = if bias < 0.0 { "\u{2212}" } else { "+" };
            format!("{} {sign} {} (bias){} = {value}", words::value(sums), words::value(bias.abs()), naming.then)
        }
        None if weighted => format!("{} (there is no bias) = {value}", words::value(sums)),
        None => format!("{} = {value}", a.rule),
    };
    let mut shown: Vec<&TermGroup> = a.terms.iter().collect();
    let single = shown.iter().all(|t| t.height * t.width == 1);
    let table = weighted && single;
    let sorted = table || shown.len() > naming.most || a.rest.is_some();
    if sorted {
        let sizes: Vec<f64> = shown.iter().map(|t| f64::from(t.sum.abs())).collect();
        shown = largest_first(&sizes).into_iter().map(|place| shown[place]).collect();
    }
    let folded = shown.split_off(naming.most.min(shown.len()));
    let left_out = folded.len() + a.rest.map_or(0, |rest| rest.terms);
    let rest = (left_out > 0).then(|| {
        let sum = folded.iter().map(|t| t.sum).sum::<f32>() + a.rest.map_or(0.0, |rest| rest.sum);
        let more = words::count(left_out);
        let line = if weighted {
            format!("… and {more} more: {}", words::value(sum))
        } else {
            format!("… and {more} more")
        };
        view! { <p class="term-rest">{line}</p> }
    });
    let note = (sorted && !table).then(|| view! { <p class="arithmetic-from">"largest contributions first"</p> });
    let terms = if table {
        one_by_one(&shown)
    } else {
        let open = a.terms.len() <= naming.unfolded;
        shown.iter().map(|t| group(t, (naming.channel)(t.channel), open, weighted)).collect_view().into_any()
    };
    // Where the equation begins with the rule, once is enough.
    let rule = weighted.then(|| view! { <span class="rule">{a.rule.clone()}</span><br /> });
    view! {
        <h3>{naming.layer.clone()}</h3>
        <p class="arithmetic-place">{naming.place.clone()}</p>
        <p class="equation">{rule}{equation}</p>
        {(!a.terms.is_empty()).then(|| view! { <p class="arithmetic-from">{format!("from: {}", naming.source)}</p> })}
        {note}
        {terms}
        {rest}
    }
    .into_any()
}

/// One input map's share: its patch, its kernel, and the sum of their products.
fn group(t: &TermGroup, name: String, open: bool, weighted: bool) -> AnyView {
    let patch = matrix(&t.patch, t.width, Colormap::Viridis, Extent::of(&t.patch), "patch");
    let kernel = weighted.then(|| {
        view! {
            <span class="operator">"x"</span>
            {matrix(&t.kernel, t.width, Colormap::Diverging, Extent::around_zero(&t.kernel), "kernel")}
        }
    });
    let summary = if weighted { format!("{name}: sum of products {}", words::value(t.sum)) } else { name };
    view! {
        <details class="term" open=open>
            <summary>{summary}</summary>
            <div class="term-body">{patch}{kernel}</div>
        </details>
    }
    .into_any()
}

/// Numbers in a grid, each on its colour.
fn matrix(values: &[f32], width: usize, colours: Colormap, extent: Extent, name: &'static str) -> AnyView {
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
    .into_any()
}

/// Relative luminance, as WCAG defines it; 0.18 has about the same contrast to black and white.
fn luminance(rgb: [u8; 3]) -> f32 {
    let linear = |c: u8| {
        let c = f32::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

/// Many inputs of one value each.
fn one_by_one(terms: &[&TermGroup]) -> AnyView {
    let rows = terms.iter().map(|t| {
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
    .into_any()
}
