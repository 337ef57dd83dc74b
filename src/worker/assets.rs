//! Downloads the data set: shard by shard, checked against the manifest, cached, retried, cancellable.

use super::{Input, outbox, scope};
use crate::data::{self, Asset, Manifest};
use crate::protocol::catalog::MNIST_TRAIN;
use crate::protocol::{Event, Fault};
use async_channel::Sender;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Cache, ReadableStreamDefaultReader, RequestInit, Response};

/// A part of the data set.
pub struct Pictures {
    pub test: bool,
    /// `[n, 28, 28]`
    pub pixels: Vec<u8>,
    pub labels: Vec<u8>,
}

/// The manifest is small; a larger one is not ours.
const MANIFEST_BYTES: u64 = 1 << 20;
const TRIES: u32 = 3;

/// A download in progress.
pub struct Download {
    abort: AbortController,
}

impl Download {
    /// Starts fetching everything; pictures arrive in `queue`, in order.
    ///
    /// # Errors
    /// Only in a browser without `AbortController`.
    pub fn start(base: String, queue: Sender<Input>) -> Result<Self, Fault> {
        let abort = AbortController::new().map_err(|e| in_words("download", &e))?;
        let fetcher = Fetcher { base, abort: abort.clone() };
        wasm_bindgen_futures::spawn_local(async move {
            let outcome = match fetcher.all(&queue).await {
                Err(_) if fetcher.abort.signal().aborted() => Err(Fault::Cancelled),
                other => other,
            };
            match outcome {
                Ok(()) => outbox::post(Event::Loaded),
                Err(fault) => drop(queue.send(Input::LoadFailed(fault)).await),
            }
        });
        Ok(Self { abort })
    }

    pub fn cancel(&self) {
        self.abort.abort();
    }
}

struct Fetcher {
    /// Absolute URL ending in `/`.
    base: String,
    abort: AbortController,
}

impl Fetcher {
    async fn all(&self, queue: &Sender<Input>) -> Result<(), Fault> {
        let bytes = self.stream("manifest.json", MANIFEST_BYTES, |_| ()).await?;
        let manifest = Manifest::parse(&bytes)?;
        let files: Vec<String> = [
            vec![data::TRAIN_LABELS.to_owned()],
            data::train_shards(),
            vec![data::TEST_LABELS.to_owned()],
            data::test_shards(),
        ]
        .concat();
        let assets = files.iter().map(|f| manifest.find(f)).collect::<Result<Vec<_>, _>>()?;
        let mut progress = Progress { done: 0, total: assets.iter().map(|a| a.bytes).sum(), images: 0 };
        let mut labels = Vec::new();
        for asset in assets {
            let raw = self.verified(asset, &progress).await?;
            progress.done += asset.bytes;
            let test = asset.path.contains("/test-");
            if asset.path.contains("labels") {
                labels = data::read_labels(&asset.path, &raw)?;
            } else {
                let pixels = data::read_images(&asset.path, &raw)?;
                let count = pixels.len() / (28 * 28);
                if count > labels.len() {
                    let reason = format!("it has {count} pictures for {} labels", labels.len());
                    return Err(Fault::BadFile { name: asset.path.clone(), at_byte: 4, reason });
                }
                let own = labels.drain(..count).collect();
                progress.images = if test { MNIST_TRAIN } else { progress.images + count };
                // The receiver lives as long as the worker.
                drop(queue.send(Input::Pictures(Pictures { test, pixels, labels: own })).await);
            }
            progress.tell(&asset.path, 0);
        }
        Ok(())
    }

    /// One file whose length and hash are what the manifest says, from the cache where it is there.
    async fn verified(&self, asset: &Asset, progress: &Progress) -> Result<Vec<u8>, Fault> {
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
        let bytes = loop {
            let tried = self.stream(&asset.path, asset.bytes, |done| progress.tell(&asset.path, done)).await;
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
            if let Ok(response) = Response::new_with_opt_buffer_source(Some(&Uint8Array::from(bytes.as_slice()))) {
                drop(JsFuture::from(cache.put_with_str(&key, &response)).await);
            }
        }
        Ok(bytes)
    }

    /// Downloads one file, at most `limit` bytes of it, telling how far it is.
    async fn stream(&self, path: &str, limit: u64, mut tell: impl FnMut(u64)) -> Result<Vec<u8>, Fault> {
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
        let mut bytes = Vec::new();
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
            bytes.extend(part.to_vec());
            tell(bytes.len() as u64);
        }
    }

    async fn abort_reading(&self, reader: &ReadableStreamDefaultReader) {
        drop(JsFuture::from(reader.cancel()).await);
    }
}

struct Progress {
    done: u64,
    total: u64,
    images: usize,
}

impl Progress {
    fn tell(&self, file: &str, more: u64) {
        outbox::post(Event::Loading {
            file: file.to_owned(),
            done: self.done + more,
            total: self.total,
            images: self.images,
        });
    }
}

/// The browser's cache for this site; absent on plain http from another machine.
async fn open_cache() -> Option<Cache> {
    let caches = scope().caches().ok().filter(|c| !c.is_undefined())?;
    Some(JsFuture::from(caches.open("receptive-assets")).await.ok()?.unchecked_into())
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
