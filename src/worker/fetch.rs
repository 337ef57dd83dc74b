//! Fetches static assets: checked against the manifest, cached, retried, cancellable.

use super::scope;
use crate::data::{Asset, Manifest};
use crate::protocol::Fault;
use crate::protocol::wire::DOWNLOADS;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Cache, ReadableStreamDefaultReader, RequestInit, Response};

/// The manifest is small; a larger one is not ours.
const MANIFEST_BYTES: u64 = 1 << 20;
const TRIES: u32 = 3;
/// The most memory a promise alone can claim; no file of ours is larger.
const RESERVED: u64 = 16 << 20;

/// Fetches files of this site until it is aborted.
#[derive(Clone)]
pub struct Fetcher {
    /// Absolute URL ending in `/`.
    base: String,
    abort: AbortController,
}

impl Fetcher {
    /// # Errors
    /// Only in a browser without `AbortController`.
    pub fn new(base: &str) -> Result<Self, Fault> {
        let abort = AbortController::new().map_err(|e| in_words("download", &e))?;
        Ok(Self { base: base.to_owned(), abort })
    }

    /// Ends everything under way; what is asked for later fails at once.
    pub fn cancel(&self) {
        self.abort.abort();
    }

    /// A failure, or that it was wanted.
    pub fn why(&self, fault: Fault) -> Fault {
        if self.abort.signal().aborted() { Fault::Cancelled } else { fault }
    }

    /// What this site has.
    ///
    /// # Errors
    /// When it cannot be downloaded or read.
    pub async fn manifest(&self) -> Result<Manifest, Fault> {
        let bytes = self.stream("manifest.json", MANIFEST_BYTES, &mut |_| ()).await?;
        Ok(Manifest::parse(&bytes)?)
    }

    /// One file whose length and hash are what the manifest says, from the cache where it is there.
    /// `tell` hears how many bytes have come.
    ///
    /// # Errors
    /// When it cannot be downloaded, or is not what the manifest says, after three tries.
    pub async fn verified(&self, asset: &Asset, mut tell: impl FnMut(u64)) -> Result<Vec<u8>, Fault> {
        // The hash is part of the cache's key, so a changed file is never mistaken for the old one.
        let key = format!("{}{}?sha256={}", self.base, asset.path, asset.sha256);
        let cache = open_cache().await;
        if let Some(cache) = &cache
            && let Some(bytes) = cached(cache, &key).await
        {
            if asset.verify(&bytes).is_ok() {
                return Ok(bytes);
            }
            drop(JsFuture::from(cache.delete_with_str(&key)).await);
        }
        let mut attempt = 1;
        let mut bytes = loop {
            let tried = self.stream(&asset.path, asset.bytes, &mut tell).await;
            let checked = tried.and_then(|bytes| asset.verify(&bytes).map(|()| bytes).map_err(Fault::from));
            match checked {
                Ok(bytes) => break bytes,
                Err(fault) if attempt == TRIES || self.abort.signal().aborted() => return Err(fault),
                Err(_) => gloo::timers::future::TimeoutFuture::new(400 * attempt).await,
            }
            attempt += 1;
        };
        if let Some(cache) = &cache {
            // A full cache costs the next visit a download, nothing more.
            // The browser copies from our memory itself: one copy less for its collector to find later.
            if let Ok(response) = Response::new_with_opt_u8_array(Some(&mut bytes)) {
                drop(JsFuture::from(cache.put_with_str(&key, &response)).await);
            }
        }
        Ok(bytes)
    }

    /// A file of the page itself, which is not in the manifest: whoever could change it could change this code too.
    ///
    /// # Errors
    /// When it cannot be downloaded, or is longer than `limit` bytes.
    pub async fn file(&self, path: &str, limit: u64) -> Result<Vec<u8>, Fault> {
        self.stream(path, limit, &mut |_| ()).await
    }

    /// Downloads one file, at most `limit` bytes of it, telling how far it is.
    async fn stream(&self, path: &str, limit: u64, tell: &mut dyn FnMut(u64)) -> Result<Vec<u8>, Fault> {
        let broken = |e: JsValue| in_words(path, &e);
        let options = RequestInit::new();
        options.set_signal(Some(&self.abort.signal()));
        let url = format!("{}{path}", self.base);
        let response: Response =
            JsFuture::from(scope().fetch_with_str_and_init(&url, &options)).await.map_err(broken)?.unchecked_into();
        if !response.ok() {
            let reason = format!("the server answered {}", response.status());
            return Err(Fault::AssetMissing { name: path.to_owned(), reason });
        }
        // Room for all of it at once: a vector that grows would need up to three times as much.
        let mut bytes = Vec::with_capacity(limit.min(RESERVED) as usize);
        let Some(body) = response.body() else { return Ok(bytes) };
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
            let get = |key: &str| js_sys::Reflect::get(&chunk, &JsValue::from_str(key));
            if get("done").map_err(broken)?.is_truthy() {
                return Ok(bytes);
            }
            let part: Uint8Array = get("value").map_err(broken)?.unchecked_into();
            if bytes.len() as u64 + u64::from(part.length()) > limit {
                self.abort_reading(&reader).await;
                let reason = format!("it is longer than the {limit} bytes promised");
                return Err(Fault::WrongAsset { name: path.to_owned(), reason });
            }
            let before = bytes.len();
            bytes.resize(before + part.length() as usize, 0);
            part.copy_to(&mut bytes[before..]);
            tell(bytes.len() as u64);
        }
    }

    async fn abort_reading(&self, reader: &ReadableStreamDefaultReader) {
        drop(JsFuture::from(reader.cancel()).await);
    }
}

/// The browser's cache for this site; absent on plain http from another machine.
async fn open_cache() -> Option<Cache> {
    let caches = scope().caches().ok().filter(|c| !c.is_undefined())?;
    Some(JsFuture::from(caches.open(DOWNLOADS)).await.ok()?.unchecked_into())
}

async fn cached(cache: &Cache, key: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

fn in_words(name: &str, error: &JsValue) -> Fault {
    let message = error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |e| e.message().into());
    Fault::AssetMissing { name: name.to_owned(), reason: message }
}
