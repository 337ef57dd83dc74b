//! What the worker says about the run, and what becomes of it.

use super::Googlenet;
use super::keeping::Job;
use crate::app::browser;
use crate::app::googlenet_store::RunRecord;
use crate::app::state::{Divergence, Loading};
use crate::app::words;
use crate::protocol::{GooglenetEvent, GooglenetSettings, History, PointOf, Progress, RunId, RunState};
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

impl Googlenet {
    pub(super) fn run_event(&self, event: GooglenetEvent, mut buffers: Vec<Vec<u8>>) {
        use GooglenetEvent as E;
        let mut buffer = || if buffers.is_empty() { Vec::new() } else { buffers.swap_remove(0) };
        match event {
            E::Loading { done, total, images } => self.runs.loading.set(Some(Loading { done, total, images })),
            E::Loaded => self.runs.loading.set(None),
            E::Saved { run, settings, progress, finished } => {
                self.run_saved(&run, settings, progress, finished, buffer());
            }
            E::EpochEnded { run, point, progress } => self.epoch_ended(run, point, progress, buffer()),
            E::State { run, state, settings, progress } if self.is_shown(&run) => {
                self.run_state(state, settings, progress);
            }
            E::History { run, history } if self.is_shown(&run) => self.runs.show_history(history),
            E::Trained { run, points, progress } if self.is_shown(&run) => {
                if !points.is_empty() {
                    self.runs.points.update(|all| all.extend(points));
                }
                self.runs.progress.set(progress);
            }
            E::Finished { run, report } if self.is_shown(&run) => {
                self.announce(format!(
                    "Training is finished. Validation accuracy {}, training time {}.",
                    words::percent(report.test_accuracy),
                    words::duration(report.training_seconds)
                ));
                self.runs.report.set(Some(Arc::new(report)));
                self.take_down();
                self.keep(run, Job::Record);
            }
            E::Diverged { run, step, loss, good_step, suggested_learning_rate } if self.is_shown(&run) => {
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

    fn run_state(&self, state: RunState, settings: GooglenetSettings, progress: Progress) {
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
        if state != RunState::Loading {
            runs.loading.set(None);
        }
        let goes_on = runs.hidden.try_update_value(|hidden| {
            hidden.in_worker = true;
            std::mem::take(&mut hidden.goes_on)
        });
        if goes_on == Some(true) && matches!(state, RunState::Fresh | RunState::Paused) {
            self.go_on();
        } else {
            runs.waiting.set(false);
        }
    }

    fn epoch_ended(&self, run: RunId, point: PointOf, progress: Progress, weights: Vec<u8>) {
        if self.is_shown(&run) {
            self.something_came();
            self.runs.epochs.update(|all| {
                all.retain(|other| other.epoch < point.epoch);
                all.push(point);
            });
            self.runs.progress.set(progress);
            self.announce(epoch_in_words(&point, progress.epochs));
            self.take_down();
            self.setup.look_around();
        } else {
            self.update_record(&run, |record| {
                record.history.epochs.retain(|other| other.epoch < point.epoch);
                record.history.epochs.push(point);
            });
        }
        if !weights.is_empty() {
            self.keep(run, Job::Epoch(point.epoch, weights));
        }
    }

    fn run_saved(&self, run: &RunId, settings: GooglenetSettings, progress: Progress, finished: bool, bytes: Vec<u8>) {
        let bytes = Rc::new(bytes);
        if self.is_shown(run) {
            self.runs.settings.set(settings.clone());
            self.runs.progress.set(progress);
            self.runs.hidden.update_value(|hidden| hidden.kept = Some(bytes.clone()));
            self.take_down();
        }
        self.update_record(run, |record| {
            record.settings = settings;
            record.progress = progress;
            record.finished |= finished;
        });
        self.keep(run.clone(), Job::Checkpoint(bytes));
    }

    /// Notes in the list what the shown run has become.
    pub(super) fn take_down(&self) {
        let runs = &self.runs;
        let history = History {
            points: runs.points.get_untracked(),
            epochs: runs.epochs.get_untracked(),
            kernels: Vec::new(),
            report: runs.report.get_untracked().map(|report| (*report).clone()),
        };
        let (settings, progress) = (runs.settings.get_untracked(), runs.progress.get_untracked());
        let finished = runs.state.get_untracked() == Some(RunState::Finished) || history.report.is_some();
        let run = runs.id.get_untracked();
        self.update_record(&run, |record: &mut RunRecord| {
            record.history = history;
            record.settings = settings;
            record.progress = progress;
            record.finished |= finished;
            record.changed_at = browser::now();
        });
    }
}

fn epoch_in_words(point: &PointOf, epochs: usize) -> String {
    let validation = point
        .validation_accuracy
        .map_or_else(String::new, |accuracy| format!(", validation accuracy {}", words::percent(accuracy.into())));
    let accuracy = words::percent(point.train_accuracy.into());
    format!("Epoch {} of {epochs}: training accuracy {accuracy}{validation}.", point.epoch)
}
