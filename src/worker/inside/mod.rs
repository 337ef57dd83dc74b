//! The lab that looks inside a network: one network, one photo, and questions about both.
//!
//! Downloads arrive in the driver's queue, and the photo goes through the network one layer at a time between two
//! looks at that queue, so a question never waits for more than a layer.

mod answers;
mod formula;
mod list;

use super::fetch::Fetcher;
use super::weights::{self, Weights};
use super::{Input, driver, outbox};
use crate::data::{InstalledNetwork, Manifest, Rgb};
use crate::models::architecture::Architecture;
use crate::models::{Network, Pass, architecture};
use crate::protocol::wire::Packet;
use crate::protocol::{Event, Fault, FaultSite, Group, InsideCommand, InsideEvent, LayerInfo, RequestId};
use async_channel::Sender;
use burn::tensor::{Device, Tensor, TensorData};
use web_time::Instant;

pub(super) use list::command;

/// What arrives from this lab's own tasks.
pub enum Arrived {
    Weights(RequestId, Weights),
}

/// The network being looked into.
struct Current {
    about: InstalledNetwork,
    network: Network,
    classes: Vec<String>,
}

/// The photo being looked at.
struct Photo {
    request: RequestId,
    rgb: Rgb,
    /// Milliseconds for decoding and cutting it.
    prepared: f64,
}

/// A download under way.
struct Opening {
    request: RequestId,
    group: Group,
    fetcher: Fetcher,
}

pub struct Inside {
    queue: Sender<Input>,
    assets: String,
    device: Option<Device>,
    manifest: Option<Manifest>,
    current: Option<Current>,
    opening: Option<Opening>,
    photo: Option<Photo>,
    /// The photo on its way through the network.
    pass: Option<Pass>,
    /// Nothing more can be computed until weights or another photo arrive.
    at_rest: bool,
    /// Milliseconds spent computing layers of this pass.
    spent: f64,
    /// The same up to each layer, where it is known.
    spent_until: Vec<Option<f64>>,
    /// Which layer is looked at, and who asked.
    looked_at: Option<(RequestId, String)>,
}

fn post(event: InsideEvent) {
    outbox::post(Event::Inside(event));
}

fn post_with(event: InsideEvent, buffers: Vec<Vec<u8>>) {
    outbox::post_with(Event::Inside(event), buffers);
}

/// The bytes of f32 values, to be transferred.
fn bytes(values: &[f32]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}

impl Inside {
    pub fn new(queue: Sender<Input>) -> Self {
        Self {
            queue,
            assets: String::new(),
            device: None,
            manifest: None,
            current: None,
            opening: None,
            photo: None,
            pass: None,
            at_rest: true,
            spent: 0.0,
            spent_until: Vec::new(),
            looked_at: None,
        }
    }

    /// Tells where assets are and on which device to compute.
    pub fn open(&mut self, assets: &str, device: &Device) {
        assets.clone_into(&mut self.assets);
        self.device = Some(device.clone());
    }

    /// Whether there is a layer to compute now.
    pub fn working(&self) -> bool {
        !self.at_rest
    }

    pub async fn obey(&mut self, packet: Packet<InsideCommand>) -> Result<(), (FaultSite, Fault)> {
        let request = request_of(&packet.body);
        self.do_it(packet).await.map_err(|fault| (FaultSite::Request(request), fault))
    }

    async fn do_it(&mut self, packet: Packet<InsideCommand>) -> Result<(), Fault> {
        let Packet { body, buffers, .. } = packet;
        match body {
            InsideCommand::List { request } => {
                let manifest = self.manifest().await?;
                let (networks, samples) = (list::networks(manifest), list::samples(manifest));
                post(InsideEvent::Listed { request, networks, samples });
                Ok(())
            }
            InsideCommand::Open { request, network, group } => self.open_network(request, &network, group).await,
            InsideCommand::CancelOpen => {
                if let Some(opening) = &self.opening {
                    opening.fetcher.cancel();
                }
                Ok(())
            }
            InsideCommand::Photo { request, source } => self.take_photo(request, source, &buffers).await,
            InsideCommand::Look { request, layer } => {
                self.looked_at = Some((request, layer));
                self.show_looked_at().await
            }
            question => self.answer(question).await,
        }
    }

    /// What a task of this lab sends home.
    pub fn receive(&mut self, arrived: Arrived) {
        let Arrived::Weights(request, weights) = arrived;
        // Of a network that was left in the meantime.
        let Some(opening) = self.opening.as_ref().filter(|o| o.request == request) else { return };
        let group = opening.group;
        let Some(current) = &mut self.current else { return };
        let inserted = match weights {
            Weights::Shard(path, pieces) => {
                self.at_rest = self.photo.is_none();
                pieces.into_iter().try_for_each(|piece| current.network.insert(&path, piece))
            }
            Weights::Classes(names) => {
                current.classes = names;
                Ok(())
            }
            Weights::All if current.network.has(group) => {
                self.opening = None;
                self.tell_opened(request, group);
                return;
            }
            Weights::All => Err(Fault::WrongAsset {
                name: current.about.title.clone(),
                reason: "its shards do not hold all weights".to_owned(),
            }),
            Weights::Failed(fault) => Err(fault),
        };
        if let Err(fault) = inserted {
            if let Some(opening) = self.opening.take() {
                opening.fetcher.cancel();
            }
            driver::fail(FaultSite::Request(request), fault);
        }
    }

