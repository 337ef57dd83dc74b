//! What a network sees in a picture, whatever the run is doing.

use super::{Googlenet, Loaded, Step, post_with, request_of};
use crate::data::Pictures;
use crate::metrics::softmax;
use crate::models::{Network, Pass};
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;
use crate::protocol::wire::Packet;
use crate::protocol::{Command, Fault, FaultSite, GooglenetCommand, GooglenetEvent, GooglenetLook, Picture};
use crate::train::googlenet::{EpochWeights, inputs};
use crate::train::read;
use crate::worker::{Input, driver};
use async_channel::Sender;
use burn::tensor::{Device, Tensor, TensorData};

/// Layers whose maps can be looked at; a batch norm stands for its convolution. Those of the blocks are found by their
/// names.
const STEM: [&str; 4] = ["conv1", "maxpool1", "conv2", "conv3"];
const BLOCK: &str = "inception";

/// What looking needs.
#[derive(Default)]
pub struct Looking {
    /// The network looked with last.
    seen: Option<Seen>,
    /// Validated pictures of a data set that the run does not learn, or has not loaded yet.
    validated: Option<Loaded>,
    /// Looks at pictures that are not here yet.
    waiting: Vec<Packet<GooglenetCommand>>,
}

/// A network from a file.
struct Seen {
    /// The whole file: comparing it takes no time beside reading it.
    file: Vec<u8>,
    dataset: String,
    classes: Vec<String>,
    epoch: usize,
    network: Network,
    /// Of the first layer.
    kernels: Vec<f32>,
    kernel_shape: [usize; 4],
}

impl Googlenet {
    pub(super) async fn look(&mut self, packet: Packet<GooglenetCommand>) -> Result<(), Fault> {
        let GooglenetCommand::Look { request, picture, layer } = &packet.body else { return Ok(()) };
        let (device, ..) = self.device.as_ref().ok_or(Fault::NoRun)?;
        self.looking.open(packet.buffers.first().map(Vec::as_slice).unwrap_or_default(), device).await?;
        let dataset = self.looking.seen.as_ref().map(|seen| seen.dataset.clone()).unwrap_or_default();
        let (pixels, actual) = match *picture {
            Picture::Own => {
                let own = packet.buffers.get(1).filter(|own| own.len() == Pictures::new(SIDE, SIDE).stride());
                let missing = || Fault::Internal { message: "no picture of 32x32 came along".to_owned() };
                (own.cloned().ok_or_else(missing)?, None)
            }
            Picture::Validated(index) => match self.validated(&dataset, index) {
                Some((pixels, label)) => (pixels, Some(label)),
                None => {
                    self.fetch_validated(&dataset, index).await?;
                    self.looking.waiting.push(packet);
                    return Ok(());
                }
            },
        };
        let (look, maps) = self.looking.see(&pixels, actual, layer).await?;
        let kernels = self.looking.seen.as_ref().map(|seen| bytes(&seen.kernels)).unwrap_or_default();
        post_with(GooglenetEvent::Looked { request: *request, look }, vec![pixels, kernels, bytes(&maps)]);
        Ok(())
    }

    /// A validated picture and its label, where it is here.
    fn validated(&self, dataset: &str, index: usize) -> Option<(Vec<u8>, usize)> {
        let here = [&self.pictures, &self.looking.validated].into_iter().flatten();
        let mut here = here.filter(|loaded| loaded.site.about.name == dataset && index < loaded.validation.len());
        let pictures = &here.next()?.validation;
        Some((pictures.image(index).to_vec(), usize::from(pictures.labels[index])))
    }

    /// Starts fetching the validated pictures of a data set, which are a small part of it; the run's own download gets to
    /// them last.
    async fn fetch_validated(&mut self, dataset: &str, index: usize) -> Result<(), Fault> {
        if self.looking.validated.as_ref().is_some_and(Loaded::is_loading) {
            return Ok(());
        }
        let set = self.set(dataset).await?;
        if index >= set.about.validation {
            return Err(Fault::BadSettings { reason: format!("there is no validated picture {index}") });
        }
        self.looking.validated = None;
        let mut pictures = Loaded::new(set, true)?;
        self.downloads += 1;
        let manifest = self.manifest.as_ref().ok_or(Fault::NoRun)?;
        pictures.start(self.downloads, manifest, &self.assets, &self.queue, |_, _, _| ())?;
        self.looking.validated = Some(pictures);
        Ok(())
    }
}

