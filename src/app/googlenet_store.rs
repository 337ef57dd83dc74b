//! Runs of the GoogLeNet lab kept in the browser's IndexedDB: where each stands, its newest checkpoint, and its weights
//! after every epoch.

use crate::app::database::{Database, StoreError, finish, set, to_js};
use crate::app::order::largest_first;
use crate::protocol::from_js::from_js;
use crate::protocol::{GooglenetSettings, History, Progress, RunId};
use js_sys::{Object, Uint8Array};
use rexie::{ObjectStore, TransactionMode};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

const RUNS: &str = "runs";
const CHECKPOINTS: &str = "checkpoints";
const EPOCHS: &str = "epochs";
const DATABASE: Database =
    Database { name: "receptive-googlenet", stores: || [RUNS, CHECKPOINTS, EPOCHS].map(ObjectStore::new).into() };

/// A run: of this browser, or one that the site has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub run: RunId,
    pub settings: GooglenetSettings,
    /// Title of its data set.
    pub set: String,
    pub classes: Vec<String>,
    /// Its pictures were stored with loss: its accuracies cannot be compared with published ones.
    pub lossy: bool,
    pub progress: Progress,
    pub history: History,
    pub finished: bool,
    /// Milliseconds since 1970.
    pub changed_at: f64,
    /// The run whose weights it began with, and after which epoch they were.
    pub begun_with: Option<(RunId, usize)>,
    /// The run that it is to do better than, and which finding it is a remedy of.
    pub remedy_of: Option<(RunId, String)>,
    /// Epochs whose weights are kept, in order, and their bytes.
    pub kept: Vec<(usize, f64)>,
    pub checkpoint_bytes: f64,
    /// It was removed, and can still be brought back until the page is opened again.
    pub removed: bool,
    /// Of a run that the site has: its title, and where, when and on what it was trained.
    pub made: Option<(String, String)>,
    /// Of such a run, to download.
    pub bytes: f64,
}

impl RunRecord {
    /// Steps in one epoch.
    pub fn steps_per_epoch(&self) -> usize {
        match self.history.epochs.last() {
            Some(point) if point.epoch > 0 => (point.step / point.epoch).max(1),
            _ => (self.progress.steps_in_all / self.progress.epochs.max(1)).max(1),
        }
    }

    /// Bytes that it takes in this browser.
    pub fn stored(&self) -> f64 {
        self.checkpoint_bytes + self.kept.iter().map(|(_, bytes)| bytes).sum::<f64>()
    }
}

/// What is written together with where a run stands.
pub enum Beside<'a> {
    Nothing,
    /// The weights after an epoch.
    Epoch(usize, &'a [u8]),
    Checkpoint(&'a [u8]),
    /// The weights after these epochs are let go of.
    Without(&'a [usize]),
}

fn epoch_key(run: &str, epoch: usize) -> String {
    format!("{run}#{epoch}")
}

fn file(bytes: &[u8]) -> JsValue {
    let record = Object::new();
    set(&record, "bytes", &Uint8Array::from(bytes));
    record.into()
}

/// All runs that are kept, the newest changed first. Those of another version of this page are left out.
///
/// # Errors
/// When the browser refuses.
pub async fn runs() -> Result<Vec<RunRecord>, StoreError> {
    let transaction = DATABASE.begin(&[RUNS], TransactionMode::ReadOnly).await?;
    let records = transaction.store(RUNS)?.get_all(None, None).await?;
    let found: Vec<RunRecord> = records.into_iter().filter_map(|record| from_js(record).ok()).collect();
    let times: Vec<f64> = found.iter().map(|run| run.changed_at).collect();
    Ok(largest_first(&times).into_iter().map(|place| found[place].clone()).collect())
}

/// Keeps where a run stands, replacing its older state, and what goes with it.
///
/// # Errors
/// When the browser refuses or is full; what was kept before stays.
pub async fn keep(run: &RunRecord, beside: Beside<'_>) -> Result<(), StoreError> {
    let record = to_js(run)?;
    let transaction = DATABASE.begin(&[RUNS, CHECKPOINTS, EPOCHS], TransactionMode::ReadWrite).await?;
    let (checkpoints, epochs) = (transaction.store(CHECKPOINTS)?, transaction.store(EPOCHS)?);
    let runs = transaction.store(RUNS)?;
    let write = async {
        match beside {
            Beside::Nothing => {}
            Beside::Epoch(epoch, bytes) => {
                epochs.put(&file(bytes), Some(&epoch_key(&run.run, epoch).into())).await?;
            }
            Beside::Checkpoint(bytes) => {
                checkpoints.put(&file(bytes), Some(&run.run.as_str().into())).await?;
            }
            Beside::Without(gone) => {
                for epoch in gone {
                    epochs.delete(epoch_key(&run.run, *epoch).into()).await?;
                }
            }
        }
        runs.put(&record, Some(&run.run.as_str().into())).await?;
        Ok(())
    };
    let written = write.await;
    finish(transaction, written).await
}

/// Forgets a run with all that is kept of it.
///
/// # Errors
/// When the browser refuses.
pub async fn discard(run: &RunRecord) -> Result<(), StoreError> {
    let transaction = DATABASE.begin(&[RUNS, CHECKPOINTS, EPOCHS], TransactionMode::ReadWrite).await?;
    let (checkpoints, epochs) = (transaction.store(CHECKPOINTS)?, transaction.store(EPOCHS)?);
    let runs = transaction.store(RUNS)?;
    let write = async {
        for (epoch, _) in &run.kept {
            epochs.delete(epoch_key(&run.run, *epoch).into()).await?;
        }
        checkpoints.delete(run.run.as_str().into()).await?;
        runs.delete(run.run.as_str().into()).await?;
        Ok(())
    };
    let written = write.await;
    finish(transaction, written).await
}

/// The newest checkpoint of a run, if it is kept.
///
/// # Errors
/// When the browser refuses.
pub async fn checkpoint(run: &str) -> Result<Option<Vec<u8>>, StoreError> {
    DATABASE.bytes(CHECKPOINTS, run).await
}

/// The weights of a run after an epoch, if they are kept.
///
/// # Errors
/// When the browser refuses.
pub async fn epoch(run: &str, epoch: usize) -> Result<Option<Vec<u8>>, StoreError> {
    DATABASE.bytes(EPOCHS, &epoch_key(run, epoch)).await
}
