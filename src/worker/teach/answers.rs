//! What the network says of a picture.

use super::{Teach, post_with};
use crate::data::Rgb;
use crate::explain::grad_cam;
use crate::metrics::softmax;
use crate::models::{Network, Pass};
use crate::protocol::{Answer, Explain, Fault, RequestId, TeachEvent};
use crate::train::read;
use crate::train::taught::Familiarity;
use crate::worker::{blob, picture};
use burn::tensor::Tensor;
use web_sys::Blob;
use web_time::Instant;

/// No picture file is larger.
const LARGEST: u64 = 64 << 20;

impl Teach {
    pub(super) async fn classify(
        &mut self,
        request: RequestId,
        side: Option<usize>,
        explain: Option<Explain>,
        buffers: Vec<Vec<u8>>,
        blobs: Vec<Blob>,
    ) -> Result<(), Fault> {
        let rgb = match (side, buffers.first(), blobs.first()) {
            (Some(side), Some(rgba), _) if rgba.len() == side * side * 4 => Rgb::from_rgba(side, side, rgba),
            (_, _, Some(file)) => {
                let bytes = blob::bytes("the picture", file, LARGEST).await?;
                picture::decode("the picture", &bytes).await?.rgb
            }
            _ => return Err(Fault::Internal { message: "no picture came along".to_owned() }),
        };
        let start = Instant::now();
        let (network, input, familiarity) = self.asked(&rgb)?;
        let mut pass = Pass::new(input);
        while pass.advance(&network) {}
        let last = network.architecture.layers.len() - 1;
        let scores = pass.value(last).ok_or(Fault::NoRun)?.clone();
        let probabilities = softmax(&read(scores).await?);
        let maps = pass.value(network.architecture.classifier() - 1).ok_or(Fault::NoRun)?.clone();
        let features = read(crate::train::taught::pooled(maps)).await?;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let best = crate::metrics::classes(&probabilities, probabilities.len()).first().copied().map_or(0, usize::from);
        let mut heat = None;
        let mut buffers = Vec::new();
        if let Some(explain) = explain {
            let class = match explain {
                Explain::Best => best,
                Explain::Class(class) => class,
            };
            let layer = network.architecture.last_maps();
            let (height, width, values) = grad_cam(&network, &pass, layer, class).await?;
            heat = Some((height, width, class));
            buffers.push(bytemuck::cast_slice(&values).to_vec());
        }
        let (distance, familiar_within) = match familiarity {
            Some(familiarity) => (familiarity.distance(&features), familiarity.within),
            // Not known before the run is finished: everything is familiar.
            None => (0.0, 2.0),
        };
        let answer = Answer { probabilities, distance, familiar_within, heat, milliseconds };
        post_with(TeachEvent::Classified { request, answer }, buffers);
        Ok(())
    }

    /// What a question is put to: a network, the picture as it takes it, and what is familiar to it.
    fn asked(&self, picture: &Rgb) -> Result<(Network, Tensor<4>, Option<&Familiarity>), Fault> {
        if let Some(model) = &self.used {
            return Ok((model.network.clone(), model.input(picture), model.familiarity.as_ref()));
        }
        let run = self.run.as_ref().ok_or(Fault::NoRun)?;
        let course = &run.session.course;
        Ok((course.network_of(&run.session.learner), course.input(picture), run.familiarity.as_ref()))
    }
}
