//! Runs kept in the browser's IndexedDB: the newest checkpoint of each, and where it stands.

use crate::app::order::largest_first;
use crate::protocol::{Progress, RunId, Settings};
use js_sys::{Object, Reflect, Uint8Array};
use rexie::{ObjectStore, Rexie, TransactionMode};
use serde::{Deserialize, Serialize};
use std::error::Error as _;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};

const DATABASE: &str = "receptive";
const STORE: &str = "lenet-runs";
/// This many runs are kept; the oldest go.
pub const KEPT: usize = 3;

/// Why a run could not be kept or read. `Display` is the sentence shown to the visitor.
#[derive(Debug, Error)]
pub enum StorageError {
    #[error("This browser's storage for this site is full, so the run is not saved.")]
    Full,
    #[error("This browser does not let this page store anything, so the run is not saved ({0}).")]
    Refused(String),
}

impl From<rexie::Error> for StorageError {
    fn from(error: rexie::Error) -> Self {
        let words = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        if words.contains("Quota") || words.contains("quota") { Self::Full } else { Self::Refused(words) }
    }
}

/// Where a kept run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedRun {
    pub run: RunId,
    pub settings: Settings,
    pub progress: Progress,
    pub finished: bool,
    /// Milliseconds since 1970.
    pub saved_at: f64,
}

async fn open() -> Result<Rexie, StorageError> {
    Ok(Rexie::builder(DATABASE).version(1).add_object_store(ObjectStore::new(STORE)).build().await?)
}

/// Keeps a run, replacing its older state, and lets go of the oldest runs beyond [`KEPT`].
///
/// # Errors
/// When the browser refuses or is full; what was kept before stays.
pub async fn save(run: &SavedRun, checkpoint: &[u8]) -> Result<(), StorageError> {
    let record = Object::new();
    let about = serde_wasm_bindgen::to_value(run).map_err(|e| StorageError::Refused(e.to_string()))?;
    // Setting a member of a fresh plain object cannot fail.
    Reflect::set(&record, &"about".into(), &about).ok();
    Reflect::set(&record, &"checkpoint".into(), &Uint8Array::from(checkpoint)).ok();
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    let store = transaction.store(STORE)?;
    store.put(&record, Some(&run.run.as_str().into())).await?;
    let kept = store.count(None).await?;
    transaction.done().await?;
    if kept as usize <= KEPT {
        return Ok(());
    }
    for old in list().await?.into_iter().skip(KEPT) {
        discard(&old.run).await?;
    }
    Ok(())
}

/// All kept runs, newest first. What cannot be read is left out.
///
/// # Errors
/// When the browser refuses.
pub async fn list() -> Result<Vec<SavedRun>, StorageError> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
    let records = transaction.store(STORE)?.get_all(None, None).await?;
    transaction.done().await?;
    let runs: Vec<SavedRun> = records.iter().filter_map(about).collect();
    let times: Vec<f64> = runs.iter().map(|run| run.saved_at).collect();
    Ok(largest_first(&times).into_iter().map(|place| runs[place].clone()).collect())
}

fn about(record: &JsValue) -> Option<SavedRun> {
    serde_wasm_bindgen::from_value(Reflect::get(record, &"about".into()).ok()?).ok()
}

/// The checkpoint of a kept run.
///
/// # Errors
/// When the browser refuses.
pub async fn checkpoint(run: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
    let record = transaction.store(STORE)?.get(run.into()).await?;
    transaction.done().await?;
    let bytes = record.and_then(|r| Reflect::get(&r, &"checkpoint".into()).ok());
    Ok(bytes.and_then(|b| b.dyn_into::<Uint8Array>().ok()).map(|b| b.to_vec()))
}

/// Forgets a run.
///
/// # Errors
/// When the browser refuses.
pub async fn discard(run: &str) -> Result<(), StorageError> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    transaction.store(STORE)?.delete(run.into()).await?;
    transaction.done().await?;
    Ok(())
}