    async fn manifest(&mut self) -> Result<&Manifest, Fault> {
        let manifest = match self.manifest.take() {
            Some(manifest) => manifest,
            None => Fetcher::new(&self.assets)?.manifest().await?,
        };
        Ok(self.manifest.insert(manifest))
    }

    async fn open_network(&mut self, request: RequestId, name: &str, group: Group) -> Result<(), Fault> {
        let device = self.device.clone().ok_or(Fault::NoRun)?;
        let manifest = self.manifest().await?.clone();
        let about = manifest.networks.iter().find(|network| network.name == name).cloned();
        let Some(about) = about else {
            return Err(Fault::NotInstalled { network: name.to_owned(), command: list::command(name) });
        };
        let shape = architecture(&about.architecture).ok_or_else(|| Fault::WrongAsset {
            name: about.title.clone(),
            reason: format!("this page knows no architecture called {}", about.architecture),
        })?;
        if let Some(opening) = self.opening.take() {
            opening.fetcher.cancel();
        }
        if self.current.as_ref().is_none_or(|current| current.about.name != name) {
            let network = Network::new(shape, &device);
            self.current = Some(Current { about: about.clone(), network, classes: Vec::new() });
            self.start_pass();
        }
        let has = |g: Group| self.current.as_ref().is_some_and(|current| current.network.has(g));
        let groups: Vec<Group> = Group::ALL.into_iter().filter(|&g| g <= group && !has(g)).collect();
        if groups.is_empty() {
            self.tell_opened(request, group);
            return Ok(());
        }
        let fetcher = Fetcher::new(&self.assets)?;
        let queue = self.queue.clone();
        let tell = move |done, total| post(InsideEvent::Opening { request, done, total });
        // The queue is unbounded and its receiver lives as long as the worker.
        let send = move |weights| drop(queue.try_send(Input::Inside(Arrived::Weights(request, weights))));
        weights::fetch(&fetcher, &manifest, &about, groups, tell, send);
        self.opening = Some(Opening { request, group, fetcher });
        Ok(())
    }

    fn tell_opened(&mut self, request: RequestId, group: Group) {
        self.at_rest = self.photo.is_none();
        let Some(Current { about, network, .. }) = &self.current else { return };
        let shape = &network.architecture;
        let ready = network.ready_layers();
        let layers = (0..shape.layers.len()).map(|layer| layer_info(shape, layer, layer < ready)).collect();
        let name = |layer: usize| shape.layers[layer].name.clone();
        let (first, last) = (name(shape.first_convolution()), name(shape.last_maps()));
        post(InsideEvent::Opened { request, network: about.name.clone(), group, layers, first, last });
    }

    /// Puts the photo at the network's input.
    fn start_pass(&mut self) {
        (self.pass, self.at_rest, self.spent) = (None, true, 0.0);
        self.spent_until = vec![Some(0.0)];
        let (Some(current), Some(photo)) = (&self.current, &self.photo) else { return };
        let [channels, height, width] = current.network.architecture.input();
        let input = photo.rgb.cut(answers::square(&photo.rgb, height)).normalised(&current.about.preprocessing);
        let input = TensorData::new(input, [1, channels, height, width]);
        self.pass = Some(Pass::new(Tensor::from_data(input, current.network.device())));
        self.at_rest = false;
    }

    /// Computes one layer. After a failure (only a lost device gets here) nothing is tried again.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn advance(&mut self) -> Result<(), Fault> {
        let outcome = self.next_layer().await;
        if outcome.is_err() {
            self.at_rest = true;
        }
        outcome
    }

    async fn next_layer(&mut self) -> Result<(), Fault> {
        let (Some(current), Some(pass)) = (&self.current, &mut self.pass) else {
            self.at_rest = true;
            return Ok(());
        };
        let start = Instant::now();
        let moved = pass.advance(&current.network);
        self.spent += start.elapsed().as_secs_f64() * 1000.0;
        if !moved {
            self.at_rest = true;
            return Ok(());
        }
        // A GPU has the layer in its queue only.
        self.spent_until.push((!cfg!(feature = "gpu")).then_some(self.spent));
        let newest = &current.network.architecture.layers[pass.computed() - 1].name;
        if self.looked_at.as_ref().is_some_and(|(_, layer)| layer == newest) {
            self.show_looked_at().await?;
        }
        self.tell_prediction().await
    }
}

fn layer_info(shape: &Architecture, layer: usize, ready: bool) -> LayerInfo {
    let about = &shape.layers[layer];
    LayerInfo {
        name: about.name.clone(),
        kind: about.op.kind(),
        shape: about.shape,
        activation: shape.activation_of(layer).map(|activation| shape.layers[activation].name.clone()),
        ready,
        group: shape.group(layer),
    }
}

fn request_of(command: &InsideCommand) -> RequestId {
    match command {
        InsideCommand::List { request }
        | InsideCommand::Ledger { request, .. }
        | InsideCommand::Open { request, .. }
        | InsideCommand::Photo { request, .. }
        | InsideCommand::Look { request, .. }
        | InsideCommand::Kernels { request, .. }
        | InsideCommand::Explain { request, .. }
        | InsideCommand::Patches { request, .. }
        | InsideCommand::GradCam { request, .. }
        | InsideCommand::Parity { request, .. }
        | InsideCommand::Time { request, .. } => *request,
        // Cannot fail.
        InsideCommand::CancelOpen => 0,
    }
}
