//! A control for a hyperparameter of a catalogue, with its sentence. Both labs that train have them.

use crate::app::erase;
use crate::app::{browser, words};
use crate::protocol::catalog::{Hyperparameter, Kind};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What a control shows and does.
#[derive(Clone, Copy)]
pub struct Setting {
    pub h: &'static Hyperparameter,
    /// Before the key, this is the id of the control.
    pub prefix: &'static str,
    /// The value as the catalogue writes it.
    pub value: Memo<String>,
    /// Takes a new value, or says why not.
    pub change: Callback<String, Result<(), String>>,
}

/// The value and the complaint of one control.
#[derive(Clone, Copy)]
struct Field {
    setting: Setting,
    complaint: RwSignal<Option<String>>,
}

impl Field {
    fn id(self) -> String {
        format!("{}{}", self.setting.prefix, self.setting.h.key)
    }

    fn described(self) -> String {
        format!("{0}-help {0}-complaint", self.id())
    }

    fn change(self, text: &str) {
        self.complaint.set(self.setting.change.run(text.trim().to_owned()).err());
    }

    fn invalid(self) -> Option<String> {
        self.complaint.get().map(|_| "true".to_owned())
    }
}

pub fn control(setting: Setting) -> AnyView {
    let h = setting.h;
    let field = Field { setting, complaint: RwSignal::new(None) };
    let id = field.id();
    let input = match &h.kind {
        Kind::Choice(options) => choice(field, options, |option, value| option == value),
        Kind::Integer { min, max } => integer(field, *min, *max),
        Kind::Real { min, max } => with_slider(field, logarithmic(*min, *max)),
        Kind::Linear { min, max, step } => with_slider(field, linear(*min, *max, *step)),
        Kind::Weights => weights(field),
        Kind::Text => text(field, field.id()),
    };
    view! {
        <div class="setting">
            <label for=id.clone()>{h.label}</label>
            {input}
            <p class="setting-help" id=format!("{id}-help")>{h.help}</p>
            <p class="setting-complaint" id=format!("{id}-complaint") role="alert">
                {erase::text(move || field.complaint.get().unwrap_or_default())}
            </p>
        </div>
    }
    .into_any()
}

/// `fits` says whether an option (first) stands for a value (second).
fn choice(field: Field, options: &'static [(&'static str, &'static str)], fits: fn(&str, &str) -> bool) -> AnyView {
    let value = field.setting.value;
    let chosen = erase::memo(move || {
        let value = value.get();
        options.iter().find(|(option, _)| fits(option, &value)).map_or("", |(option, _)| *option)
    });
    let options = options.iter().map(|&(option, label)| {
        view! { <option value=option selected=erase::flag(move || chosen.get() == option)>{label}</option> }
    });
    view! {
        <select
            id=field.id()
            aria-describedby=field.described()
            prop:value=erase::text(move || chosen.get().to_owned())
            on:change=erase::event(move |e| field.change(&event_target_value(&e)))
        >
            {options.collect_view()}
        </select>
    }
    .into_any()
}

fn integer(field: Field, min: u64, max: u64) -> AnyView {
    view! {
        <input
            id=field.id()
            type="number"
            inputmode="numeric"
            step="1"
            min=min.to_string()
            max=max.to_string()
            aria-describedby=field.described()
            aria-invalid=erase::attribute(move || field.invalid())
            prop:value=erase::text(move || field.setting.value.get())
            on:change=erase::event(move |e| field.change(&event_target_value(&e)))
        />
    }
    .into_any()
}

fn text(field: Field, id: String) -> AnyView {
    view! {
        <input
            id=id
            type="text"
            inputmode="decimal"
            autocomplete="off"
            aria-describedby=field.described()
            aria-invalid=erase::attribute(move || field.invalid())
            prop:value=erase::text(move || field.setting.value.get())
            on:change=erase::event(move |e| field.change(&event_target_value(&e)))
        />
    }
    .into_any()
}

/// How a slider's place and a value belong together.
struct Slider {
    words: &'static str,
    min: f64,
    max: f64,
    step: f64,
    place: fn(f64) -> f64,
    value: Box<dyn Fn(f64) -> String>,
}

fn logarithmic(min: f64, max: f64) -> Slider {
    let value = move |place: f64| {
        // Two significant digits, so that the number stays readable; the parse undoes what the power left over.
        let rounded = browser::number(&format!("{:.1e}", 10_f64.powf(place))).unwrap_or(min);
        rounded.clamp(min, max).to_string()
    };
    Slider {
        words: "on a logarithmic scale",
        min: min.log10(),
        max: max.log10(),
        step: 0.05,
        place: f64::log10,
        value: Box::new(value),
    }
}

fn linear(min: f64, max: f64, step: f64) -> Slider {
    Slider {
        words: "as a slider",
        min,
        max,
        step,
        place: |value| value,
        value: Box::new(move |place| words::tick(place.clamp(min, max), step)),
    }
}

/// A number with a slider beside it.
fn with_slider(field: Field, slider: Slider) -> AnyView {
    let value = field.setting.value;
    let Slider { words, min, max, step, place, value: value_at } = slider;
    let slide = move |event: web_sys::Event| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(slider) = target {
            field.change(&value_at(slider.value_as_number()));
        }
    };
    view! {
        <div class="setting-real">
            {text(field, field.id())}
            <input
                type="range"
                aria-label=format!("{}, {words}", field.setting.h.label)
                aria-valuetext=erase::text(move || value.get())
                min=min.to_string()
                max=max.to_string()
                step=step.to_string()
                prop:value=erase::text(move || browser::number(&value.get()).map_or(0.0, place).to_string())
                on:change=erase::event(slide)
            />
        </div>
    }
    .into_any()
}

/// What a visitor chooses first about weights.
const WEIGHTS: &[(&str, &str)] =
    &[("equal", "the same for all"), ("inverse", "more for rare classes"), ("1,1", "as I say")];

fn is_own(value: &str) -> bool {
    !matches!(value, "equal" | "inverse")
}

/// One of two rules, or a number for each class.
fn weights(field: Field) -> AnyView {
    let value = field.setting.value;
    let own = erase::memo(move || is_own(&value.get()));
    let fits = |option: &str, value: &str| option == value || is_own(option) && is_own(value);
    view! {
        <div class="setting-weights">
            {choice(field, WEIGHTS, fits)}
            {erase::maybe(move || {
                own.get().then(|| {
                    view! {
                        <label class="visually-hidden" for=format!("{}-own", field.id())>"One number for each class, with commas"</label>
                        {text(field, format!("{}-own", field.id()))}
                    }
                    .into_any()
                })
            })}
        </div>
    }
    .into_any()
}
