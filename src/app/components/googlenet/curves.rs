//! Loss and accuracy over the epochs: of the run that is shown, live, and of those laid over it.

use super::LETTERS;
use crate::app::charts::line_chart::{Along, Axis, Series};
use crate::app::charts::scale::Spread;
use crate::app::components::curves::{accuracy_lines, charts, epoch_table, loss_lines};
use crate::app::erase;
use crate::app::googlenet_store::RunRecord;
use crate::app::long_runs::{differences, name_of};
use crate::app::state::googlenet::{Googlenet, use_googlenet};
use crate::protocol::{PointOf, TrainPoint};
use leptos::prelude::*;

/// Makes lines of points and epochs.
type Lines = fn(&[TrainPoint], &[PointOf]) -> Vec<Series>;

const TABLES: [(&str, &str); 4] = [
    ("googlenet-epochs-b", "Epochs of run B as a table"),
    ("googlenet-epochs-c", "Epochs of run C as a table"),
    ("googlenet-epochs-d", "Epochs of run D as a table"),
    ("googlenet-epochs-e", "Epochs of run E as a table"),
];

pub fn curves_panel() -> AnyView {
    let lab = use_googlenet();
    let run = lab.runs;
    let lines = move |make: Lines| {
        let over = erase::memo(move || {
            laid_over(lab).into_iter().flat_map(|(place, run)| lines_over(place, &run, make)).collect::<Vec<_>>()
        });
        erase::memo(move || {
            let per_epoch = run.progress.with(|p| p.steps_in_all / p.epochs.max(1)).max(1);
            let own = run.points.with(|points| run.epochs.with(|epochs| make(points, epochs)));
            let mut lines: Vec<Series> = own.into_iter().map(|series| by_epoch(series, per_epoch)).collect();
            over.with(|over| lines.extend(over.iter().cloned()));
            lines
        })
    };
    let marks = erase::memo(move || {
        lab.advice().iter().map(|advice| (advice.verdict.epoch as f64, advice.number)).collect::<Vec<_>>()
    });
    let zoom = ("zoom to 50–100 %", (|_, _| (Spread::Linear, 50.0, 100.0)) as Axis);
    let table = move |place: usize| {
        let (id, title) = TABLES[place];
        let epochs = Signal::derive(move || {
            laid_over(lab)
                .into_iter()
                .find(|(other, _)| *other == place)
                .map_or(Vec::new(), |(_, run)| run.history.epochs)
        });
        let there = erase::memo(move || laid_over(lab).iter().any(|(other, _)| *other == place));
        erase::maybe(move || there.get().then(|| epoch_table(id, title, epochs)))
    };
    view! {
        <section class="panel plots" id="googlenet-curves" aria-labelledby="googlenet-curves-title">
            <h2 id="googlenet-curves-title">"Learning"</h2>
            <p class="hint" id="googlenet-shown">{erase::text(move || shown_in_words(lab))}</p>
            {charts(lines(loss_lines).into(), lines(accuracy_lines).into(), Along::Epochs, marks.into(), zoom)}
            {erase::maybe(move || over_in_words(lab))}
            {explained()}
            {epoch_table("googlenet-epochs", "Epochs as a table", run.epochs.into())}
            {(0..LETTERS.len()).map(|place| view! { {table(place)} }.into_any()).collect_view()}
        </section>
    }
    .into_any()
}

/// The runs that are laid over the one that is shown, with their places among the letters.
fn laid_over(lab: Googlenet) -> Vec<(usize, RunRecord)> {
    let shown = lab.runs.id.get();
    let ticked = lab.runs.ticked.get();
    let over = ticked.iter().filter(|run| **run != shown).take(LETTERS.len()).enumerate();
    over.filter_map(|(place, run)| Some((place, lab.runs.record(run)?))).collect()
}

fn by_epoch(series: Series, per_epoch: usize) -> Series {
    let points = series.points.iter().map(|(step, value)| (step / per_epoch as f64, *value)).collect();
    Series { points, ..series }
}

/// The means of the epochs and the validation of another run.
fn lines_over(place: usize, run: &RunRecord, make: Lines) -> Vec<Series> {
    let (letter, class) = LETTERS[place];
    let dashed = ["over-b held", "over-c held", "over-d held", "over-e held"][place];
    let renamed = |series: Series| match series.class {
        "train" => Some(Series { name: format!("{letter}: epoch mean"), class, ..series }),
        "validation" => Some(Series { name: format!("{letter}: validation"), class: dashed, ..series }),
        _ => None,
    };
    let lines = make(&[], &run.history.epochs).into_iter().filter_map(renamed);
    lines.map(|series| by_epoch(series, run.steps_per_epoch())).collect()
}

/// Which run is shown, where it was made, and what its accuracies are worth.
fn shown_in_words(lab: Googlenet) -> String {
    let Some(record) = lab.runs.shown() else { return String::new() };
    let name = name_of(&record.settings);
    let made = match &record.made {
        Some((title, made)) => format!("{title}. {made} {name}."),
        None => format!("{}: {name}.", record.set),
    };
    let lossy = if record.lossy {
        " The pictures were stored with loss: these accuracies cannot be compared with published ones."
    } else {
        ""
    };
    format!("{made}{lossy}")
}

/// Which letter is which run, and in which settings two runs differ.
fn over_in_words(lab: Googlenet) -> Option<AnyView> {
    let over = laid_over(lab);
    let shown = lab.runs.settings.get();
    let has_shown = lab.runs.state.get().is_some();
    let item = |(place, run): &(usize, RunRecord)| {
        let (letter, class) = LETTERS[*place];
        let name = run.made.as_ref().map_or_else(|| name_of(&run.settings), |(title, _)| title.clone());
        let differs = has_shown.then(|| format!(" Against the run shown: {}.", differences(&run.settings, &shown)));
        let lossy = run.lossy.then_some(" Pictures stored with loss.");
        view! { <li class=class><strong>{letter}</strong> ": " {name} "." {differs} {lossy}</li> }.into_any()
    };
    (!over.is_empty()).then(|| {
        view! {
            <ul class="googlenet-over" id="googlenet-over" aria-label="Runs laid over this one">
                {over.iter().map(item).collect_view()}
            </ul>
        }
        .into_any()
    })
}

fn explained() -> AnyView {
    let paragraphs = [
        "The network learns from the training pictures, and is only measured with the validation pictures, which it never learns from. What counts is the validation curve: it says how well the network does with pictures it has not seen.",
        "Both low and rising: it is still learning. Both flat and low: it is too small, or held back too much, for these pictures (underfitting). Training goes on rising while validation stands still or falls: it learns its pictures by heart instead of what they have in common (overfitting).",
        "The training accuracy is counted during the epoch, while the weights are still changing, with pictures that are mirrored, shifted or partly hidden, and with some features left out. Validation is measured at the end of the epoch, with pictures as they are and all features. So in the first epochs validation may well lie above training: that is no mistake.",
        "Loss says more than accuracy: it also counts how sure the network was. When the validation loss rises while the accuracy stands still, the network becomes surer of its mistakes.",
    ];
    view! {
        <details class="table-of-epochs googlenet-explained">
            <summary>"How to read the two curves"</summary>
            {paragraphs.map(|text| view! { <p>{text}</p> }).collect_view()}
        </details>
    }
    .into_any()
}
