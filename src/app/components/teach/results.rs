//! Step 3: how good the network is, where it errs, and what a threshold changes.

use super::mistakes::Mistakes;
use super::per_class::{ClassTable, RocPanel};
use crate::app::components::look_inside::controls::{Choice, select};
use crate::app::components::matrix::{Matrix, matrix};
use crate::app::erase;
use crate::app::projects_store::Judged;
use crate::app::state::teach::{Teach, use_teach};
use crate::app::words;
use crate::metrics::{Threshold, accuracy, balanced_accuracy, called, confusion};
use crate::protocol::{Backend, ConfusionReport, Part, Parts, PictureId};
use leptos::prelude::*;
use std::sync::Arc;

/// What everything here is computed from. Moves with the threshold.
#[derive(Clone, PartialEq)]
pub struct Numbers {
    pub classes: Vec<String>,
    pub judged: Arc<Judged>,
    /// Of every picture.
    pub actual: Vec<u8>,
    pub called: Vec<u8>,
    pub report: ConfusionReport,
}

/// What the visitor chose to see.
#[derive(Clone, Copy)]
pub struct Choices {
    pub part: RwSignal<Part>,
    /// The class of the threshold and of the curve.
    pub class: RwSignal<usize>,
    /// In hundredths; `None` while the most probable class counts.
    pub least: RwSignal<Option<u32>>,
    pub cell: RwSignal<Option<(usize, usize)>>,
}

impl Choices {
    pub fn threshold(&self) -> Option<Threshold> {
        let class = self.class.get();
        self.least.get().map(|least| Threshold { class, least: least as f32 / 100.0 })
    }
}

#[component]
pub fn ResultsStep() -> impl IntoView {
    let lab = use_teach();
    let choices = Choices {
        part: RwSignal::new(Part::Test),
        class: RwSignal::new(0),
        least: RwSignal::new(None),
        cell: RwSignal::new(None),
    };
    // Another run begins afresh.
    erase::effect(move || {
        lab.runs.id.track();
        let front = lab.runs.classes.with(|classes| Teach::class_in_front(classes));
        choices.part.set(Part::Test);
        choices.class.set(front.unwrap_or(0));
        choices.least.set(None);
        choices.cell.set(None);
    });
    let judged = erase::memo(move || {
        let wanted = choices.part.get();
        lab.runs.part(wanted).or_else(|| lab.runs.result()).map(Arc::new)
    });
    let numbers = erase::memo(move || {
        let classes = lab.runs.classes.get();
        judged.get().filter(|judged| !judged.pictures.is_empty()).map(|judged| {
            let actual: Vec<u8> = judged.pictures.iter().map(|p| p.class.min(classes.len() - 1) as u8).collect();
            let called = called(&judged.probabilities, classes.len(), choices.threshold());
            let report = confusion(&actual, &called, classes.len());
            Arc::new(Numbers { classes, judged, actual, called, report })
        })
    });
    let there = erase::memo(move || numbers.with(Option::is_some));
    view! {
        <section class="teach-step" aria-labelledby="teach-results-title">
            <h2 id="teach-results-title" class="step-title">"3 · Results"</h2>
            {erase::view(move || {
                if there.get() {
                    report(lab, numbers, choices)
                } else {
                    view! { <p class="empty">"Here is shown what the network gets right and what it mistakes, as soon as its first epoch is over."</p> }
                        .into_any()
                }
            })}
        </section>
    }
    .into_any()
}

fn report(lab: Teach, numbers: Memo<Option<Arc<Numbers>>>, choices: Choices) -> AnyView {
    view! {
        <section class="panel report" id="teach-report" aria-labelledby="teach-report-title">
            <h3 id="teach-report-title">{erase::text(move || title(lab, numbers).to_owned())}</h3>
            <p class="report-note">{erase::text(move || about(lab, numbers))}</p>
            {erase::view(move || figures(lab, numbers))}
            {threshold(lab, choices)}
            <div class="report-grid">
                <div class="confusion-block">
                    <h4>"Confusion matrix"</h4>
                    <p class="report-note">"A row is what the picture is, a column what the network took it for. Choose a cell to see its pictures; there they can be moved to another class."</p>
                    {erase::maybe(move || numbers.get().map(|numbers| table(lab, &numbers, choices)))}
                </div>
                <ClassTable numbers />
            </div>
            <RocPanel numbers choices />
            <Mistakes numbers />
        </section>
    }
    .into_any()
}

