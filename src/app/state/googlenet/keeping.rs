//! Writes runs to the browser's storage, one thing after the other.

use super::Googlenet;
use crate::app::browser;
use crate::app::database::StoreError;
use crate::app::erase;
use crate::app::googlenet_store::{self as store, Beside, RunRecord};
use crate::app::long_runs::to_thin;
use crate::app::state::Tone;
use crate::protocol::RunId;
use leptos::prelude::*;
use std::rc::Rc;

/// What is to be written.
pub(super) enum Job {
    /// Where a run stands.
    Record,
    /// And the weights after an epoch.
    Epoch(usize, Vec<u8>),
    Checkpoint(Rc<Vec<u8>>),
    /// The run is forgotten.
    Discard(Box<RunRecord>),
}

impl Googlenet {
    /// Changes what the list says about a run.
    pub(super) fn update_record(&self, run: &str, change: impl FnOnce(&mut RunRecord)) {
        let mut all = self.runs.all.with_untracked(Vec::clone);
        if let Some(record) = all.iter_mut().find(|record| record.run == run) {
            change(record);
            self.runs.all.set(all);
        }
    }

    /// Writes something about a run as soon as what came before is written.
    pub(super) fn keep(&self, run: RunId, job: Job) {
        let idle = self.runs.hidden.try_update_value(|hidden| {
            hidden.jobs.push_back((run, job));
            !std::mem::replace(&mut hidden.writing, true)
        });
        if idle != Some(true) {
            return;
        }
        let lab = *self;
        erase::spawn(async move {
            while let Some((run, job)) = lab.runs.hidden.try_update_value(|hidden| hidden.jobs.pop_front()).flatten() {
                lab.write(&run, job).await;
            }
            lab.runs.hidden.update_value(|hidden| hidden.writing = false);
        });
    }

    async fn write(&self, run: &str, job: Job) {
        let record = untrack(|| self.runs.record(run));
        let written = match (job, record) {
            (Job::Discard(record), _) => store::discard(&record).await,
            // Removed for good meanwhile.
            (_, None) => Ok(()),
            (Job::Record, Some(record)) => store::keep(&record, Beside::Nothing).await,
            (Job::Checkpoint(bytes), Some(_)) => self.write_checkpoint(run, &bytes).await,
            (Job::Epoch(epoch, bytes), Some(_)) => self.write_epoch(run, epoch, &bytes).await,
        };
        if let Err(error) = written {
            self.run_not_kept(&error);
        }
    }

    async fn write_checkpoint(&self, run: &str, bytes: &[u8]) -> Result<(), StoreError> {
        loop {
            let Some(mut record) = untrack(|| self.runs.record(run)) else { return Ok(()) };
            record.checkpoint_bytes = bytes.len() as f64;
            match store::keep(&record, Beside::Checkpoint(bytes)).await {
                Err(StoreError::Full) if self.make_room(run).await => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    self.update_record(run, |now| now.checkpoint_bytes = record.checkpoint_bytes);
                    return Ok(());
                }
            }
        }
    }

    async fn write_epoch(&self, run: &str, epoch: usize, bytes: &[u8]) -> Result<(), StoreError> {
        loop {
            let Some(mut record) = untrack(|| self.runs.record(run)) else { return Ok(()) };
            // A run that went back sees its epochs once more.
            record.kept.retain(|(other, _)| *other != epoch);
            record.kept.push((epoch, bytes.len() as f64));
            match store::keep(&record, Beside::Epoch(epoch, bytes)).await {
                Err(StoreError::Full) if self.make_room(run).await => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    self.update_record(run, |now| now.kept = record.kept);
                    return Ok(());
                }
            }
        }
    }

    /// Lets go of what can be spared: downloads first, which can be had again. `false` when there is nothing.
    async fn make_room(&self, run: &str) -> bool {
        browser::forget_downloads().await || self.thin(run).await
    }

    /// Lets go of some of the run's epochs; `false` when there is none to spare.
    async fn thin(&self, run: &str) -> bool {
        let Some(mut record) = untrack(|| self.runs.record(run)) else { return false };
        let gone = to_thin(&record.kept);
        record.kept.retain(|(epoch, _)| !gone.contains(epoch));
        if gone.is_empty() || store::keep(&record, Beside::Without(&gone)).await.is_err() {
            return false;
        }
        self.update_record(run, |now| now.kept = record.kept);
        let text = "This browser’s storage for this page is full. Every second of the older epochs of this run was let go of, so that it can be kept further; its curves and its checkpoint stay. Remove other runs to make room.";
        self.notify(Tone::Warning, text, None);
        true
    }

    /// Says once that nothing can be stored; training goes on without.
    pub(super) fn run_not_kept(&self, error: &StoreError) {
        let told = self.runs.hidden.try_update_value(|hidden| std::mem::replace(&mut hidden.told_about_storage, true));
        if told == Some(false) {
            let text = format!(
                "{error} Training goes on, and what was kept before stays, but what comes now is lost when the page is closed. Remove runs from the list to make room."
            );
            self.notify(Tone::Warning, text, None);
        }
    }
}
