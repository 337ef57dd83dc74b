//! Runs kept with the project: taken up again after a reload, on another device, or because the visitor chooses one.

use super::{Teach, Tone};
use crate::app::browser;
use crate::app::database::StoreError;
use crate::app::erase;
use crate::app::projects_store::{self as store, RunRecord};
use crate::app::state::run::busy;
use crate::protocol::{Backend, History, RunId, RunState, TeachCommand};
use leptos::prelude::*;
use std::rc::Rc;

/// This many runs of a project are kept; the oldest go.
const MOST: usize = 8;
/// So many probabilities are kept of a run that is not finished.
const MOST_WHILE_LEARNING: usize = 20_000;

impl Teach {
    /// A new worker is there, or another run is wanted: tells the worker the run that is shown.
    pub(super) fn tell_run(&self) {
        self.runs.usable.set(false);
        if self.device.with_untracked(|device| device.ready().is_none()) {
            return;
        }
        let (wanted, stopped) =
            self.runs.hidden.try_update_value(|hidden| (hidden.wanted.take(), hidden.stopped)).unwrap_or_default();
        if let Some(settings) = wanted {
            return self.begin(settings);
        }
        let run = self.runs.id.get_untracked();
        if run.is_empty() || stopped {
            return;
        }
        let (lab, turn) = (*self, self.runs.next_turn());
        let goes_on = untrack(|| self.runs.is_busy());
        erase::spawn(async move {
            let kept = match lab.runs.hidden.with_value(|hidden| hidden.kept.clone()) {
                Some(kept) => Some(kept),
                None => lab.checkpoint(&run).await.ok().flatten().map(Rc::new),
            };
            if !lab.runs.is_turn(turn) {
                return;
            }
            let Some(kept) = kept else { return lab.not_kept(goes_on) };
            // With too few pictures left the network can still be used.
            let (_, pictures, blobs) = lab.training_set().await.unwrap_or_default();
            if !lab.runs.is_turn(turn) {
                return;
            }
            let learned_from = pictures.iter().map(|p| (p.id, p.class)).collect();
            lab.runs.hidden.update_value(|hidden| {
                hidden.kept = Some(kept.clone());
                hidden.goes_on = goes_on;
                hidden.learned_from.get_or_insert(learned_from);
            });
            let classes = lab.runs.classes.get_untracked();
            lab.order(TeachCommand::Restore { run, classes, pictures }, vec![kept.to_vec()], blobs);
        });
    }

    /// There is nothing from which the run could go on: it begins anew where it was going.
    fn not_kept(&self, was_going: bool) {
        let settings = self.runs.settings.get_untracked();
        if was_going {
            self.begin(settings);
        } else if self.runs.state.get_untracked() == Some(RunState::Fresh) {
            self.runs.clear();
        } else {
            let text =
                "The weights of this run are no longer in this browser's storage. Train again to use the network.";
            self.notify(Tone::Warning, text, None);
        }
    }

    /// Shows a kept run, and lets the worker use it.
    pub fn use_run(&self, run: &RunId) {
        let Some(project) = self.projects.current_untracked() else { return };
        let Some(record) = project.runs.iter().find(|record| record.run == *run) else { return };
        self.end_present_run();
        self.runs.show(record, &project.id);
        self.runs.hidden.update_value(|hidden| hidden.stopped = false);
        self.tell_run();
    }

    /// Forgets a kept run.
    pub fn delete_run(&self, run: RunId) {
        if self.runs.id.with_untracked(|id| *id == run) {
            self.end_present_run();
            self.runs.next_turn();
            self.runs.clear();
        }
        if self.runs.beside.with_untracked(|beside| beside.as_ref() == Some(&run)) {
            self.runs.beside.set(None);
        }
        self.update_project(|project| project.runs.retain(|record| record.run != run));
        self.announce("The run was removed.");
        self.forget_checkpoint(run);
    }

    fn forget_checkpoint(&self, run: RunId) {
        let lab = *self;
        erase::spawn(async move {
            if let Err(error) = store::discard_checkpoint(&run).await {
                lab.run_not_kept(&error);
            }
        });
    }

    /// Keeps a checkpoint that the worker made.
    pub(super) fn keep_run(&self, run: RunId, bytes: Vec<u8>) {
        let bytes = Rc::new(bytes);
        let is_shown = self.runs.id.with_untracked(|id| *id == run);
        let project = self.runs.hidden.try_update_value(|hidden| {
            if is_shown {
                hidden.kept = Some(bytes.clone());
            }
            hidden.project.clone()
        });
        let project = project.unwrap_or_default();
        let project = if project.is_empty() { self.projects.id() } else { project };
        let lab = *self;
        erase::spawn(async move {
            if let Err(error) = store::keep_checkpoint(&project, &run, &bytes).await {
                lab.run_not_kept(&error);
            }
        });
        if is_shown {
            self.keep_record();
        }
    }

    /// Keeps where the run that is shown stands.
    pub(super) fn keep_record(&self) {
        let project = self.runs.hidden.with_value(|hidden| hidden.project.clone());
        if project != self.projects.id() || self.runs.progress.with_untracked(|progress| progress.step == 0) {
            return;
        }
        let record = self.record();
        let mut dropped = Vec::new();
        let keep = [Some(record.run.clone()), self.runs.beside.get_untracked()];
        self.update_project(|project| {
            match project.runs.iter_mut().find(|old| old.run == record.run) {
                Some(old) => *old = record,
                None => project.runs.push(record),
            }
            while project.runs.len() > MOST {
                let oldest = project.runs.iter().position(|run| !keep.contains(&Some(run.run.clone())));
                dropped.push(project.runs.remove(oldest.unwrap_or(0)).run);
            }
        });
        dropped.into_iter().for_each(|run| self.forget_checkpoint(run));
    }

    fn record(&self) -> RunRecord {
        let runs = &self.runs;
        let (started_at, finished) = runs.hidden.with_value(|hidden| (hidden.started_at, hidden.finished));
        let report = runs.report.get_untracked().map(|report| (*report).clone());
        let classes = runs.classes.get_untracked();
        let mut judged = runs.judged.with_untracked(Vec::clone);
        if !finished {
            // It is written after every epoch, and the next one brings it anew.
            judged.retain(|judged| judged.probabilities.len() <= MOST_WHILE_LEARNING);
        }
        let made_on = report.as_ref().map(|report| report.backend);
        RunRecord {
            run: runs.id.get_untracked(),
            settings: runs.settings.get_untracked(),
            classes,
            progress: runs.progress.get_untracked(),
            history: History {
                points: runs.points.get_untracked(),
                epochs: runs.epochs.get_untracked(),
                kernels: Vec::new(),
                report,
            },
            finished,
            familiar_within: runs.familiar_within.get_untracked(),
            judged,
            started_at: if started_at > 0.0 { started_at } else { browser::now() },
            made_on: made_on.or_else(|| self.device.with_untracked(|d| d.ready())).unwrap_or(Backend::Cpu),
        }
    }

    /// Says once that nothing can be stored; training goes on without.
    fn run_not_kept(&self, error: &StoreError) {
        let told = self.runs.hidden.try_update_value(|hidden| std::mem::replace(&mut hidden.told_about_storage, true));
        if told == Some(false) {
            let text = format!("{error} Training works all the same; take the network home to keep it.");
            self.notify(Tone::Warning, text, None);
        }
    }

    /// Whether a run that is under way is in the way of choosing another.
    pub fn run_is_busy(&self) -> bool {
        self.runs.state.get().is_some_and(busy)
    }
}
