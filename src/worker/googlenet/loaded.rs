//! The pictures of a data set, as far as they are here, and the download of the others.

use super::{Arrived, Step};
use crate::data::{Manifest, Pictures, read_pixels};
use crate::protocol::Fault;
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;
use crate::train::googlenet::{Sets, SiteSet};
use crate::worker::fetch::Fetcher;
use crate::worker::{Input, assets};
use async_channel::{Receiver, Sender};
use std::cell::Cell;

/// Larger sets are refused: beside them there must be room for training, in the 4 GB that a module can have at most.
const MOST_BYTES: usize = 768 << 20;

/// Pictures in memory, a byte a value. Dropping it ends its download.
pub struct Loaded {
    pub site: SiteSet,
    pub train: Pictures,
    pub validation: Pictures,
    /// Nothing is to be learned from them: only the validated ones are fetched, where they have files of their own.
    only_validation: bool,
    pub complete: bool,
    /// Its number, while it is under way.
    download: Option<(u32, Fetcher)>,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Loaded {
    /// Nothing yet.
    ///
    /// # Errors
    /// When the set is too large.
    pub fn new(site: SiteSet, only_validation: bool) -> Result<Self, Fault> {
        let only_validation = only_validation && site.validation_from < site.files.len();
        let none = Pictures::new(SIDE, SIDE);
        let pictures = site.set.validation + if only_validation { 0 } else { site.set.train };
        let bytes = pictures.saturating_mul(none.stride());
        if bytes > MOST_BYTES {
            let (bytes, most) = (bytes >> 20, MOST_BYTES >> 20);
            let reason = format!("the pictures take {bytes} MB of memory, and {most} MB are the most");
            return Err(Fault::BadSettings { reason });
        }
        let (train, validation) = (none.clone(), none);
        Ok(Self { site, train, validation, only_validation, complete: false, download: None })
    }

    /// As a session takes them.
    pub fn sets(&self) -> Sets<'_> {
        Sets { train: &self.train, validation: &self.validation }
    }

    /// Whether this download is its own.
    pub fn awaits(&self, download: u32) -> bool {
        self.download.as_ref().is_some_and(|(number, _)| *number == download)
    }

    /// Whether something is still to arrive.
    pub fn is_loading(&self) -> bool {
        self.download.is_some()
    }

    /// Starts fetching what there is, unless it is under way; `tell` hears of bytes done, bytes in all, and pictures.
    ///
    /// # Errors
    /// Only in a browser without `AbortController`.
    pub fn start(
        &mut self,
        number: u32,
        manifest: &Manifest,
        base: &str,
        queue: &Sender<Input>,
        tell: impl Fn(u64, u64, usize) + 'static,
    ) -> Result<(), Fault> {
        if self.download.is_some() {
            return Ok(());
        }
        let fetcher = Fetcher::new(base)?;
        self.download = Some((number, fetcher.clone()));
        let (train, validation) = (&mut self.train, &mut self.validation);
        // All at once: a vector that grows needs twice as much for a moment.
        let wanted = if self.only_validation { 0 } else { self.site.set.train };
        train.pixels.reserve_exact(wanted * train.stride());
        validation.pixels.reserve_exact(self.site.set.validation * validation.stride());
        let first = if self.only_validation { self.site.validation_from } else { 0 };
        let (site, manifest, queue) = (self.site.clone(), manifest.clone(), queue.clone());
        // The queue is unbounded and its receiver lives as long as the worker.
        let send = move |step| drop(queue.try_send(Input::Googlenet(Arrived::Pictures(number, step))));
        wasm_bindgen_futures::spawn_local(async move {
            let outcome = all(&fetcher, &manifest, &site, &site.files[first..], &tell, &send).await;
            send(match outcome {
                Ok(()) => Step::All,
                Err(fault) => Step::Failed(fetcher.why(fault)),
            });
        });
        Ok(())
    }

    /// Takes what its download sends. After a failure it is as if nothing had been fetched.
    ///
    /// # Errors
    /// When the download failed, or there are not as many pictures as was promised.
    pub fn take(&mut self, step: Step) -> Result<(), Fault> {
        let outcome = match step {
            Step::Some(pictures, taken) if self.only_validation => {
                taken.close();
                self.validation.push(&pictures.pixels, &pictures.labels);
                return Ok(());
            }
            Step::Some(pictures, taken) => {
                taken.close();
                self.site.set.deal(&pictures, &mut self.train, &mut self.validation);
                return Ok(());
            }
            Step::All => self.counted(),
            Step::Failed(fault) => Err(fault),
        };
        self.download = None;
        self.complete = outcome.is_ok();
        if outcome.is_err() {
            (self.train, self.validation) = (Pictures::new(SIDE, SIDE), Pictures::new(SIDE, SIDE));
        }
        outcome
    }

    fn counted(&self) -> Result<(), Fault> {
        let set = &self.site.set;
        let promised = [if self.only_validation { 0 } else { set.train }, set.validation];
        let [got, expected] = [[self.train.len(), self.validation.len()], promised]
            .map(|[train, validation]| format!("{train} pictures to learn from and {validation} to validate"));
        if got == expected {
            return Ok(());
        }
        let reason = format!("its files hold {got}, not {expected}");
        Err(Fault::WrongAsset { name: self.site.about.title.clone(), reason })
    }

    fn cancel(&self) {
        if let Some((_, fetcher)) = &self.download {
            fetcher.cancel();
        }
    }
}

async fn all(
    fetcher: &Fetcher,
    manifest: &Manifest,
    site: &SiteSet,
    files: &[String],
    tell: &impl Fn(u64, u64, usize),
    send: &impl Fn(Step),
) -> Result<(), Fault> {
    let images = Cell::new(0);
    let untaken = Cell::new(None::<Receiver<()>>);
    let ready = async |pictures: Pictures| {
        if let Some(untaken) = untaken.take() {
            // Nothing ever comes: this is the end of the waiting, and an error to `recv`.
            let _closed = untaken.recv().await;
        }
        images.set(images.get() + pictures.len());
        let (taken, wait) = async_channel::bounded(1);
        untaken.set(Some(wait));
        send(Step::Some(pictures, taken));
    };
    if site.digits {
        let tell = |_: &str, done, total| tell(done, total, images.get());
        return assets::digits(fetcher, manifest, files, tell, async |part| ready(part.digits.to_pictures()).await)
            .await;
    }
    let assets = files.iter().map(|path| manifest.find(path)).collect::<Result<Vec<_>, _>>()?;
    let total = assets.iter().map(|asset| asset.bytes).sum();
    let mut before = 0;
    for asset in assets {
        let bytes = fetcher.verified(asset, |done| tell(before + done, total, images.get())).await?;
        before += asset.bytes;
        ready(read_pixels(&asset.path, &bytes, [SIDE, SIDE], site.set.classes.len())?).await;
        tell(before, total, images.get());
    }
    Ok(())
}
