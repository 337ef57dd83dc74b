//! Downloads the data set, shard by shard.

use super::fetch::Fetcher;
use super::{Input, outbox};
use crate::data::{self, Digits, Manifest};
use crate::protocol::catalog::MNIST_TRAIN;
use crate::protocol::{Event, Fault};
use async_channel::Sender;
use std::cell::Cell;

/// A part of the data set.
pub struct Pictures {
    pub test: bool,
    pub digits: Digits,
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
    let images = Cell::new(0);
    let tell = |file: &str, done, total| {
        let (file, images) = (file.to_owned(), images.get());
        outbox::post(Event::Loading { file, done, total, images });
    };
    let send = async |pictures: Pictures| {
        images.set(if pictures.test { MNIST_TRAIN } else { images.get() + pictures.digits.len() });
        // The queue is unbounded and its receiver lives as long as the worker.
        drop(queue.try_send(Input::Pictures(pictures)));
    };
    digits(fetcher, &manifest, &files, tell, send).await
}

/// Fetches these files of MNIST, each part's labels before its digits; `send` is given the digits, file by file. `tell`
/// hears of a file how many bytes of all have come.
///
/// # Errors
/// When a file cannot be had, or holds more digits than there are labels.
pub async fn digits(
    fetcher: &Fetcher,
    manifest: &Manifest,
    files: &[String],
    tell: impl Fn(&str, u64, u64),
    send: impl AsyncFn(Pictures),
) -> Result<(), Fault> {
    let assets = files.iter().map(|f| manifest.find(f)).collect::<Result<Vec<_>, _>>()?;
    let total = assets.iter().map(|a| a.bytes).sum();
    let (mut before, mut labels) = (0, Vec::new());
    for asset in assets {
        let raw = fetcher.verified(asset, |done| tell(&asset.path, before + done, total)).await?;
        before += asset.bytes;
        if asset.path.contains("labels") {
            labels = data::read_labels(&asset.path, &raw)?;
        } else {
            let pixels = data::read_images(&asset.path, &raw)?;
            let count = pixels.len() / data::PIXELS;
            if count > labels.len() {
                let reason = format!("it has {count} pictures for {} labels", labels.len());
                return Err(Fault::BadFile { name: asset.path.clone(), at_byte: 4, reason });
            }
            let labels = labels.drain(..count).collect();
            send(Pictures { test: asset.path.contains("/test-"), digits: Digits { pixels, labels } }).await;
        }
        tell(&asset.path, before, total);
    }
    Ok(())
}
