use super::{Kept, Lab, Tone};
use crate::app::erase;
use crate::app::storage::{self, SavedRun, StorageError};
use crate::protocol::Command;
use crate::protocol::wire::Packet;
use leptos::prelude::*;
use std::rc::Rc;

impl Lab {
    /// Looks for runs of earlier visits.
    pub(super) fn find_saved_runs(&self) {
        let lab = *self;
        erase::spawn(async move {
            match storage::list().await {
                Ok(runs) => lab.saved_runs.set(runs),
                Err(error) => lab.storage_failed(&error),
            }
        });
    }

    /// Takes up a run of an earlier visit; one that is not finished goes on at once.
    pub fn continue_run(&self, saved: SavedRun) {
        let lab = *self;
        erase::spawn(async move {
            match storage::checkpoint(&saved.run).await {
                Ok(Some(bytes)) => {
                    lab.saved_runs.set(Vec::new());
                    let kept = Kept { run: saved.run.clone(), step: saved.progress.step, bytes: Rc::new(bytes) };
                    let active = lab.inner.with_value(|inner| inner.active.is_some());
                    if active {
                        let restore = Command::Restore { run: saved.run.clone() };
                        lab.order(Packet::with(restore, vec![kept.bytes.to_vec()]));
                    }
                    // Without a worker yet, the next one starts from what is kept.
                    lab.keep(kept);
                    if !saved.finished {
                        lab.go();
                    }
                }
                Ok(None) => {
                    lab.notify(Tone::Warning, "That run is no longer in this browser's storage.", None);
                    lab.find_saved_runs();
                }
                Err(error) => lab.storage_failed(&error),
            }
        });
    }

    /// Forgets a run of an earlier visit.
    pub fn discard_run(&self, saved: &SavedRun) {
        let (lab, run) = (*self, saved.run.clone());
        self.saved_runs.update(|runs| runs.retain(|r| r.run != run));
        erase::spawn(async move {
            if let Err(error) = storage::discard(&run).await {
                lab.storage_failed(&error);
            }
        });
    }

    /// Says once that nothing can be stored; training goes on without.
    pub(super) fn storage_failed(&self, error: &StorageError) {
        let told = self.inner.try_update_value(|inner| std::mem::replace(&mut inner.told_about_storage, true));
        if told == Some(false) {
            self.notify(
                Tone::Warning,
                format!("{error} Training works all the same; export the weights to keep them."),
                None,
            );
        }
    }
}
