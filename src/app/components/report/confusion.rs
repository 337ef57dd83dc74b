//! Which digit was taken for which. A cell shows its pictures.

use crate::app::components::digit::DigitPicture;
use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::{browser, words};
use crate::protocol::RunReport;
use leptos::prelude::*;
use std::sync::Arc;

fn cell_id(actual: usize, predicted: usize) -> String {
    format!("cell-{actual}-{predicted}")
}

#[component]
pub fn Confusion(report: Arc<RunReport>) -> impl IntoView {
    let counts = report.confusion.counts.clone();
    // The shade of an error is measured against the commonest error, or none would be seen.
    let worst = (0..10)
        .flat_map(|a| (0..10).map(move |p| (a, p)))
        .filter(|(a, p)| a != p)
        .filter_map(|(a, p)| counts.get(a)?.get(p))
        .max()
        .copied()
        .unwrap_or(0)
        .max(1);
    // One stop for the Tab key; arrows move inside.
    let focus = RwSignal::new((0_usize, 0_usize));
    let rows = counts.into_iter().enumerate().map(|(actual, row)| {
        let all = row.iter().sum::<u32>().max(1);
        let cells = row.into_iter().enumerate().map(|(predicted, n)| cell(actual, predicted, n, all, worst, focus));
        view! { <tr><th scope="row">{actual}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="confusion-block">
            <h3>"Confusion matrix"</h3>
            <p class="report-note">"A row is what the digit is, a column what the network read. Choose a cell to see its digits."</p>
            <div class="scroll">
                <table class="confusion" id="confusion">
                    <caption class="visually-hidden">"Confusion matrix of the test digits"</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="corner">"is \\ read as"</th>
                            {(0..10).map(|p| view! { <th scope="col">{p}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn cell(actual: usize, predicted: usize, n: u32, all: u32, worst: u32, focus: RwSignal<(usize, usize)>) -> AnyView {
    let lab = use_lab();
    let right = actual == predicted;
    let share = if right { n as f32 / all as f32 } else { n as f32 / worst as f32 };
    let chosen = move || {
        lab.cell.with(|c| {
            c.as_ref().is_some_and(|c| (usize::from(c.actual), usize::from(c.predicted)) == (actual, predicted))
        })
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let (a, p) = match event.key().as_str() {
            "ArrowLeft" => (actual, predicted.saturating_sub(1)),
            "ArrowRight" => (actual, (predicted + 1).min(9)),
            "ArrowUp" => (actual.saturating_sub(1), predicted),
            "ArrowDown" => ((actual + 1).min(9), predicted),
            _ => return,
        };
        event.prevent_default();
        focus.set((a, p));
        browser::focus(&cell_id(a, p));
    };
    view! {
        <td class=if right { "right" } else { "wrong" } style=format!("--share:{share:.3}")>
            <button
                type="button"
                id=cell_id(actual, predicted)
                tabindex=erase::text(move || if focus.get() == (actual, predicted) { "0" } else { "-1" }.to_owned())
                aria-pressed=erase::text(move || chosen().to_string())
                aria-label=format!("{n} times a {actual} was read as {predicted}")
                on:keydown=erase::key(on_key)
                on:click=erase::click(move |_| {
                    focus.set((actual, predicted));
                    // Both are below 10.
                    lab.show_cell(actual as u8, predicted as u8);
                })
            >
                {n}
            </button>
        </td>
    }
    .into_any()
}

/// The pictures of the chosen cell.
#[component]
pub fn CellPictures() -> impl IntoView {
    let lab = use_lab();
    let content = move || {
        let cell = lab.cell.get()?;
        let sentence = if cell.waiting {
            "Looking for the digits …".to_owned()
        } else {
            let shown = if cell.total > cell.pictures.len() {
                format!(" The first {} are shown.", cell.pictures.len())
            } else {
                String::new()
            };
            format!("{} times a {} was read as {}.{shown}", words::count(cell.total), cell.actual, cell.predicted)
        };
        let predicted = cell.predicted;
        let pictures = cell.pictures.into_iter().map(move |(index, probability, pixels)| {
            let probability = words::probability(probability);
            let label = format!("Test digit {index}, read as {predicted} with probability {probability}");
            view! {
                <li>
                    <DigitPicture pixels label />
                    <span>{format!("{predicted}: {probability}")}</span>
                    <span class="picture-index">{format!("no. {index}")}</span>
                </li>
            }
        });
        Some(view! {
            <div class="cell-pictures" id="cell-pictures">
                <div class="cell-head">
                    <p role="status">{sentence}</p>
                    <button type="button" class="button quiet small" on:click=erase::click(move |_| lab.cell.set(None))>"Close"</button>
                </div>
                <ul class="pictures">{pictures.collect_view()}</ul>
            </div>
        })
    };
    view! { {erase::maybe(move || content().map(IntoAny::into_any))} }.into_any()
}
