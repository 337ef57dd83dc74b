//! Which data sets and finished runs this site has, and the weights of the latter.

use super::{Googlenet, post, post_with};
use crate::data::{InstalledRun, Manifest, RunRecord, unpack_weights};
use crate::protocol::{Event, Fault, FaultSite, FinishedRun, GooglenetEvent, RequestId};
use crate::train::googlenet::SiteSet;
use crate::worker::fetch::Fetcher;
use crate::worker::outbox;

impl Googlenet {
    pub(super) async fn list(&mut self, request: RequestId) -> Result<(), Fault> {
        let fetcher = Fetcher::new(&self.assets)?;
        let manifest = self.manifest().await?;
        let sets = SiteSet::all(manifest).into_iter().map(|set| set.about).collect();
        let mut finished = Vec::new();
        for run in &manifest.runs {
            // The lab is of use without those whose record cannot be had.
            finished.extend(described(&fetcher, manifest, run).await.ok());
        }
        post(GooglenetEvent::Listed { request, sets, finished });
        Ok(())
    }

    /// Starts fetching the weights of a finished run, which answers the request.
    pub(super) async fn fetch(&mut self, request: RequestId, name: &str) -> Result<(), Fault> {
        let fetcher = Fetcher::new(&self.assets)?;
        let manifest = self.manifest().await?.clone();
        let run = manifest.runs.iter().find(|run| run.name == name).cloned();
        let run = run.ok_or_else(|| Fault::NotInstalled { network: name.to_owned(), command: None })?;
        wasm_bindgen_futures::spawn_local(async move {
            match weights(&fetcher, &manifest, &run, request).await {
                Ok(file) => post_with(GooglenetEvent::Fetched { request, name: run.name }, vec![file]),
                Err(fault) => outbox::post(Event::Failed { at: FaultSite::Request(request), fault }),
            }
        });
        Ok(())
    }
}

async fn described(fetcher: &Fetcher, manifest: &Manifest, run: &InstalledRun) -> Result<FinishedRun, Fault> {
    let file = fetcher.verified(manifest.find(&run.record)?, |_| ()).await?;
    let RunRecord { settings, classes, history } = RunRecord::parse(&run.record, &file)?;
    let bytes = bytes_of(manifest, run)?;
    let InstalledRun { name, title, made, lossy, epoch, .. } = run.clone();
    Ok(FinishedRun { name, title, made, lossy, classes, settings, history, epoch, bytes })
}

/// Of its weights, to download.
fn bytes_of(manifest: &Manifest, run: &InstalledRun) -> Result<u64, Fault> {
    let pieces = run.weights.iter().map(|path| manifest.find(path));
    Ok(pieces.map(|piece| piece.map(|piece| piece.bytes)).sum::<Result<_, _>>()?)
}

async fn weights(
    fetcher: &Fetcher,
    manifest: &Manifest,
    run: &InstalledRun,
    request: RequestId,
) -> Result<Vec<u8>, Fault> {
    let (mut packed, total) = (Vec::new(), bytes_of(manifest, run)?);
    for path in &run.weights {
        let before = packed.len() as u64;
        let tell = |done| post(GooglenetEvent::Fetching { request, done: before + done, total });
        packed.extend(fetcher.verified(manifest.find(path)?, tell).await?);
    }
    Ok(unpack_weights(&run.title, &packed)?)
}
