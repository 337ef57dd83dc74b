//! The wrong answers the network was surest of.

use super::results::Numbers;
use super::thumbnail;
use crate::app::erase;
use crate::app::order::largest_first;
use crate::app::state::teach::{Teach, use_teach};
use crate::app::words;
use leptos::prelude::*;
use std::sync::Arc;

/// So many are shown.
const MOST: usize = 12;

#[component]
pub fn Mistakes(numbers: Memo<Option<Arc<Numbers>>>) -> impl IntoView {
    let lab = use_teach();
    let content = move || {
        let numbers = numbers.get()?;
        let worst = worst(&numbers);
        if worst.is_empty() {
            return None;
        }
        let pictures = worst.into_iter().map(|place| picture(lab, &numbers, place)).collect_view();
        Some(
            view! {
                <div class="mistakes-block">
                    <h4>"Worst mistakes"</h4>
                    <p class="report-note">
                        "The wrong answers the network was surest of. Is one of them in the wrong class? Choose it, move it, and train again."
                    </p>
                    <ul class="teach-mistakes" id="teach-mistakes">{pictures}</ul>
                </div>
            }
            .into_any(),
        )
    };
    view! { {erase::maybe(content)} }.into_any()
}

/// The places of wrong answers, the surest first.
fn worst(numbers: &Numbers) -> Vec<usize> {
    let is_wrong = |place: &usize| numbers.actual[*place] != numbers.called[*place];
    let wrong: Vec<usize> = (0..numbers.actual.len()).filter(is_wrong).collect();
    let sureness: Vec<f64> = wrong.iter().map(|&place| probability(numbers, place).into()).collect();
    largest_first(&sureness).into_iter().take(MOST).map(|i| wrong[i]).collect()
}

/// Of what the picture was called.
fn probability(numbers: &Numbers, place: usize) -> f32 {
    let at = place * numbers.classes.len() + usize::from(numbers.called[place]);
    numbers.judged.probabilities.get(at).copied().unwrap_or_default()
}

fn picture(lab: Teach, numbers: &Numbers, place: usize) -> AnyView {
    let id = numbers.judged.pictures[place].id;
    let name = |class: u8| numbers.classes[usize::from(class)].clone();
    let (is, taken) = (name(numbers.actual[place]), name(numbers.called[place]));
    // The number keeps its sign.
    let sure = words::probability(probability(numbers, place)).replace(' ', "\u{a0}");
    let title = format!("{is}, taken for {taken}");
    view! {
        <li>
            <button
                type="button"
                class="picture-button"
                title="Show it in the gallery"
                on:click=erase::click(move |_| lab.show_in_gallery(title.clone(), vec![id]))
            >
                {thumbnail(id, format!("{is}, taken for {taken}"))}
            </button>
            <span>{format!("is {is},")}</span>
            <span>{format!("taken for {taken}: {sure}")}</span>
        </li>
    }
    .into_any()
}
