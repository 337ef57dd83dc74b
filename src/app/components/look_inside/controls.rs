//! Selects, sliders and buttons as this lab has them.

use crate::app::erase;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// One thing to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// The heading it stands under; empty for none.
    pub group: String,
    pub disabled: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), group: String::new(), disabled: false }
    }
}

/// A labelled select whose options may change. All three closures are boxed, see [`erase`].
pub fn select(
    id: impl Into<String>,
    label: &'static str,
    options: Box<dyn Fn() -> Vec<Choice> + Send>,
    value: Box<dyn Fn() -> String + Send>,
    choose: Box<dyn Fn(String)>,
) -> AnyView {
    boxed_select(id.into(), label, options, value, choose)
}

fn boxed_select(
    id: String,
    label: &'static str,
    options: Box<dyn Fn() -> Vec<Choice> + Send>,
    value: Box<dyn Fn() -> String + Send>,
    choose: Box<dyn Fn(String)>,
) -> AnyView {
    let select = NodeRef::<html::Select>::new();
    let rendered = RwSignal::new(0_u32);
    let options = erase::view(move || {
        rendered.update_untracked(|n| *n += 1);
        rendered.notify();
        grouped(&options())
    });
    erase::effect(move || {
        rendered.track();
        let value = value();
        if let Some(select) = select.get() {
            // Once the options are on the page.
            set_timeout(move || select.set_value(&value), Duration::ZERO);
        }
    });
    view! {
        <label class="choice">
            <span>{label}</span>
            <select id=id node_ref=select on:change=erase::event(move |event| choose(event_target_value(&event)))>
                {options}
            </select>
        </label>
    }
    .into_any()
}

fn grouped(options: &[Choice]) -> AnyView {
    let option = |choice: &Choice| {
        view! { <option value=choice.value.clone() disabled=choice.disabled>{choice.label.clone()}</option> }.into_any()
    };
    let group = |choices: &[Choice]| {
        let inner = choices.iter().map(option).collect_view();
        match choices.first() {
            Some(first) if choices.len() > 1 && !first.group.is_empty() => {
                view! { <optgroup label=first.group.clone()>{inner}</optgroup> }.into_any()
            }
            _ => inner.into_any(),
        }
    };
    options.chunk_by(|a, b| a.group == b.group).map(group).collect_view().into_any()
}

/// A select with a few fixed options, by their place.
pub fn few_choices(
    id: &'static str,
    label: &'static str,
    options: &'static [&'static str],
    value: impl Fn() -> usize + Send + 'static,
    choose: impl Fn(usize) + 'static,
) -> AnyView {
    let all = move || options.iter().enumerate().map(|(i, label)| Choice::new(i.to_string(), *label)).collect();
    let value = move || value().to_string();
    select(id, label, Box::new(all), Box::new(value), Box::new(move |text| choose(text.parse().unwrap_or(0))))
}

/// How much of a picture over the photo covers it.
pub fn opacity(id: &'static str, label: &'static str, value: RwSignal<u32>) -> AnyView {
    view! {
        <label class="opacity">
            <span>{label}</span>
            <input
                id=id
                type="range"
                min="0"
                max="100"
                step="5"
                aria-valuetext=erase::text(move || format!("{} percent", value.get()))
                prop:value=erase::text(move || value.get().to_string())
                on:input=erase::event(move |event| value.set(event_target_value(&event).parse().unwrap_or(0)))
            />
        </label>
    }
    .into_any()
}

/// A box to tick.
pub fn tick(id: &'static str, label: &'static str, value: RwSignal<bool>) -> AnyView {
    view! {
        <label class="tick">
            <input
                id=id
                type="checkbox"
                prop:checked=erase::flag(move || value.get())
                on:change=erase::event(move |event| value.set(event_target_checked(&event)))
            />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// A small button, such as one that hands out what is seen.
pub fn button(
    id: &'static str,
    label: impl Into<String>,
    disabled: impl FnMut() -> bool + Send + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    boxed_button(id, label.into(), erase::flag(disabled), Box::new(press))
}

fn boxed_button(
    id: &'static str,
    label: String,
    disabled: Box<dyn FnMut() -> bool + Send>,
    press: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <button type="button" id=id class="button small" disabled=disabled on:click=erase::click(move |_| press())>
            {label}
        </button>
    }
    .into_any()
}

/// A name with its value, in a list of them.
pub fn fact(name: &'static str, value: String) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}
