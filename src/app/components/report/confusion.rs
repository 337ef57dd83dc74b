//! Which digit was taken for which. A cell shows its pictures.

use crate::app::components::digit::DigitPicture;
use crate::app::components::matrix::{Matrix, matrix};
use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::words;
use crate::protocol::RunReport;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Confusion(report: Arc<RunReport>) -> impl IntoView {
    let lab = use_lab();
    let chosen = Signal::derive(move || {
        lab.cell.with(|cell| cell.as_ref().map(|cell| (usize::from(cell.actual), usize::from(cell.predicted))))
    });
    let table = matrix(Matrix {
        id: "confusion",
        prefix: "cell",
        caption: "Confusion matrix of the test digits",
        names: (0..report.confusion.counts.len()).map(|digit| digit.to_string()).collect(),
        counts: report.confusion.counts.clone(),
        words: |n, actual, predicted| format!("{n} times a {actual} was read as {predicted}"),
        chosen,
        // Both are below 10.
        choose: Callback::new(move |(actual, predicted)| lab.show_cell(actual as u8, predicted as u8)),
    });
    view! {
        <div class="confusion-block">
            <h3>"Confusion matrix"</h3>
            <p class="report-note">"A row is what the digit is, a column what the network read. Choose a cell to see its digits."</p>
            {table}
        </div>
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
