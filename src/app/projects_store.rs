//! Projects kept in the browser's IndexedDB: their classes, pictures and runs.
//!
//! A picture is kept twice over: what is known about it, small, all of which is read when a project is opened, and its
//! file, which is only read when it is shown or learned from.

use crate::app::browser;
use crate::app::database::{Database, StoreError, finish, set, to_js};
use crate::protocol::from_js::from_js;
use crate::protocol::{Backend, History, Labelled, Part, PictureId, Progress, RunId, TeachSettings};
use js_sys::{Array, Object, Uint8Array};
use rexie::{Index, KeyRange, ObjectStore, Store, Transaction, TransactionMode};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// A database of its own: a new version of the one with the other lab's runs would have to wait for every open tab.
const DATABASE: Database = Database {
    name: "receptive-teach",
    stores: || {
        let by_project = || Index::new(BY_PROJECT, BY_PROJECT);
        vec![
            ObjectStore::new(PROJECTS),
            ObjectStore::new(PICTURES).auto_increment(true).add_index(by_project()),
            ObjectStore::new(BLOBS),
            ObjectStore::new(CHECKPOINTS).add_index(by_project()),
        ]
    },
};
const PROJECTS: &str = "projects";
const PICTURES: &str = "pictures";
const BLOBS: &str = "blobs";
const CHECKPOINTS: &str = "checkpoints";
/// Index of `pictures` and of `checkpoints`.
const BY_PROJECT: &str = "project";

/// The class of pictures that were removed and can still be brought back.
pub const BIN: u32 = 0;

/// One project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Project {
    pub id: String,
    pub name: String,
    pub classes: Vec<Class>,
    /// The next class gets this number; 0 is the bin's.
    pub next_class: u32,
    pub settings: TeachSettings,
    pub runs: Vec<RunRecord>,
    /// Milliseconds since 1970.
    pub changed_at: f64,
    /// It was removed, and can still be brought back until the page is opened again.
    pub removed: bool,
}

/// A class, in the order of its project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    pub id: u32,
    pub name: String,
}

/// One run of a project; its checkpoint is kept beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub run: RunId,
    pub settings: TeachSettings,
    /// Names of the classes when it was begun.
    pub classes: Vec<String>,
    pub progress: Progress,
    pub history: History,
    pub finished: bool,
    pub familiar_within: Option<f32>,
    pub judged: Vec<Judged>,
    pub started_at: f64,
    pub made_on: Backend,
}

/// What a network thinks of the pictures of one part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub part: Part,
    pub pictures: Vec<Labelled>,
    /// `[pictures, classes]`
    pub probabilities: Vec<f32>,
    /// `[pictures]`, or empty.
    pub distances: Vec<f32>,
}

/// What is known about a kept picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureInfo {
    pub id: PictureId,
    pub project: String,
    /// [`Class::id`], or [`BIN`].
    pub class: u32,
    pub name: String,
    /// Equal for equal pictures.
    pub sha: String,
    pub width: u32,
    pub height: u32,
    /// Of its file.
    pub bytes: u32,
}

async fn begin(stores: &[&str], mode: TransactionMode) -> Result<Transaction, StoreError> {
    DATABASE.begin(stores, mode).await
}

/// A project as it was kept. Runs of another version of this page are left out rather than the project with them.
pub fn project_from(value: &JsValue) -> Option<Project> {
    if let Ok(project) = from_js(value.clone()) {
        return Some(project);
    }
    let copy = Object::assign(&Object::new(), value.dyn_ref()?);
    set(&copy, "runs", &Array::new());
    set(&copy, "settings", &to_js(&TeachSettings::default()).ok()?);
    from_js(copy.into()).ok()
}