impl Looking {
    /// What its download sends; after the last of it, what waited is asked again.
    pub fn take_pictures(&mut self, download: u32, step: Step, queue: &Sender<Input>) {
        let Some(validated) = self.validated.as_mut().filter(|validated| validated.awaits(download)) else { return };
        let outcome = validated.take(step);
        if validated.is_loading() {
            return;
        }
        for packet in std::mem::take(&mut self.waiting) {
            let Packet { body, buffers, blobs } = packet;
            match (&outcome, request_of(&body)) {
                // The queue is unbounded and its receiver lives as long as the worker.
                (Ok(()), _) => {
                    let body = Command::Googlenet(body);
                    drop(queue.try_send(Input::Command(Packet { body, buffers, blobs })));
                }
                (Err(fault), Some(request)) => driver::fail(FaultSite::Request(request), fault.clone()),
                (Err(_), None) => {}
            }
        }
    }

    /// Makes the network of a file the one looked with.
    async fn open(&mut self, file: &[u8], device: &Device) -> Result<(), Fault> {
        if self.seen.as_ref().is_some_and(|seen| seen.file == file) {
            return Ok(());
        }
        self.seen = None;
        let weights = EpochWeights::from_bytes("the saved network", file)?;
        let network = weights.network(device);
        let first = network.kernels(network.architecture.first_convolution()).ok_or(Fault::NoRun)?.clone();
        self.seen = Some(Seen {
            file: file.to_vec(),
            dataset: weights.settings.dataset,
            classes: weights.classes,
            epoch: weights.epoch,
            network,
            kernel_shape: first.dims(),
            kernels: read(first).await?,
        });
        Ok(())
    }

    /// Shows a picture `[32, 32, 3]` to the network. The second are the maps of the layer asked for; of one that the
    /// network does not have, the first are shown.
    async fn see(&self, pixels: &[u8], actual: Option<usize>, layer: &str) -> Result<(GooglenetLook, Vec<f32>), Fault> {
        let Some(seen) = &self.seen else { return Err(Fault::NoRun) };
        let network = &seen.network;
        let mut picture = Pictures::new(SIDE, SIDE);
        picture.push(pixels, &[0]);
        let input = TensorData::new(inputs(&picture, &[0]), [1, 3, SIDE, SIDE]);
        let mut pass = Pass::new(Tensor::from_data(input, network.device()));
        while pass.advance(network) {}
        let all = &network.architecture.layers;
        let logits = pass.value(all.len() - 1).ok_or(Fault::NoRun)?.clone();
        let offered: Vec<usize> = (0..all.len()).filter(|&place| is_offered(&all[place].name)).collect();
        let asked = offered.iter().find(|&&place| plain(&all[place].name) == plain(layer));
        let shown = *asked.or(offered.first()).ok_or(Fault::NoRun)?;
        let maps = read(pass.value(shown).ok_or(Fault::NoRun)?.clone()).await?;
        let look = GooglenetLook {
            epoch: seen.epoch,
            classes: seen.classes.clone(),
            actual,
            probabilities: softmax(&read(logits).await?),
            kernel_shape: seen.kernel_shape,
            layers: offered.iter().map(|&place| plain(&all[place].name).to_owned()).collect(),
            layer: plain(&all[shown].name).to_owned(),
            shape: all[shown].shape,
        };
        Ok((look, maps))
    }
}

/// Whether a layer's maps can be looked at.
fn is_offered(name: &str) -> bool {
    STEM.contains(&plain(name)) || (name.starts_with(BLOCK) && !name.contains('.'))
}

/// The name of a batch norm is that of its convolution.
fn plain(name: &str) -> &str {
    name.strip_suffix(".bn").unwrap_or(name)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}
