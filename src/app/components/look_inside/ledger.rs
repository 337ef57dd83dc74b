//! What networks cost: two bills side by side, and what they say in words.

use super::controls::{Choice, fact, select, tick};
use super::ledger_table::ledger_table;
use crate::app::erase;
use crate::app::state::inside::{Inside, use_inside};
use crate::app::words;
use crate::protocol::{LayerKind, Ledger};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn LedgerPanel() -> impl IntoView {
    let lab = use_inside();
    let choose = move |place: usize, id: &'static str, label: &'static str| {
        let options = move || {
            let nothing = (place == 1).then(|| Choice::new("", "nothing"));
            let all = lab.ledgers.all.get();
            nothing.into_iter().chain(all.into_iter().map(|(key, title)| Choice::new(key, title))).collect()
        };
        let now = move || lab.ledgers.shown[place].get();
        select(id, label, Box::new(options), Box::new(now), Box::new(move |key| lab.show_ledger(place, key)))
    };
    let side = move |place: usize| erase::maybe(move || lab.ledgers.at(place).map(|ledger| bill(lab, place, ledger)));
    view! {
        <section class="panel ledger" aria-labelledby="ledger-title">
            <h2 id="ledger-title">"Ledger: what every layer costs"</h2>
            <p class="hint">"Counted from the shapes alone: it needs no weights and works for every network."</p>
            <div class="controls">
                {choose(0, "ledger-a", "Network")}
                {choose(1, "ledger-b", "compare with")}
                {tick("ledger-every", "show layers without weights too", lab.ledgers.every)}
            </div>
            <p class="ledger-summary" id="ledger-summary">{erase::text(move || summary(lab))}</p>
            <div class="ledger-sides">
                <div class="ledger-side">{side(0)}</div>
                <div class="ledger-side">{side(1)}</div>
            </div>
        </section>
    }
    .into_any()
}

/// Parameters of fully connected layers.
fn connected(ledger: &Ledger) -> usize {
    ledger.rows.iter().filter(|row| row.kind == LayerKind::Linear).map(|row| row.parameters).sum()
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn sentence(ledger: &Ledger) -> String {
    let part = connected(ledger);
    format!(
        "{} has {} parameters; {:.0} % of them, {}, are in its fully connected layers.",
        ledger.title,
        words::count(ledger.totals.parameters),
        share(part, ledger.totals.parameters) * 100.0,
        words::count(part)
    )
}

/// Where the parameters are, and how the two compare: all from the numbers below.
fn summary(lab: Inside) -> String {
    let Some(a) = lab.ledgers.at(0) else { return "Adding up …".to_owned() };
    let mut text = sentence(&a);
    if let Some(b) = lab.ledgers.at(1).filter(|b| b.architecture != a.architecture) {
        let (ta, tb) = (a.totals, b.totals);
        let times = |x: f64| if x >= 9.95 { format!("{x:.0}") } else { format!("{x:.1}") };
        let more = format!(
            " {} It has {} times the parameters, and needs {} times the multiply-accumulates.",
            sentence(&b),
            times(tb.parameters as f64 / ta.parameters.max(1) as f64),
            times(tb.multiply_accumulates as f64 / ta.multiply_accumulates.max(1) as f64),
        );
        text.push_str(&more);
    }
    text
}

fn bill(lab: Inside, place: usize, ledger: Arc<Ledger>) -> AnyView {
    let totals = ledger.totals;
    let part = connected(&ledger);
    let others = totals.parameters - part;
    let stretch = |part: usize| format!("{:.2}%", share(part, totals.parameters) * 100.0);
    let split = format!(
        "{:.1} % in convolutions and what belongs to them, {:.1} % fully connected",
        share(others, totals.parameters) * 100.0,
        share(part, totals.parameters) * 100.0
    );
    view! {
        <h3>{format!("{} ({})", ledger.title, ledger.year)}</h3>
        <dl class="figures">
            {fact("parameters", words::count(totals.parameters))}
            {fact("multiply-accumulates", words::count(totals.multiply_accumulates))}
            {fact("weights, 32 bits each", words::megabytes(totals.weight_bytes as u64))}
            {fact("all activations of one picture", words::megabytes(totals.activation_bytes as u64))}
        </dl>
        <div class="split" aria-hidden="true">
            <span class="split-features" style:width=stretch(others)></span>
            <span class="split-connected" style:width=stretch(part)></span>
        </div>
        <p class="hint">{split}</p>
        {ledger_table(place, ledger.clone(), lab.ledgers.every)}
        <dl class="ledger-notes">
            {fact("Paper", ledger.paper.clone())}
            {fact("Reported", ledger.reported.clone())}
            {fact("Here otherwise than in the paper", ledger.deviations.clone())}
        </dl>
    }
    .into_any()
}
