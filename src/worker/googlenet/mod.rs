//! The lab in which a GoogLeNet learns small pictures: one run at a time, and looks at pictures with any weights.

mod list;
mod loaded;
mod look;
mod run;
mod start;

use super::fetch::Fetcher;
use super::{Input, driver, outbox};
use crate::data::{Manifest, Pictures};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Event, Fault, FaultSite, GooglenetCommand, GooglenetEvent, RequestId, RunState};
use crate::train::googlenet::SiteSet;
use async_channel::Sender;
use burn::tensor::Device;
use loaded::Loaded;
use look::Looking;
use run::{Benchmark, Running};

/// The command with which a host installs a published set.
const INSTALLABLE: (&str, &str) = ("cifar10", "cargo xtask assets fetch cifar10");

/// What arrives from this lab's own tasks.
pub enum Arrived {
    /// From a download, by its number.
    Pictures(u32, Step),
}

/// What a download of pictures sends home.
pub enum Step {
    /// Those of a file. The next ones are sent when this channel was closed: with a whole data set waiting in the queue there
    /// would be two in memory.
    Some(Pictures, Sender<()>),
    All,
    Failed(Fault),
}

pub struct Googlenet {
    queue: Sender<Input>,
    assets: String,
    device: Option<(Device, Backend, usize)>,
    manifest: Option<Manifest>,
    /// The pictures of the newest run.
    pictures: Option<Loaded>,
    run: Option<Running>,
    looking: Looking,
    benchmark: Option<Benchmark>,
    /// Downloads are numbered, so that nothing of one that was given up is taken for another's.
    downloads: u32,
}

fn post(event: GooglenetEvent) {
    outbox::post(Event::Googlenet(event));
}

fn post_with(event: GooglenetEvent, buffers: Vec<Vec<u8>>) {
    outbox::post_with(Event::Googlenet(event), buffers);
}

impl Googlenet {
    pub fn new(queue: Sender<Input>) -> Self {
        Self {
            queue,
            assets: String::new(),
            device: None,
            manifest: None,
            pictures: None,
            run: None,
            looking: Looking::default(),
            benchmark: None,
            downloads: 0,
        }
    }

    /// Tells where assets are and on which device to compute; losses are read back every so many steps.
    pub fn open(&mut self, assets: &str, device: &Device, backend: Backend, read_every: usize) {
        assets.clone_into(&mut self.assets);
        self.device = Some((device.clone(), backend, read_every));
    }

    /// Whether there is something to compute now.
    pub fn working(&self) -> bool {
        self.benchmark.is_some() || self.run.as_ref().is_some_and(|run| run.is_moving() && !run.starved)
    }

    pub async fn obey(&mut self, packet: Packet<GooglenetCommand>) -> Result<(), (FaultSite, Fault)> {
        let site = match request_of(&packet.body) {
            Some(request) => FaultSite::Request(request),
            None => FaultSite::Run,
        };
        self.do_it(packet).await.map_err(|fault| (site, fault))
    }

    async fn do_it(&mut self, packet: Packet<GooglenetCommand>) -> Result<(), Fault> {
        let buffer = packet.buffers.first().map(Vec::as_slice);
        match packet.body {
            GooglenetCommand::List { request } => self.list(request).await,
            GooglenetCommand::Prepare { run, settings } => self.prepare(run, settings, buffer).await,
            GooglenetCommand::Restore { run } => self.restore(run, buffer.unwrap_or_default()).await,
            GooglenetCommand::Train => self.train(),
            GooglenetCommand::Pause => self.pause().await,
            GooglenetCommand::Stop => self.stop().await,
            GooglenetCommand::Rewind { learning_rate } => self.rewind(learning_rate),
            GooglenetCommand::Save => self.save().await,
            GooglenetCommand::Benchmark { request, settings } => self.benchmark(request, &settings),
            GooglenetCommand::Look { .. } => self.look(packet).await,
            GooglenetCommand::Fetch { request, name } => self.fetch(request, &name).await,
            GooglenetCommand::Diverge => {
                self.running()?.session.break_weights();
                Ok(())
            }
        }
    }

