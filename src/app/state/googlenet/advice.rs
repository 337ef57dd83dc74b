//! What the coach says about the run that is shown, and what became of its remedies.

use super::{Begin, Googlenet};
use crate::app::googlenet_store::RunRecord;
use crate::app::long_runs::differences;
use crate::coach::{self, Curves, Kind, Outcome, Tried, Verdict};
use crate::protocol::History;
use leptos::prelude::*;

/// A finding, and the runs that tried its remedy.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// As in the plot, from 1.
    pub number: usize,
    pub verdict: Verdict,
    pub tried: Vec<Comparison>,
}

/// What a remedy did.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The run that tried it.
    pub run: String,
    /// In which settings it differs from the run before.
    pub changed: String,
    /// `None` while too little is known.
    pub outcome: Option<Outcome>,
}

/// A kind's name in the browser's storage.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Underfitting => "underfitting",
        Kind::StillLearning => "still-learning",
        Kind::Overfitting => "overfitting",
        Kind::Plateau => "plateau",
        Kind::RateTooHigh => "rate-too-high",
        Kind::RateTooLow => "rate-too-low",
        Kind::HarderTraining => "harder-training",
        Kind::LabelNoise => "label-noise",
    }
}

const KINDS: [Kind; 8] = [
    Kind::Underfitting,
    Kind::StillLearning,
    Kind::Overfitting,
    Kind::Plateau,
    Kind::RateTooHigh,
    Kind::RateTooLow,
    Kind::HarderTraining,
    Kind::LabelNoise,
];

fn compared(before: &RunRecord, after: &RunRecord, kind: &str) -> Comparison {
    let known = KINDS.into_iter().find(|known| name(*known) == kind);
    Comparison {
        run: after.run.clone(),
        changed: differences(&after.settings, &before.settings),
        outcome: known.and_then(|kind| {
            let [before, after] =
                [before, after].map(|record| Tried { history: &record.history, settings: &record.settings });
            coach::judged(&before, &after, kind)
        }),
    }
}

impl Googlenet {
    /// What the coach says about the run that is shown.
    pub fn advice(&self) -> Vec<Advice> {
        let epochs = self.runs.epochs.get();
        // The points come many times in an epoch, and nothing that they add is worth a word before its end.
        let history = History { points: self.runs.points.get_untracked(), epochs, ..History::default() };
        let (settings, run) = (self.runs.settings.get(), self.runs.id.get());
        let classes = self.runs.record(&run).map_or(0, |record| record.classes.len());
        let curves = Curves { history: &history, classes, settings: &settings };
        let all = self.runs.all.get();
        let base = all.iter().find(|record| record.run == run);
        let tried = |kind: Kind| {
            let of_this = |after: &&RunRecord| {
                let remedy_of = after.remedy_of.as_ref().filter(|_| !after.removed);
                remedy_of.is_some_and(|(of, tried)| *of == run && tried == name(kind))
            };
            let base = base.into_iter().flat_map(|base| all.iter().filter(of_this).map(move |after| (base, after)));
            base.map(|(base, after)| compared(base, after, name(kind))).collect()
        };
        let number = |(place, verdict): (usize, Verdict)| {
            let tried = tried(verdict.kind);
            Advice { number: place + 1, verdict, tried }
        };
        coach::verdicts(&curves).into_iter().enumerate().map(number).collect()
    }

    /// Where the run that is shown was made as a remedy: what that did.
    pub fn as_remedy(&self) -> Option<Comparison> {
        let after = self.runs.shown()?;
        let (before, kind) = after.remedy_of.clone()?;
        Some(compared(&self.runs.record(&before)?, &after, &kind))
    }

    /// Starts a run with the remedy from the same seed; the run that is shown is paused and stays in the plot.
    pub fn try_remedy(&self, verdict: &Verdict) {
        let Some(remedy) = &verdict.remedy else { return };
        let Some(record) = untrack(|| self.runs.shown()) else { return };
        let settings = self.runs.settings.with_untracked(|settings| remedy.applied(settings));
        if untrack(|| self.refusal(&settings)).is_some() {
            return;
        }
        // In front, because only so many are laid into the plot.
        self.runs.ticked.update(|ticked| {
            ticked.retain(|other| *other != record.run);
            ticked.insert(0, record.run.clone());
        });
        self.begin(Begin {
            settings,
            with: record.begun_with,
            remedy_of: Some((record.run, name(verdict.kind).to_owned())),
        });
    }
}
