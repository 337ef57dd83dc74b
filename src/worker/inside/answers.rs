//! Questions about the network and the photo as they are now.

use super::{Current, Inside, Photo, bytes, post, post_with};
use crate::data::{Rgb, Square};
use crate::explain;
use crate::metrics::softmax;
use crate::models::architecture::Op;
use crate::models::{Pass, architecture};
use crate::protocol::{ClassScore, Fault, InsideCommand, InsideEvent, LayerPixel, PhotoSource, Region, RequestId};
use crate::train::read;
use crate::worker::{fetch::Fetcher, picture};
use burn::tensor::Tensor;
use web_time::Instant;

/// Predictions that are told.
const BEST: usize = 5;
/// What networks for ImageNet take, and to what the photo's shorter side is scaled before.
const IMAGENET_SIDE: usize = 224;
const IMAGENET_SHORTER: usize = 256;

/// What a network with this input gets to see of a photo.
pub fn square(photo: &Rgb, side: usize) -> Square {
    let shorter = if side == IMAGENET_SIDE { IMAGENET_SHORTER } else { side };
    Square::of(photo.width, photo.height, shorter, side)
}

impl Inside {
    pub async fn take_photo(
        &mut self,
        request: RequestId,
        source: PhotoSource,
        buffers: &[Vec<u8>],
    ) -> Result<(), Fault> {
        let (name, file) = match source {
            PhotoSource::File { name } => (name, buffers.first().cloned().unwrap_or_default()),
            PhotoSource::Sample { path } => {
                let asset = self.manifest().await?.find(&path)?.clone();
                let bytes = Fetcher::new(&self.assets)?.verified(&asset, |_| ()).await?;
                (asset.title, bytes)
            }
        };
        let arrived = Instant::now();
        let picture::Picture { rgb, width, height } = picture::decode(&name, &file).await?;
        let side = self.current.as_ref().map_or(IMAGENET_SIDE, |c| c.network.architecture.input()[1]);
        let seen = square(&rgb, side);
        // Twice as sharp for the visitor's eyes, where the photo is large enough; the same part of it.
        let sharp = Square::of(rgb.width, rgb.height, 2 * IMAGENET_SHORTER, 2 * IMAGENET_SIDE);
        let shown =
            if side == IMAGENET_SIDE && rgb.width.min(rgb.height) >= 2 * IMAGENET_SHORTER { sharp } else { seen };
        let view = rgb.cut(shown);
        let prepared = arrived.elapsed().as_secs_f64() * 1000.0;
        let part = |at: usize, of: usize, length: u32| (at as u64 * u64::from(length) / of.max(1) as u64) as u32;
        let crop = Region {
            x: part(seen.left, seen.width, width) as i32,
            y: part(seen.top, seen.height, height) as i32,
            width: part(seen.side, seen.width, width),
            height: part(seen.side, seen.height, height),
        };
        self.photo = Some(Photo { request, rgb, prepared });
        let event = InsideEvent::PhotoTaken { request, name, width, height, side: view.width, crop };
        post_with(event, vec![view.pixels]);
        self.start_pass();
        Ok(())
    }

    /// Sends the layer that is looked at, if it is computed.
    pub async fn show_looked_at(&mut self) -> Result<(), Fault> {
        let (Some((request, layer)), Some(current), Some(pass), Some(photo)) =
            (&self.looked_at, &self.current, &self.pass, &self.photo)
        else {
            return Ok(());
        };
        let Some(place) = current.network.architecture.find(layer) else {
            return Err(Fault::BadSettings { reason: format!("this network has no layer {layer}") });
        };
        let Some(value) = pass.value(place) else { return Ok(()) };
        let start = Instant::now();
        let values = read(value.clone()).await?;
        if cfg!(feature = "gpu") && place + 1 == pass.computed() {
            // What was read last is computed, and so is everything before it.
            self.spent += start.elapsed().as_secs_f64() * 1000.0;
            self.spent_until[place] = Some(self.spent);
        }
        let spent = self.spent_until.get(place).copied().flatten();
        post_with(
            InsideEvent::LayerSeen {
                request: (*request).max(photo.request),
                layer: layer.clone(),
                shape: current.network.architecture.layers[place].shape,
                milliseconds: spent.map(|spent| photo.prepared + spent),
            },
            vec![bytes(&values)],
        );
        Ok(())
    }