/// Whether pictures were held out for the end. Without them the validation part stands in for the test part.
fn held_out(lab: Teach) -> bool {
    lab.runs.settings.with(|settings| settings.parts == Parts::SeventyTwentyTen)
}

fn is_test(numbers: Memo<Option<Arc<Numbers>>>) -> bool {
    numbers.with(|numbers| numbers.as_ref().is_some_and(|numbers| numbers.judged.part == Part::Test))
}

fn title(lab: Teach, numbers: Memo<Option<Arc<Numbers>>>) -> &'static str {
    match (is_test(numbers), held_out(lab)) {
        (true, true) => "Result on the test part",
        _ if lab.runs.report.with(Option::is_some) => "Result on the validation part",
        _ => "So far, on the validation part",
    }
}

fn about(lab: Teach, numbers: Memo<Option<Arc<Numbers>>>) -> String {
    let pictures = numbers.with(|n| n.as_ref().map_or(0, |n| n.actual.len()));
    match (is_test(numbers), held_out(lab)) {
        (true, true) => format!(
            "Measured once, at the end, on {} pictures that were used for nothing else.",
            words::count(pictures)
        ),
        (false, true) => format!(
            "{} pictures the network did not learn from, but that may have decided when to stop. The test part, at the end, is the fairer judge.",
            words::count(pictures)
        ),
        _ => format!("{} pictures the network did not learn from.", words::count(pictures)),
    }
}

fn figure(id: &'static str, name: String, value: Option<f64>, note: String) -> AnyView {
    let data = value.map(|value| format!("{value:.4}"));
    let shown = value.map_or("–".to_owned(), words::percent);
    view! { <div><dt>{name}</dt><dd id=id data-value=data>{shown}</dd><dd class="figure-note">{note}</dd></div> }
        .into_any()
}

fn figures(lab: Teach, numbers: Memo<Option<Arc<Numbers>>>) -> AnyView {
    let Some(numbers) = numbers.get() else { return ().into_any() };
    let report = &numbers.report;
    let right = numbers.actual.iter().zip(&numbers.called).filter(|(a, c)| a == c).count();
    let counted = format!("{} of {} right", words::count(right), words::count(numbers.actual.len()));
    // What must not be overlooked comes first.
    let front = Teach::class_in_front(&numbers.classes).map(|class| {
        let there: u32 = report.counts[class].iter().sum();
        let note = format!("{} of {} found", report.counts[class][class], there);
        figure("teach-front", format!("Recall of {}", numbers.classes[class]), report.recall[class], note)
    });
    let end = lab.runs.report.get().map(|end| {
        let device = if end.backend == Backend::Cpu { "CPU" } else { "WebGPU" };
        let steps = lab.runs.progress.with(|progress| words::count(progress.step));
        view! {
            <div><dt>"Training time"</dt><dd id="teach-training-time">{words::duration(end.training_seconds)}</dd><dd class="figure-note">{format!("{steps} steps, {device}")}</dd></div>
            <div><dt>"Loss"</dt><dd id="teach-loss">{format!("{:.4}", end.test_loss)}</dd><dd class="figure-note">"cross entropy"</dd></div>
        }
    });
    view! {
        <dl class="figures big">
            {front}
            {figure("teach-accuracy", "Accuracy".to_owned(), accuracy(report), counted)}
            {figure("teach-balanced", "Balanced accuracy".to_owned(), balanced_accuracy(report), "mean of all recalls".to_owned())}
            {end}
        </dl>
    }
    .into_any()
}

