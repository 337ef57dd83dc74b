//! See inside: kernels, feature maps, and how one value came about.

mod arithmetic;
mod input;
mod kernels;
mod maps;

use crate::app::browser;
use crate::app::erase;
use crate::app::state::{Shown, use_lab};
use crate::app::words;
use crate::protocol::catalog::MNIST_TEST;
use arithmetic::ArithmeticView;
use input::InputView;
use kernels::Kernels;
use leptos::prelude::*;
use maps::Maps;

#[component]
pub fn InsidePanel() -> impl IntoView {
    let lab = use_lab();
    let watched = lab.looking.watched;
    let something = erase::memo(move || watched.with(Option::is_some));
    let verdict = move || {
        watched.with(|w| {
            w.as_ref().map(|w| {
                let p = &w.prediction;
                let probability = p.probabilities.get(usize::from(p.class)).copied().unwrap_or(0.0);
                let actual = match p.actual {
                    Some(actual) if actual == p.class => ", and it is.".to_owned(),
                    Some(actual) => format!(", but it is a {actual}."),
                    None => ".".to_owned(),
                };
                let (step, probability) = (words::count(w.step), words::probability(probability));
                format!("After step {step} the network reads a {} ({probability}){actual}", p.class)
            })
        })
    };
    view! {
        <section class="panel inside" aria-labelledby="inside-title">
            <div class="panel-head">
                <h2 id="inside-title">"See inside"</h2>
                <Chooser />
            </div>
            <p class="inside-verdict" role="status">{erase::text(move || verdict().unwrap_or_default())}</p>
            <Kernels />
            {erase::view(move || {
                if something.get() {
                    view! {
                        <div class="inside-grid">
                            <div class="inside-side">
                                <InputView />
                                <ArithmeticView />
                            </div>
                            <Maps />
                        </div>
                    }.into_any()
                } else {
                    view! {
                        <p class="empty">"Draw a digit or choose a test digit to see what every layer makes of it."</p>
                    }.into_any()
                }
            })}
        </section>
    }
    .into_any()
}

/// Which digit to look inside with.
#[component]
fn Chooser() -> impl IntoView {
    let lab = use_lab();
    let shown = lab.looking.shown;
    let index = move || match shown.get() {
        Shown::Test(index) => index.to_string(),
        Shown::Drawn => String::new(),
    };
    let choose = move |text: String| {
        if let Ok(index) = text.trim().parse::<usize>() {
            lab.look_at(Shown::Test(index.min(MNIST_TEST - 1)));
        }
    };
    view! {
        <div class="chooser" role="group" aria-label="Digit to look inside with">
            <button
                type="button"
                id="look-drawing"
                class="button small"
                aria-pressed=erase::text(move || (shown.get() == Shown::Drawn).to_string())
                on:click=erase::click(move |_| lab.look_at(Shown::Drawn))
            >
                "My drawing"
            </button>
            <label for="test-index">"Test digit no."</label>
            <input
                id="test-index"
                type="number"
                inputmode="numeric"
                min="0"
                max=(MNIST_TEST - 1).to_string()
                placeholder="0–9999"
                prop:value=erase::text(index)
                on:change=erase::event(move |e| choose(event_target_value(&e)))
            />
            <button
                type="button"
                id="random-digit"
                class="button small"
                on:click=erase::click(move |_| lab.look_at(Shown::Test(browser::random_below(MNIST_TEST))))
            >
                "Random"
            </button>
        </div>
    }
    .into_any()
}
