//! The visitor's own photo, kept in the browser's IndexedDB so that a reload does not lose it.
//!
//! Only the tab that kept it takes it up again: the next pupil at the same tablet does not see it.

use crate::app::browser;
use js_sys::{Array, Uint8Array};
use rexie::{ObjectStore, Rexie, Store, Transaction, TransactionMode};
use wasm_bindgen::JsCast;

/// A database of its own: a new version of the one with the runs would have to wait for every open tab.
const DATABASE: &str = "receptive-photo";
const STORE: &str = "photo";
/// One photo is kept, as `[tab, name, bytes]`.
const KEY: &str = "newest";
/// Where a tab remembers which photo is its own.
const MEMORY: &str = "receptive.inside.photo";

async fn open(mode: TransactionMode) -> Result<(Rexie, Transaction, Store), rexie::Error> {
    let database = Rexie::builder(DATABASE).version(1).add_object_store(ObjectStore::new(STORE)).build().await?;
    let transaction = database.transaction(&[STORE], mode)?;
    let store = transaction.store(STORE)?;
    Ok((database, transaction, store))
}

/// Keeps this photo instead of the one before.
///
/// # Errors
/// When the browser refuses or is full; a reload begins with a sample then.
pub async fn keep(name: &str, bytes: &[u8]) -> Result<(), rexie::Error> {
    let tab = format!("{}-{}", browser::now(), browser::random_below(1_000_000));
    let record = Array::of3(&tab.as_str().into(), &name.into(), &Uint8Array::from(bytes));
    let (database, transaction, store) = open(TransactionMode::ReadWrite).await?;
    store.put(&record, Some(&KEY.into())).await?;
    transaction.done().await?;
    database.close();
    browser::remember_in_tab(MEMORY, Some(&tab));
    Ok(())
}

/// Whether this tab kept a photo.
pub fn is_kept() -> bool {
    browser::remembered_in_tab(MEMORY).is_some()
}

/// Name and bytes of the photo that this tab kept; `None` also where the browser refuses.
pub async fn kept() -> Option<(String, Vec<u8>)> {
    let tab = browser::remembered_in_tab(MEMORY)?;
    let (database, transaction, store) = open(TransactionMode::ReadOnly).await.ok()?;
    let record: Array = store.get(KEY.into()).await.ok()??.dyn_into().ok()?;
    transaction.done().await.ok()?;
    database.close();
    let own = record.get(0).as_string()? == tab;
    let bytes: Uint8Array = record.get(2).dyn_into().ok()?;
    own.then_some((record.get(1).as_string()?, bytes.to_vec()))
}

/// Lets go of it: something else was chosen.
pub async fn forget() -> Result<(), rexie::Error> {
    browser::remember_in_tab(MEMORY, None);
    let (database, transaction, store) = open(TransactionMode::ReadWrite).await?;
    store.delete(KEY.into()).await?;
    transaction.done().await?;
    database.close();
    Ok(())
}
