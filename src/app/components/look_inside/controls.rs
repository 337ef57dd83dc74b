//! Selects and sliders as this lab has them.

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

/// A labelled select whose options may change.
#[component]
pub fn Select(
    id: &'static str,
    label: &'static str,
    options: Signal<Vec<Choice>>,
    value: Signal<String>,
    choose: Callback<String>,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    Effect::new(move |_| {
        options.track();
        let value = value.get();
        if let Some(select) = select.get() {
            // Once the options are on the page.
            set_timeout(move || select.set_value(&value), Duration::ZERO);
        }
    });
    view! {
        <label class="choice">
            <span>{label}</span>
            <select id=id node_ref=select on:change=move |event| choose.run(event_target_value(&event))>
                {move || options.with(|options| grouped(options))}
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
#[component]
pub fn FewChoices(
    id: &'static str,
    label: &'static str,
    options: &'static [&'static str],
    value: Signal<usize>,
    choose: Callback<usize>,
) -> impl IntoView {
    let all = options.iter().enumerate().map(|(i, label)| Choice::new(i.to_string(), *label)).collect::<Vec<_>>();
    view! {
        <Select
            id
            label
            options=Signal::stored(all)
            value=Signal::derive(move || value.get().to_string())
            choose=Callback::new(move |text: String| choose.run(text.parse().unwrap_or(0)))
        />
    }
}

/// How much of a picture over the photo covers it.
#[component]
pub fn Opacity(id: &'static str, label: &'static str, value: RwSignal<u32>) -> impl IntoView {
    view! {
        <label class="opacity">
            <span>{label}</span>
            <input
                id=id
                type="range"
                min="0"
                max="100"
                step="5"
                aria-valuetext=move || format!("{} percent", value.get())
                prop:value=move || value.get().to_string()
                on:input=move |event| value.set(event_target_value(&event).parse().unwrap_or(0))
            />
        </label>
    }
    .into_any()
}

/// A box to tick.
#[component]
pub fn Tick(id: &'static str, label: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="tick">
            <input id=id type="checkbox" prop:checked=move || value.get() on:change=move |e| value.set(event_target_checked(&e)) />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// Buttons that hand out what is seen.
#[component]
pub fn SaveButton(id: &'static str, label: &'static str, disabled: Signal<bool>, save: Callback<()>) -> impl IntoView {
    view! {
        <button type="button" id=id class="button small" disabled=move || disabled.get() on:click=move |_| save.run(())>
            {label}
        </button>
    }
    .into_any()
}
