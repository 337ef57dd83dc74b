//! A confusion matrix whose cells can be chosen. Both labs that train have one.

use crate::app::browser;
use crate::app::erase;
use leptos::prelude::*;

/// What a matrix shows and does.
pub struct Matrix {
    /// Of the table; cells are `PREFIX-ACTUAL-PREDICTED`.
    pub id: &'static str,
    pub prefix: &'static str,
    pub caption: &'static str,
    pub names: Vec<String>,
    /// `counts[actual][predicted]`
    pub counts: Vec<Vec<u32>>,
    /// A cell for screen readers: how many, actual, predicted.
    pub words: fn(u32, &str, &str) -> String,
    pub chosen: Signal<Option<(usize, usize)>>,
    pub choose: Callback<(usize, usize)>,
}

pub fn matrix(matrix: Matrix) -> AnyView {
    let Matrix { id, prefix, caption, names, counts, words, chosen, choose } = matrix;
    // The shade of an error is measured against the commonest error, or none would be seen.
    let errors = counts.iter().enumerate().flat_map(|(a, row)| row.iter().enumerate().map(move |(p, n)| (a, p, *n)));
    let worst = errors.filter(|(a, p, _)| a != p).map(|(_, _, n)| n).max().unwrap_or(0).max(1);
    // One stop for the Tab key; arrows move inside.
    let focus = RwSignal::new((0_usize, 0_usize));
    let last = names.len().saturating_sub(1);
    let rows = counts.iter().enumerate().map(|(actual, row)| {
        let all = row.iter().sum::<u32>().max(1);
        let cells = row.iter().enumerate().map(|(predicted, &n)| {
            let right = actual == predicted;
            cell(Cell {
                prefix,
                at: (actual, predicted),
                last,
                n,
                share: if right { n as f32 / all as f32 } else { n as f32 / worst as f32 },
                label: words(n, &names[actual], &names[predicted]),
                focus,
                chosen,
                choose,
            })
        });
        let cells = cells.collect_view();
        view! { <tr><th scope="row">{names[actual].clone()}</th>{cells}</tr> }
    });
    let rows = rows.collect_view();
    let heads = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    view! {
        <div class="scroll">
            <table class="confusion" id=id>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="corner">"is \\ called"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

struct Cell {
    prefix: &'static str,
    at: (usize, usize),
    last: usize,
    n: u32,
    share: f32,
    label: String,
    focus: RwSignal<(usize, usize)>,
    chosen: Signal<Option<(usize, usize)>>,
    choose: Callback<(usize, usize)>,
}

fn cell(cell: Cell) -> AnyView {
    let Cell { prefix, at, last, n, share, label, focus, chosen, choose } = cell;
    let (actual, predicted) = at;
    let id = move |(actual, predicted): (usize, usize)| format!("{prefix}-{actual}-{predicted}");
    let on_key = move |event: web_sys::KeyboardEvent| {
        let next = match event.key().as_str() {
            "ArrowLeft" => (actual, predicted.saturating_sub(1)),
            "ArrowRight" => (actual, (predicted + 1).min(last)),
            "ArrowUp" => (actual.saturating_sub(1), predicted),
            "ArrowDown" => ((actual + 1).min(last), predicted),
            _ => return,
        };
        event.prevent_default();
        focus.set(next);
        browser::focus(&id(next));
    };
    let class = if actual == predicted { "right" } else { "wrong" };
    view! {
        <td class=class style=format!("--share:{share:.3}")>
            <button
                type="button"
                id=id(at)
                class="cell"
                data-actual=actual.to_string()
                data-predicted=predicted.to_string()
                tabindex=erase::text(move || if focus.get() == at { "0" } else { "-1" }.to_owned())
                aria-pressed=erase::text(move || (chosen.get() == Some(at)).to_string())
                aria-label=label
                on:keydown=erase::key(on_key)
                on:click=erase::click(move |_| {
                    focus.set(at);
                    choose.run(at);
                })
            >
                {n}
            </button>
        </td>
    }
    .into_any()
}
