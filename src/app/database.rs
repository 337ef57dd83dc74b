//! The browser's IndexedDB as the labs use it: a connection opened once, and writes that are kept whole or not at all.

use js_sys::{Reflect, Uint8Array};
use rexie::{ObjectStore, Rexie, Transaction, TransactionMode};
use serde::Serialize;
use std::cell::RefCell;
use std::error::Error as _;
use std::rc::Rc;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};

/// Why something could not be kept or read. `Display` is a sentence.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum StoreError {
    #[error("This browser's storage for this page is full.")]
    Full,
    #[error("This browser does not let this page store anything ({0}).")]
    Refused(String),
}

impl From<rexie::Error> for StoreError {
    fn from(error: rexie::Error) -> Self {
        let words = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        // What no one broke off was broken off because there is no room for it.
        let full = ["Quota", "quota", "AbortError"].iter().any(|word| words.contains(word));
        if full { Self::Full } else { Self::Refused(words) }
    }
}

/// A database and what is in it.
pub struct Database {
    pub name: &'static str,
    pub stores: fn() -> Vec<ObjectStore>,
}

/// Open connections by the names of their databases.
type Connections = Vec<(&'static str, Rc<Rexie>)>;

thread_local! {
    /// A gallery asks for many small pictures.
    static CONNECTIONS: RefCell<Connections> = const { RefCell::new(Vec::new()) };
}

impl Database {
    async fn connect(&self) -> Result<Rc<Rexie>, StoreError> {
        let known = |all: &Connections| all.iter().find(|(name, _)| *name == self.name).map(|(_, open)| open.clone());
        if let Some(open) = CONNECTIONS.with_borrow(known) {
            return Ok(open);
        }
        let empty = Rexie::builder(self.name).version(1);
        let builder = (self.stores)().into_iter().fold(empty, |builder, store| builder.add_object_store(store));
        let database = Rc::new(builder.build().await?);
        CONNECTIONS.with_borrow_mut(|all| all.push((self.name, database.clone())));
        Ok(database)
    }

    /// # Errors
    /// When the browser refuses.
    pub async fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction, StoreError> {
        if let Ok(transaction) = self.connect().await?.transaction(stores, mode) {
            return Ok(transaction);
        }
        // The browser closed the connection, as it does when it is short of something: once more with a new one.
        CONNECTIONS.with_borrow_mut(|all| all.retain(|(name, _)| *name != self.name));
        Ok(self.connect().await?.transaction(stores, mode)?)
    }

    /// The member `bytes` of a record, if it is kept.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn bytes(&self, store: &str, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.begin(&[store], TransactionMode::ReadOnly).await?;
        let record = transaction.store(store)?.get(key.into()).await?;
        let bytes = record.and_then(|record| Reflect::get(&record, &"bytes".into()).ok());
        Ok(bytes.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
    }
}

/// Waits until what was written is kept, all or nothing of it. A transaction may still fail after all its requests
/// succeeded: then there was no room for it.
///
/// # Errors
/// Why nothing of it was kept.
pub async fn finish(transaction: Transaction, written: Result<(), StoreError>) -> Result<(), StoreError> {
    if let Err(error) = written {
        // The browser may have done it already.
        transaction.abort().await.ok();
        return Err(error);
    }
    if transaction.done().await?.is_aborted() { Err(StoreError::Full) } else { Ok(()) }
}

/// # Errors
/// When a value cannot be written as a JavaScript object, which is a defect of its type.
pub fn to_js(value: &impl Serialize) -> Result<JsValue, StoreError> {
    serde_wasm_bindgen::to_value(value).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Sets a member of a plain object, which cannot fail.
pub fn set(object: &JsValue, key: &str, value: &JsValue) {
    Reflect::set(object, &key.into(), value).ok();
}
