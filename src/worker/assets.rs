//! Downloads the data set, shard by shard.

use super::fetch::Fetcher;
use super::{Input, outbox};
use crate::data;
use crate::protocol::catalog::MNIST_TRAIN;
use crate::protocol::{Event, Fault};
use async_channel::Sender;

/// A part of the data set.
pub struct Pictures {
    pub test: bool,
    /// `[n, 28, 28]`
    pub pixels: Vec<u8>,
    pub labels: Vec<u8>,
}

/// A download in progress.
pub struct Download {
    fetcher: Fetcher,
}

impl Download {
    /// Starts fetching everything; pictures arrive in `queue`, in order.
    ///
    /// # Errors
    /// Only in a browser without `AbortController`.
    pub fn start(base: &str, queue: Sender<Input>) -> Result<Self, Fault> {
        let fetcher = Fetcher::new(base)?;
        let download = Self { fetcher: fetcher.clone() };
        wasm_bindgen_futures::spawn_local(async move {
            match all(&fetcher, &queue).await {
                Ok(()) => outbox::post(Event::Loaded),
                Err(fault) => drop(queue.send(Input::LoadFailed(fetcher.why(fault))).await),
            }
        });
        Ok(download)
    }

    pub fn cancel(&self) {
        self.fetcher.cancel();
    }
}

async fn all(fetcher: &Fetcher, queue: &Sender<Input>) -> Result<(), Fault> {
    let manifest = fetcher.manifest().await?;
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
        let raw = fetcher.verified(asset, |done| progress.tell(&asset.path, done)).await?;
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