    /// Sends the best guesses, once the last layer is computed.
    pub async fn tell_prediction(&mut self) -> Result<(), Fault> {
        let (Some(current), Some(pass), Some(photo)) = (&self.current, &self.pass, &self.photo) else { return Ok(()) };
        let last = current.network.architecture.layers.len() - 1;
        let Some(logits) = pass.value(last) else { return Ok(()) };
        let start = Instant::now();
        let probabilities = softmax(&read(logits.clone()).await?);
        // On a GPU the layers were only queued so far.
        self.spent += start.elapsed().as_secs_f64() * 1000.0;
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_unstable_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
        let name = |class: usize| current.classes.get(class).cloned().unwrap_or_else(|| format!("class {class}"));
        let top = order
            .into_iter()
            .take(BEST)
            .map(|class| ClassScore { class, name: name(class), probability: probabilities[class] })
            .collect();
        post(InsideEvent::Predicted { request: photo.request, top, milliseconds: self.spent });
        Ok(())
    }

    /// Everything that is asked and answered at once.
    pub async fn answer(&mut self, question: InsideCommand) -> Result<(), Fault> {
        match question {
            InsideCommand::Ledger { request, architecture: key } => {
                let unknown = || Fault::BadSettings { reason: format!("there is no architecture called {key}") };
                let ledger = explain::ledger(&architecture(&key).ok_or_else(unknown)?);
                post(InsideEvent::Ledger { request, ledger });
            }
            InsideCommand::Kernels { request, layer, channel } => self.kernels(request, layer, channel).await?,
            InsideCommand::Explain { request, at } => {
                let (current, pass) = self.computed()?;
                let arithmetic = explain::explain_value(&current.network, pass, &at).await?;
                post(InsideEvent::Explained { request, arithmetic });
            }
            InsideCommand::Patches { request, layer, channel, count } => {
                let (current, pass) = self.computed()?;
                let map = self.map(&LayerPixel { layer: layer.clone(), channel, y: 0, x: 0 })?;
                let shape = &current.network.architecture;
                let place = pass.computed().min(shape.find(&layer).unwrap_or(0));
                let patches = explain::strongest(shape, place, &read(map).await?, count);
                post(InsideEvent::PatchesFound { request, layer, channel, patches });
            }
            InsideCommand::GradCam { request, class, layer } => {
                let (current, pass) = self.computed()?;
                let place = self.place(&layer)?;
                let (height, width, heat) = explain::grad_cam(&current.network, pass, place, class).await?;
                post_with(InsideEvent::GradCam { request, class, layer, height, width }, vec![bytes(&heat)]);
            }
            InsideCommand::Parity { request, architecture: key, layers } => {
                self.parity(request, &key, &layers).await?;
            }
            InsideCommand::Time { request, architecture: key, times } => self.time(request, &key, times).await?,
            // Everything else was taken care of before.
            _ => return Err(Fault::Internal { message: "an unexpected question".to_owned() }),
        }
        Ok(())
    }

    fn computed(&self) -> Result<(&Current, &Pass), Fault> {
        self.current.as_ref().zip(self.pass.as_ref()).ok_or(Fault::NoRun)
    }

    /// The place of a layer of the current network.
    fn place(&self, layer: &str) -> Result<usize, Fault> {
        let current = self.current.as_ref().ok_or(Fault::NoRun)?;
        let missing = || Fault::BadSettings { reason: format!("this network has no layer {layer}") };
        current.network.architecture.find(layer).ok_or_else(missing)
    }

    /// One computed map, `[1, 1, height, width]`.
    fn map(&self, at: &LayerPixel) -> Result<Tensor<4>, Fault> {
        let missing = || Fault::BadSettings { reason: format!("{} has no map {} yet", at.layer, at.channel) };
        let (_, pass) = self.computed()?;
        let value = pass.value(self.place(&at.layer)?).ok_or_else(missing)?;
        if at.channel >= value.dims()[1] {
            return Err(missing());
        }
        Ok(value.clone().slice([0..1, at.channel..at.channel + 1]))
    }

    async fn kernels(&self, request: RequestId, layer: String, channel: usize) -> Result<(), Fault> {
        let place = self.place(&layer)?;
        let current = self.current.as_ref().ok_or(Fault::NoRun)?;
        let missing = || Fault::BadSettings { reason: format!("{layer} has no kernels here") };
        if !matches!(current.network.architecture.layers[place].op, Op::Convolution { .. }) {
            return Err(missing());
        }
        let kernels = current.network.kernels(place).ok_or_else(missing)?;
        let [count, channels, height, width] = kernels.dims();
        let colour = channels == 3;
        if channel >= count {
            return Err(missing());
        }
        let (values, shape) = if colour {
            (kernels.clone(), [count, channels, height, width])
        } else {
            (kernels.clone().narrow(0, channel, 1), [channels, 1, height, width])
        };
        let values = bytes(&read(values).await?);
        post_with(InsideEvent::KernelsSeen { request, layer, channel, colour, shape }, vec![values]);
        Ok(())
    }
}