/// All projects, the newest changed first.
///
/// # Errors
/// When the browser refuses.
pub async fn projects() -> Result<Vec<Project>, StoreError> {
    let transaction = begin(&[PROJECTS], TransactionMode::ReadOnly).await?;
    let records = transaction.store(PROJECTS)?.get_all(None, None).await?;
    let found: Vec<Project> = records.iter().filter_map(project_from).collect();
    let times: Vec<f64> = found.iter().map(|project| project.changed_at).collect();
    Ok(crate::app::order::largest_first(&times).into_iter().map(|place| found[place].clone()).collect())
}

/// Keeps a project, replacing its older state.
///
/// # Errors
/// When the browser refuses or is full; what was kept before stays.
pub async fn keep_project(project: &Project) -> Result<(), StoreError> {
    let record = to_js(project)?;
    let transaction = begin(&[PROJECTS], TransactionMode::ReadWrite).await?;
    let written = transaction.store(PROJECTS)?.put(&record, Some(&project.id.as_str().into())).await;
    finish(transaction, written.map(drop).map_err(StoreError::from)).await
}

/// Forgets a project with all that is in it.
///
/// # Errors
/// When the browser refuses.
pub async fn discard_project(id: &str) -> Result<(), StoreError> {
    let all = [PROJECTS, PICTURES, BLOBS, CHECKPOINTS];
    let transaction = begin(&all, TransactionMode::ReadWrite).await?;
    let (pictures, blobs) = (transaction.store(PICTURES)?, transaction.store(BLOBS)?);
    let (projects, checkpoints) = (transaction.store(PROJECTS)?, transaction.store(CHECKPOINTS)?);
    let write = async {
        for key in keys_of(&pictures, id).await? {
            blobs.delete(key.clone()).await?;
            pictures.delete(key).await?;
        }
        for key in keys_of(&checkpoints, id).await? {
            checkpoints.delete(key).await?;
        }
        Ok(projects.delete(id.into()).await?)
    };
    let written = write.await;
    finish(transaction, written).await
}

/// The keys of everything in a store that belongs to a project.
async fn keys_of(store: &Store, project: &str) -> Result<Vec<JsValue>, StoreError> {
    Ok(store.index(BY_PROJECT)?.get_all_keys(Some(only(project)?), None).await?)
}

fn only(project: &str) -> Result<KeyRange, StoreError> {
    Ok(KeyRange::only(&project.into()).map_err(rexie::Error::from)?)
}

/// All pictures of a project in the order they came, also those in the bin.
///
/// # Errors
/// When the browser refuses.
pub async fn pictures(project: &str) -> Result<Vec<PictureInfo>, StoreError> {
    let transaction = begin(&[PICTURES], TransactionMode::ReadOnly).await?;
    let index = transaction.store(PICTURES)?.index(BY_PROJECT)?;
    let keys = index.get_all_keys(Some(only(project)?), None).await?;
    let records = index.get_all(Some(only(project)?), None).await?;
    let with_key = |(record, key): (JsValue, &JsValue)| {
        set(&record, "id", key);
        from_js(record).ok()
    };
    Ok(records.into_iter().zip(&keys).filter_map(with_key).collect())
}

/// Keeps pictures, all or none, and gives each its number.
///
/// # Errors
/// When the browser refuses or is full; none of them is kept then.
pub async fn keep_pictures(new: &mut [(PictureInfo, Blob)]) -> Result<(), StoreError> {
    let transaction = begin(&[PICTURES, BLOBS], TransactionMode::ReadWrite).await?;
    let (pictures, blobs) = (transaction.store(PICTURES)?, transaction.store(BLOBS)?);
    let write = async {
        for (info, blob) in new.iter_mut() {
            let key = pictures.add(&to_js(info)?, None).await?;
            blobs.put(blob, Some(&key)).await?;
            info.id = key.as_f64().unwrap_or_default() as PictureId;
        }
        Ok(())
    };
    let written = write.await;
    finish(transaction, written).await
}

