//! From files to pictures that are kept: decoded, scaled, named, one after the other, beside whatever else the worker does.
//!
//! A collection is a task of its own. It gives way at every picture, because the browser decodes and encodes elsewhere,
//! so that a run goes on training meanwhile.

mod encode;
mod job;
mod pack;
mod sources;

use crate::protocol::{Fault, FaultSite, RequestId, TeachCommand};
use crate::worker::driver;
use crate::worker::fetch::Fetcher;
use job::{Job, Stop};
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Blob;

/// Carries out what has to do with collecting pictures.
#[derive(Default)]
pub struct Collector {
    assets: String,
    /// How often it was asked to stop.
    stops: Rc<Cell<u32>>,
    /// Of the data set that is collected.
    fetcher: Option<Fetcher>,
}

impl Collector {
    /// Tells where assets are.
    pub fn open(&mut self, assets: &str) {
        assets.clone_into(&mut self.assets);
    }

    /// Begins what is asked for; its events follow.
    ///
    /// # Errors
    /// Where it cannot even be begun. What goes wrong later is told with the same request.
    pub async fn obey(&mut self, request: RequestId, body: TeachCommand, blobs: Vec<Blob>) -> Result<(), Fault> {
        let file = blobs.first().cloned().ok_or_else(|| Fault::Internal { message: "no file came along".to_owned() });
        match body {
            TeachCommand::Scale { names, .. } => {
                self.start(request, async move |job: &mut Job| sources::files(job, &names, &blobs).await)
            }
            TeachCommand::Unzip { name, .. } => {
                let file = file?;
                self.start(request, async move |job: &mut Job| sources::archive(job, &name, file).await)
            }
            TeachCommand::Dataset { name, .. } => {
                let fetcher = Fetcher::new(&self.assets)?;
                self.fetcher = Some(fetcher.clone());
                self.start(request, async move |job: &mut Job| sources::dataset(job, &name, &fetcher).await)
            }
            TeachCommand::Generate { per_class, seed, .. } => {
                self.start(request, async move |job: &mut Job| sources::textures(job, per_class, seed).await)
            }
            TeachCommand::CancelCollect => {
                self.stops.set(self.stops.get().wrapping_add(1));
                if let Some(fetcher) = self.fetcher.take() {
                    fetcher.cancel();
                }
                Ok(())
            }
            TeachCommand::Zip { project, names, .. } => {
                wasm_bindgen_futures::spawn_local(async move {
                    if let Err(fault) = pack::zip(request, &project, &names, &blobs).await {
                        driver::fail(FaultSite::Request(request), fault);
                    }
                });
                Ok(())
            }
            TeachCommand::Preview { augmentation, mask, seed, .. } => {
                pack::preview(request, &file?, &augmentation, mask, seed).await
            }
            _ => Err(Fault::Internal { message: "this does not collect pictures".to_owned() }),
        }
    }

    /// Begins a task that ends with `Collected`, or with a fault; what it told before stays.
    fn start<Work>(&self, request: RequestId, work: Work) -> Result<(), Fault>
    where
        Work: AsyncFnOnce(&mut Job) -> Result<Vec<String>, Fault> + 'static,
    {
        let mut job = Job::new(request, Stop::new(&self.stops))?;
        wasm_bindgen_futures::spawn_local(async move {
            match work(&mut job).await {
                Ok(classes) => job.finish(classes),
                // A download that was broken off.
                Err(_) if job.stopped() => job.finish(Vec::new()),
                Err(fault) => driver::fail(FaultSite::Request(request), fault),
            }
        });
        Ok(())
    }
}
