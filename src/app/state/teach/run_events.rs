//! What the worker says about the run, and what becomes of it.

use super::Teach;
use crate::app::projects_store::Judged;
use crate::app::state::Divergence;
use crate::app::state::questions::floats;
use crate::app::{browser, words};
use crate::protocol::{
    Labelled, Part, PointOf, Progress, RunId, RunReport, RunState, TeachCommand, TeachEvent, TeachSettings,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A measurement of speed takes at least so long, in milliseconds.
const LONG_ENOUGH: f64 = 400.0;

impl Teach {
    pub(super) fn run_event(&self, event: TeachEvent, mut buffers: Vec<Vec<u8>>) {
        let mut buffer = || if buffers.is_empty() { Vec::new() } else { buffers.remove(0) };
        match event {
            TeachEvent::Saved { run, settings, progress, finished } => {
                self.run_saved(run, settings, progress, finished, buffer());
            }
            TeachEvent::Opening { run, done, total } if self.is_shown(&run) => {
                self.runs.opening.set((done < total).then_some((done, total)));
            }
            TeachEvent::Seen { run, done, total } if self.is_shown(&run) => self.pictures_seen(done, total),
            TeachEvent::State { run, state, settings, progress } if self.is_shown(&run) => {
                self.run_state(state, settings, progress);
            }
            TeachEvent::History { run, history } if self.is_shown(&run) => self.runs.show_history(history),
            TeachEvent::Trained { run, points, progress } if self.is_shown(&run) => {
                self.something_came();
                if !points.is_empty() {
                    self.runs.points.update(|all| all.extend(points));
                }
                self.runs.progress.set(progress);
            }
            TeachEvent::EpochEnded { run, point, best, progress } if self.is_shown(&run) => {
                self.runs.epochs.update(|all| all.push(point));
                self.runs.progress.set(progress);
                self.announce(epoch_in_words(&point, progress.epochs, best));
            }
            TeachEvent::Judged { run, part, pictures } if self.is_shown(&run) => {
                let (probabilities, distances) = (floats(&buffer()), floats(&buffer()));
                self.run_judged(part, pictures, probabilities, distances);
            }
            TeachEvent::Finished { run, report, familiar_within } if self.is_shown(&run) => {
                self.run_finished(report, familiar_within);
            }
            TeachEvent::Diverged { run, step, loss, good_step, suggested_learning_rate } if self.is_shown(&run) => {
                self.announce(format!("Training diverged at step {step} and was stopped."));
                let learning_rate = suggested_learning_rate;
                self.runs.diverged.set(Some(Divergence { step, loss, good_step, learning_rate }));
            }
            // Of a run before, or not about runs.
            _ => {}
        }
    }

    fn is_shown(&self, run: &RunId) -> bool {
        self.runs.id.with_untracked(|id| id == run)
    }

    fn run_state(&self, state: RunState, settings: TeachSettings, progress: Progress) {
        let runs = &self.runs;
        // The controls follow a run that went back with a smaller learning rate.
        if progress.step > 0 && runs.diverged.with_untracked(Option::is_some) {
            self.adopt(settings.clone());
        }
        runs.settings.set(settings);
        runs.progress.set(progress);
        if runs.state.get_untracked() != Some(state) {
            runs.state.set(Some(state));
        }
        if state != RunState::Diverged {
            runs.diverged.set(None);
        }
        if state == RunState::Training {
            runs.seen.set(None);
        }
        runs.opening.set(None);
        let goes_on = runs.hidden.try_update_value(|hidden| std::mem::take(&mut hidden.goes_on)).unwrap_or(false);
        if goes_on && matches!(state, RunState::Fresh | RunState::Paused) {
            self.order(TeachCommand::Train, Vec::new(), Vec::new());
        } else {
            runs.waiting.set(false);
        }
        // At step 0 it could only guess.
        if state != RunState::Fresh && !runs.usable.get_untracked() {
            runs.usable.set(true);
        }
        self.come_back();
    }

    /// The frozen layers have seen more pictures: that tells how fast they are.
    fn pictures_seen(&self, done: usize, total: usize) {
        self.runs.opening.set(None);
        self.runs.seen.set((done < total).then_some((done, total)));
        let now = browser::now();
        let since = self.runs.hidden.try_update_value(|hidden| *hidden.seen_since.get_or_insert((now, done)));
        let since = since.unwrap_or((now, done));
        let (milliseconds, pictures) = (now - since.0, done.saturating_sub(since.1));
        if milliseconds > LONG_ENOUGH && pictures > 0 {
            let settings = self.runs.settings.get_untracked();
            self.timed(&settings, pictures, milliseconds / 1000.0);
        }
        if done >= total {
            self.runs.hidden.update_value(|hidden| hidden.seen_since = None);
        }
    }

    fn run_judged(&self, part: Part, pictures: Vec<Labelled>, probabilities: Vec<f32>, distances: Vec<f32>) {
        let mut all = self.runs.judged.with_untracked(Vec::clone);
        all.retain(|judged| judged.part != part);
        all.push(Judged { part, pictures, probabilities, distances });
        self.runs.judged.set(all);
        if self.runs.hidden.with_value(|hidden| hidden.finished) {
            self.keep_record();
        }
    }

    fn run_saved(&self, run: RunId, settings: TeachSettings, progress: Progress, finished: bool, bytes: Vec<u8>) {
        if self.is_shown(&run) {
            self.runs.settings.set(settings);
            self.runs.progress.set(progress);
            self.runs.hidden.update_value(|hidden| (hidden.finished, hidden.end_saved) = (finished, finished));
        }
        self.keep_run(run, bytes);
        self.come_back();
    }

    fn run_finished(&self, report: RunReport, familiar_within: f32) {
        self.announce(format!(
            "Training is finished. Accuracy {}, training time {}.",
            words::percent(report.test_accuracy),
            words::duration(report.training_seconds)
        ));
        self.runs.report.set(Some(Arc::new(report)));
        self.runs.familiar_within.set(Some(familiar_within));
        self.runs.hidden.update_value(|hidden| hidden.finished = true);
        self.keep_record();
        self.come_back();
    }

    /// A run that was made to be compared with another is over: the other one is taken up again.
    fn come_back(&self) {
        let is_over = self.runs.state.get_untracked() == Some(RunState::Finished)
            && self.runs.report.with_untracked(Option::is_some)
            && self.runs.hidden.with_value(|hidden| hidden.end_saved && hidden.kept.is_some());
        if !is_over {
            return;
        }
        if let Some(base) = self.runs.hidden.try_update_value(|hidden| hidden.back_to.take()).flatten() {
            let other = self.runs.id.get_untracked();
            self.keep_record();
            self.use_run(&base);
            self.runs.beside.set(Some(other));
            if let Some(sentence) = untrack(|| self.comparison()) {
                self.announce(sentence);
            }
        }
    }
}

fn epoch_in_words(point: &PointOf, epochs: usize, best: bool) -> String {
    let validation = point.validation_accuracy.map_or_else(String::new, |accuracy| {
        let best = if best { ", the best so far" } else { "" };
        format!(", validation accuracy {}{best}", words::percent(accuracy.into()))
    });
    let accuracy = words::percent(point.train_accuracy.into());
    format!("Epoch {} of {epochs}: training accuracy {accuracy}{validation}.", point.epoch)
}
