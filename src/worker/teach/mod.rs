//! The lab that is taught a visitor’s own pictures: collecting, and one run at a time.

mod answers;
mod backbones;
mod collect;
mod export;
mod opening;
mod run;

pub use collect::Collector;

use super::fetch::Fetcher;
use super::{Input, outbox};
use crate::data::Manifest;
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Event, Fault, FaultSite, RequestId, RunId, RunState, TeachCommand, TeachEvent};
use crate::train::taught::{Familiarity, Model, TaughtSession};
use async_channel::Sender;
use burn::tensor::Device;
use opening::{Loaded, Opening};
use web_sys::Blob;
use web_time::Instant;

pub struct Teach {
    queue: Sender<Input>,
    assets: String,
    device: Option<(Device, Backend, usize)>,
    manifest: Option<Manifest>,
    collector: Collector,
    /// The backbone last fetched.
    loaded: Option<Loaded>,
    /// A run that waits for its backbone.
    opening: Option<Opening>,
    run: Option<Running>,
    /// An exported network that answers instead of the run's, until there is another run.
    used: Option<Model>,
}

/// The run there is.
struct Running {
    id: RunId,
    session: TaughtSession,
    state: RunState,
    /// The pictures, by place.
    blobs: Vec<Blob>,
    familiarity: Option<Familiarity>,
    /// Features for the familiarity, while they are computed: of the part learned from, then of the validated one.
    calibration: Option<run::Calibration>,
    /// Whether the pictures are those it learned from.
    same_pictures: bool,
    last_news: Instant,
    last_save: Instant,
}

fn post(event: TeachEvent) {
    outbox::post(Event::Teach(event));
}

fn post_with(event: TeachEvent, buffers: Vec<Vec<u8>>) {
    outbox::post_with(Event::Teach(event), buffers);
}

impl Teach {
    pub fn new(queue: Sender<Input>) -> Self {
        Self {
            queue,
            assets: String::new(),
            device: None,
            manifest: None,
            collector: Collector::default(),
            loaded: None,
            opening: None,
            run: None,
            used: None,
        }
    }

    /// Tells where assets are and on which device to compute; losses are read back every so many steps.
    pub fn open(&mut self, assets: &str, device: &Device, backend: Backend, read_every: usize) {
        assets.clone_into(&mut self.assets);
        self.device = Some((device.clone(), backend, read_every));
        self.collector.open(assets);
    }

    /// Whether the run has something to do now.
    pub fn working(&self) -> bool {
        self.run.as_ref().is_some_and(|run| matches!(run.state, RunState::Training | RunState::Testing))
    }

    pub async fn obey(&mut self, packet: Packet<TeachCommand>) -> Result<(), (FaultSite, Fault)> {
        let site = match request_of(&packet.body) {
            Some(request) => FaultSite::Request(request),
            None => FaultSite::Run,
        };
        self.do_it(packet).await.map_err(|fault| (site, fault))
    }

    async fn do_it(&mut self, packet: Packet<TeachCommand>) -> Result<(), Fault> {
        let Packet { body, buffers, blobs } = packet;
        match body {
            TeachCommand::List { request } => {
                let manifest = self.manifest().await?;
                let (backbones, sets) = (backbones::backbones(manifest), backbones::sets(manifest));
                post(TeachEvent::Listed { request, backbones, sets });
                Ok(())
            }
            TeachCommand::Prepare { run, settings, classes, pictures } => {
                let ask = opening::Ask { run, settings, classes, pictures, blobs, earlier: None, resume: false };
                self.prepare(ask, buffers.first().map(Vec::as_slice)).await
            }
            TeachCommand::Restore { run, classes, pictures } => {
                let settings = Default::default();
                let ask = opening::Ask { run, settings, classes, pictures, blobs, earlier: None, resume: true };
                self.prepare(ask, buffers.first().map(Vec::as_slice)).await
            }
            TeachCommand::Train => self.train(),
            TeachCommand::Pause => self.pause().await,
            TeachCommand::Stop => self.stop(),
            TeachCommand::Rewind { learning_rate } => self.rewind(learning_rate),
            TeachCommand::Save => self.save().await,
            TeachCommand::Diverge => {
                self.running()?.session.break_weights();
                Ok(())
            }
            TeachCommand::Classify { request, side, explain } => {
                self.classify(request, side, explain, buffers, blobs).await
            }
            TeachCommand::Export { request, what, name } => self.export(request, what, &name).await,
            TeachCommand::Use { request, name } => {
                self.use_file(request, &name, buffers.first().map(Vec::as_slice).unwrap_or_default())
            }
            body => match request_of(&body) {
                Some(request) => self.collector.obey(request, body, blobs).await,
                // Only `CancelCollect` is left.
                None => self.collector.obey(0, body, blobs).await,
            },
        }
    }

    async fn manifest(&mut self) -> Result<&Manifest, Fault> {
        let manifest = match self.manifest.take() {
            Some(manifest) => manifest,
            None => Fetcher::new(&self.assets)?.manifest().await?,
        };
        Ok(self.manifest.insert(manifest))
    }

    fn running(&mut self) -> Result<&mut Running, Fault> {
        self.run.as_mut().ok_or(Fault::NoRun)
    }
}

fn request_of(command: &TeachCommand) -> Option<RequestId> {
    match command {
        TeachCommand::List { request }
        | TeachCommand::Scale { request, .. }
        | TeachCommand::Unzip { request, .. }
        | TeachCommand::Dataset { request, .. }
        | TeachCommand::Generate { request, .. }
        | TeachCommand::Zip { request, .. }
        | TeachCommand::Preview { request, .. }
        | TeachCommand::Classify { request, .. }
        | TeachCommand::Export { request, .. }
        | TeachCommand::Use { request, .. } => Some(*request),
        TeachCommand::CancelCollect
        | TeachCommand::Prepare { .. }
        | TeachCommand::Restore { .. }
        | TeachCommand::Train
        | TeachCommand::Pause
        | TeachCommand::Stop
        | TeachCommand::Rewind { .. }
        | TeachCommand::Save
        | TeachCommand::Diverge => None,
    }
}
