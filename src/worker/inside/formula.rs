//! Networks with made-up weights, for the comparison with PyTorch and for the benchmark.

use super::{Inside, bytes, post, post_with};
use crate::models::{Network, Pass, architecture, formula};
use crate::protocol::{Fault, Group, InsideEvent, RequestId};
use crate::train::read;
use burn::tensor::{Device, Tensor, TensorData};
use web_time::Instant;

impl Inside {
    /// Runs the whole network on a made-up picture and sends the layers asked for.
    pub async fn parity(&self, request: RequestId, key: &str, layers: &[String]) -> Result<(), Fault> {
        let network = self.made_up(key, &Group::ALL)?;
        let mut pass = Pass::new(picture(&network, network.device()));
        while pass.advance(&network) {}
        let (mut shapes, mut buffers) = (Vec::new(), Vec::new());
        for layer in layers {
            let unknown = || Fault::BadSettings { reason: format!("there is no layer {layer}") };
            let place = network.architecture.find(layer).ok_or_else(unknown)?;
            let value = pass.value(place).ok_or_else(unknown)?;
            shapes.push(network.architecture.layers[place].shape);
            buffers.push(bytes(&read(value.clone()).await?));
        }
        post_with(InsideEvent::ParityRun { request, shapes }, buffers);
        Ok(())
    }

    /// Times the layers before the classifier.
    pub async fn time(&self, request: RequestId, key: &str, times: usize) -> Result<(), Fault> {
        let network = self.made_up(key, &[Group::First, Group::Features])?;
        let input = picture(&network, network.device());
        let mut milliseconds = Vec::with_capacity(times);
        for _ in 0..times {
            let start = Instant::now();
            // A GPU has done its work when a value of the last layer has been read.
            read(network.features(input.clone())).await?;
            milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        post(InsideEvent::Timed { request, milliseconds });
        Ok(())
    }

    fn made_up(&self, key: &str, parts: &[Group]) -> Result<Network, Fault> {
        let device = self.device.as_ref().ok_or(Fault::NoRun)?;
        let unknown = || Fault::BadSettings { reason: format!("there is no architecture called {key}") };
        Ok(Network::from_formula(architecture(key).ok_or_else(unknown)?, parts, device))
    }
}

fn picture(network: &Network, device: &Device) -> Tensor<4> {
    let [channels, height, width] = network.architecture.input();
    let values = formula::picture([channels, height, width]);
    Tensor::from_data(TensorData::new(values, [1, channels, height, width]), device)
}