/// Puts pictures into other classes. One that is no longer there is passed over.
///
/// # Errors
/// When the browser refuses or is full; all stay where they were then.
pub async fn move_pictures(moves: &[(PictureId, u32)]) -> Result<(), StoreError> {
    let transaction = begin(&[PICTURES], TransactionMode::ReadWrite).await?;
    let store = transaction.store(PICTURES)?;
    let write = async {
        for (id, class) in moves {
            if let Some(record) = store.get((*id).into()).await? {
                set(&record, "class", &(*class).into());
                store.put(&record, Some(&(*id).into())).await?;
            }
        }
        Ok(())
    };
    let written = write.await;
    finish(transaction, written).await
}

/// Forgets pictures for good.
///
/// # Errors
/// When the browser refuses.
pub async fn discard_pictures(ids: &[PictureId]) -> Result<(), StoreError> {
    let transaction = begin(&[PICTURES, BLOBS], TransactionMode::ReadWrite).await?;
    let (pictures, blobs) = (transaction.store(PICTURES)?, transaction.store(BLOBS)?);
    let write = async {
        for id in ids {
            blobs.delete((*id).into()).await?;
            pictures.delete((*id).into()).await?;
        }
        Ok(())
    };
    let written = write.await;
    finish(transaction, written).await
}

/// The file of one picture.
///
/// # Errors
/// When the browser refuses.
pub async fn blob(id: PictureId) -> Result<Option<Blob>, StoreError> {
    let transaction = begin(&[BLOBS], TransactionMode::ReadOnly).await?;
    let found = transaction.store(BLOBS)?.get(id.into()).await?;
    Ok(found.and_then(|found| found.dyn_into().ok()))
}

/// The files of many pictures, in the order of `ids`; only handles, the bytes stay with the browser.
///
/// # Errors
/// When the browser refuses.
pub async fn blobs(ids: &[PictureId]) -> Result<Vec<Option<Blob>>, StoreError> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else { return Ok(Vec::new()) };
    let transaction = begin(&[BLOBS], TransactionMode::ReadOnly).await?;
    let store = transaction.store(BLOBS)?;
    let range = || KeyRange::bound(&(*first).into(), &(*last).into(), None, None).map_err(rexie::Error::from);
    // Two questions instead of one for each picture.
    let keys = store.get_all_keys(Some(range()?), None).await?;
    let values = store.get_all(Some(range()?), None).await?;
    let keys: Vec<PictureId> = keys.iter().map(|key| key.as_f64().unwrap_or_default() as PictureId).collect();
    let file = |id: &PictureId| {
        let place = keys.binary_search(id).ok()?;
        values.get(place)?.clone().dyn_into().ok()
    };
    Ok(ids.iter().map(file).collect())
}

/// Keeps the newest checkpoint of a run.
///
/// # Errors
/// When the browser refuses or is full; the one before stays.
pub async fn keep_checkpoint(project: &str, run: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let record = Object::new();
    set(&record, "project", &project.into());
    set(&record, "bytes", &Uint8Array::from(bytes));
    let transaction = begin(&[CHECKPOINTS], TransactionMode::ReadWrite).await?;
    let written = transaction.store(CHECKPOINTS)?.put(&record, Some(&run.into())).await;
    finish(transaction, written.map(drop).map_err(StoreError::from)).await
}

/// The checkpoint of a run, if it is kept.
///
/// # Errors
/// When the browser refuses.
pub async fn checkpoint(run: &str) -> Result<Option<Vec<u8>>, StoreError> {
    DATABASE.bytes(CHECKPOINTS, run).await
}

/// Forgets the checkpoint of a run.
///
/// # Errors
/// When the browser refuses.
pub async fn discard_checkpoint(run: &str) -> Result<(), StoreError> {
    let transaction = begin(&[CHECKPOINTS], TransactionMode::ReadWrite).await?;
    let written = transaction.store(CHECKPOINTS)?.delete(run.into()).await;
    finish(transaction, written.map_err(StoreError::from)).await
}

/// Asks the browser not to throw this page's storage away when the device is short of room.
pub async fn ask_to_persist() {
    browser::persist_storage().await;
}