fn table(lab: Teach, numbers: &Arc<Numbers>, choices: Choices) -> AnyView {
    let all = numbers.clone();
    let choose = move |(actual, predicted): (usize, usize)| {
        choices.cell.set(Some((actual, predicted)));
        let of_cell =
            |place: &usize| (usize::from(all.actual[*place]), usize::from(all.called[*place])) == (actual, predicted);
        let places = (0..all.actual.len()).filter(of_cell);
        let ids: Vec<PictureId> = places.map(|place| all.judged.pictures[place].id).collect();
        let (is, taken) = (&all.classes[actual], &all.classes[predicted]);
        let title = if actual == predicted { format!("{is}, recognised") } else { format!("{is}, taken for {taken}") };
        lab.show_in_gallery(title, ids);
    };
    matrix(Matrix {
        id: "teach-confusion",
        prefix: "teach-cell",
        caption: "Confusion matrix",
        names: numbers.classes.clone(),
        counts: numbers.report.counts.clone(),
        words: |n, actual, predicted| format!("{n} times {actual} was taken for {predicted}; shows the pictures"),
        chosen: choices.cell.into(),
        choose: Callback::new(choose),
    })
}

/// The slider that moves everything together.
fn threshold(lab: Teach, choices: Choices) -> AnyView {
    let Choices { part, class, least, .. } = choices;
    let classes = move || {
        let names = lab.runs.classes.get();
        names.into_iter().enumerate().map(|(i, name)| Choice::new(i.to_string(), name)).collect()
    };
    let parts = move || {
        // Without pictures held out both are the same.
        let is_there = |part: Part| lab.runs.part(part).is_some() && (part == Part::Validation || held_out(lab));
        let choice = |(part, value, label): (Part, &str, &str)| is_there(part).then(|| Choice::new(value, label));
        [(Part::Test, "test", "test part"), (Part::Validation, "validation", "validation part")]
            .into_iter()
            .filter_map(choice)
            .collect()
    };
    let part_value = move || {
        let test = part.get() == Part::Test && held_out(lab) && lab.runs.part(Part::Test).is_some();
        if test { "test" } else { "validation" }.to_owned()
    };
    let sentence = move || match least.get() {
        None => "The most probable class counts. Move the slider to decide otherwise for one class.".to_owned(),
        Some(least) => lab.runs.classes.with(|classes| {
            let name = classes.get(class.get()).cloned().unwrap_or_default();
            format!(
                "Called {name} when its probability is at least {least} %, and else the most probable of the others."
            )
        }),
    };
    view! {
        <div class="threshold">
            <div class="controls">
                {select("teach-part", "Measured on", Box::new(parts), Box::new(part_value), Box::new(move |value| {
                    part.set(if value == "test" { Part::Test } else { Part::Validation });
                }))}
                {select("teach-threshold-class", "Threshold for", Box::new(classes), Box::new(move || class.get().to_string()), Box::new(move |value| {
                    class.set(value.parse().unwrap_or(0));
                }))}
                <label class="threshold-slider">
                    <span>"Decision threshold"</span>
                    <input
                        id="teach-threshold"
                        type="range"
                        min="0"
                        max="100"
                        step="1"
                        aria-valuetext=erase::text(move || least.get().map_or("the most probable class counts".to_owned(), |least| format!("{least} percent")))
                        prop:value=erase::text(move || least.get().unwrap_or(50).to_string())
                        on:input=erase::event(move |event| least.set(event_target_value(&event).parse().ok()))
                    />
                </label>
                <button
                    type="button"
                    id="teach-threshold-off"
                    class="button quiet small"
                    disabled=erase::flag(move || least.get().is_none())
                    on:click=erase::click(move |_| least.set(None))
                >
                    "No threshold"
                </button>
            </div>
            <p class="hint" aria-live="polite">{erase::text(sentence)}</p>
        </div>
    }
    .into_any()
}
