use crate::app::erase;
use crate::app::words;
use crate::protocol::{Ledger, LedgerRow};
use leptos::prelude::*;
use std::sync::Arc;

/// One bill, a row for each layer; it scrolls inside its own box.
pub fn ledger_table(place: usize, ledger: Arc<Ledger>, every: RwSignal<bool>) -> AnyView {
    let label = format!("Layers of {}", ledger.title);
    let totals = ledger.totals;
    let rows = erase::view(move || {
        let shown = ledger.rows.iter().filter(|row| every.get() || row.parameters > 0 || row.multiply_accumulates > 0);
        shown.map(|row| line(row, totals.parameters)).collect_view().into_any()
    });
    let heads = [
        "layer",
        "parameters",
        "share of them",
        "output",
        "kernel",
        "stride",
        "padding",
        "multiply-accumulates",
        "activations",
    ];
    view! {
        <div class="scroll ledger-scroll" tabindex="0" role="group" aria-label=label>
            <table class="ledger-table" id=if place == 0 { "ledger-table" } else { "ledger-table-b" }>
                <thead><tr>{heads.map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">"total"</th>
                        <td>{words::count(totals.parameters)}</td>
                        <td colspan="5"></td>
                        <td>{words::count(totals.multiply_accumulates)}</td>
                        <td>{words::megabytes_or_kilobytes(totals.activation_bytes as u64)}</td>
                    </tr>
                </tfoot>
            </table>
        </div>
    }
    .into_any()
}

fn line(row: &LedgerRow, parameters: usize) -> AnyView {
    let [channels, height, width] = row.shape;
    let shape = if height * width == 1 { words::count(channels) } else { format!("{channels} x {height} x {width}") };
    let pair = |pair: Option<[usize; 2]>| pair.map_or(String::new(), |[h, w]| format!("{h}x{w}"));
    let share = row.parameters as f64 / parameters.max(1) as f64 * 100.0;
    let bar = (row.parameters > 0).then(|| {
        view! {
            <span class="bar-track"><span class="bar-fill" style:width=format!("{share:.2}%")></span></span>
            <span>{format!("{share:.1} %")}</span>
        }
    });
    let macs = if row.multiply_accumulates > 0 { words::count(row.multiply_accumulates) } else { String::new() };
    let cells = [shape, pair(row.kernel), pair(row.stride), pair(row.padding)];
    view! {
        <tr>
            <th scope="row">{row.layer.clone()}<span class="row-kind">{row.kind.words()}</span></th>
            <td>{row.spelt_out.clone()}</td>
            <td><span class="share">{bar}</span></td>
            {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            <td>{macs}</td>
            <td>{words::megabytes_or_kilobytes(row.activation_bytes as u64)}</td>
        </tr>
    }
    .into_any()
}