    /// What a task of this lab sends home.
    pub fn receive(&mut self, arrived: Arrived) {
        let Arrived::Pictures(download, step) = arrived;
        if self.pictures.as_ref().is_some_and(|pictures| pictures.awaits(download)) {
            self.take_pictures(step);
        } else {
            // Nobody waits for those of a download that was given up.
            self.looking.take_pictures(download, step, &self.queue);
        }
    }

    async fn manifest(&mut self) -> Result<&Manifest, Fault> {
        let manifest = match self.manifest.take() {
            Some(manifest) => manifest,
            None => Fetcher::new(&self.assets)?.manifest().await?,
        };
        Ok(self.manifest.insert(manifest))
    }

    /// The data set with this name.
    async fn set(&mut self, name: &str) -> Result<SiteSet, Fault> {
        let sets = SiteSet::all(self.manifest().await?);
        sets.into_iter().find(|set| set.about.name == name).ok_or_else(|| {
            let command = (name == INSTALLABLE.0).then(|| INSTALLABLE.1.to_owned());
            Fault::DatasetNotInstalled { name: name.to_owned(), command }
        })
    }

    fn running(&mut self) -> Result<&mut Running, Fault> {
        self.run.as_mut().ok_or(Fault::NoRun)
    }

    /// A download under way, or all there: pictures of the run arrive in the queue.
    fn load(&mut self) {
        let Some(pictures) = &mut self.pictures else { return };
        let Some(manifest) = &self.manifest else { return };
        if pictures.complete {
            post(GooglenetEvent::Loaded);
            return;
        }
        let tell = |done, total, images| post(GooglenetEvent::Loading { done, total, images });
        self.downloads += 1;
        if let Err(fault) = pictures.start(self.downloads, manifest, &self.assets, &self.queue, tell) {
            driver::fail(FaultSite::Load, fault);
        }
    }

    /// Ends a download under way; what it brought is in the browser's cache when it begins again.
    fn end_download(&mut self) -> Result<(), Fault> {
        if let Some(pictures) = self.pictures.take_if(|pictures| pictures.is_loading()) {
            let site = pictures.site.clone();
            // Gone before there is room for the others.
            drop(pictures);
            self.pictures = Some(Loaded::new(site, false)?);
            self.run.iter_mut().for_each(|run| run.starved = false);
        }
        Ok(())
    }

    fn take_pictures(&mut self, step: Step) {
        let Some(pictures) = &mut self.pictures else { return };
        match pictures.take(step) {
            Ok(()) => {
                if pictures.complete {
                    post(GooglenetEvent::Loaded);
                }
                if let Some(run) = self.run.as_mut().filter(|run| run.starved) {
                    run.starved = false;
                    let state = run.state;
                    self.tell_state(state);
                }
            }
            Err(fault) => {
                let moving = self.run.as_mut().is_some_and(|run| {
                    run.starved = false;
                    run.is_moving()
                });
                if moving {
                    self.tell_state(RunState::Paused);
                }
                driver::fail(FaultSite::Load, fault);
            }
        }
    }
}

fn request_of(command: &GooglenetCommand) -> Option<RequestId> {
    match command {
        GooglenetCommand::List { request }
        | GooglenetCommand::Benchmark { request, .. }
        | GooglenetCommand::Look { request, .. }
        | GooglenetCommand::Fetch { request, .. } => Some(*request),
        GooglenetCommand::Prepare { .. }
        | GooglenetCommand::Restore { .. }
        | GooglenetCommand::Train
        | GooglenetCommand::Pause
        | GooglenetCommand::Stop
        | GooglenetCommand::Rewind { .. }
        | GooglenetCommand::Save
        | GooglenetCommand::Diverge => None,
    }
}
