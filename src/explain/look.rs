use crate::data::to_input;
use crate::metrics::softmax;
use crate::models::{Tap, lenet5};
use crate::protocol::{Fault, Padding};
use crate::train::{Learner, read};
use burn::tensor::{Device, Tensor, TensorData};

/// Everything one picture caused in the network, on the host.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Name, `[channels, height, width]`, values; `input` first, `logits` last.
    pub layers: Vec<(&'static str, [usize; 3], Vec<f32>)>,
    /// All weights, flat, in the order of [`lenet5::PARAMETERS`].
    pub weights: Vec<f32>,
    /// Ten probabilities.
    pub probabilities: Vec<f32>,
}

/// Runs one 28x28 picture through the network and keeps every activation; one transfer from the device.
///
/// # Errors
/// When the device was lost.
pub async fn look(learner: &Learner, image: &[u8], padding: Padding, device: &Device) -> Result<Look, Fault> {
    let side = lenet5::SIDE;
    let mut pixels = vec![0.0; side * side];
    to_input(image, padding, &mut pixels);
    let x = Tensor::<4>::from_data(TensorData::new(pixels.clone(), [1, 1, side, side]), device);
    let mut tap = Tap::open();
    learner.network().forward_tapped(x, &mut tap);
    let mut all: Vec<Tensor<1>> = tap.taken.iter().map(|(_, _, values)| values.clone()).collect();
    all.push(learner.weights.clone());
    let mut values = read(Tensor::cat(all, 0)).await?.into_iter();
    let mut layers = vec![("input", [1, side, side], pixels)];
    for (name, shape, _) in tap.taken {
        layers.push((name, shape, values.by_ref().take(shape.iter().product()).collect()));
    }
    let probabilities = layers.last().map(|(_, _, logits)| softmax(logits)).unwrap_or_default();
    Ok(Look { layers, weights: values.collect(), probabilities })
}

impl Look {
    /// Shape and values of a layer.
    pub fn layer(&self, name: &str) -> Option<(&[usize; 3], &[f32])> {
        self.layers.iter().find(|(n, ..)| *n == name).map(|(_, shape, values)| (shape, values.as_slice()))
    }

    /// Values of a parameter by its PyTorch name.
    pub fn parameter(&self, name: &str) -> Option<&[f32]> {
        let mut start = 0;
        for (n, shape) in lenet5::PARAMETERS {
            let size: usize = shape.iter().product();
            if n == name {
                return self.weights.get(start..start + size);
            }
            start += size;
        }
        None
    }
}
