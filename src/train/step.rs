use super::{OptimizerState, initial_weights};
use crate::models::lenet5::{LeNet5, LeNet5Config, SIDE, parameter_count};
use crate::protocol::{Fault, Settings};
use burn::tensor::{Device, Tensor, TensorData, activation::log_softmax};

/// A network that learns: its weights as one flat vector, and its optimizer.
///
/// Cloning is cheap (tensors are shared), which makes a snapshot before every risky step affordable.
#[derive(Clone)]
pub struct Learner {
    pub config: LeNet5Config,
    /// `[61_706]`, in the order of [`crate::models::lenet5::PARAMETERS`].
    pub weights: Tensor<1>,
    pub optimizer: OptimizerState,
}

/// Loss and hits of one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    /// Summed over the batch.
    pub loss: f64,
    pub correct: usize,
    pub count: usize,
}

impl Learner {
    /// The network of these settings at step 0.
    pub fn new(settings: &Settings, device: &Device) -> Self {
        Self::with_weights(settings, initial_weights(settings.seed), device)
    }

    /// The network with given weights, `parameter_count()` of them, and a fresh optimizer.
    pub fn with_weights(settings: &Settings, weights: Vec<f32>, device: &Device) -> Self {
        Self {
            config: LeNet5Config { activation: settings.activation, pooling: settings.pooling },
            weights: Tensor::from_data(TensorData::new(weights, [parameter_count()]), device),
            optimizer: OptimizerState::new(settings.optimizer),
        }
    }

    /// The network as it stands, for measuring.
    pub fn network(&self) -> LeNet5 {
        self.config.from_flat(&self.weights, false)
    }

    /// Learns from one batch and returns the logits `[batch, 10]` it had before learning.
    ///
    /// - `pixels`: `[batch, 1, 32, 32]` row-major, 0..=1
    /// - `labels`: `batch` classes, each below 10
    ///
    /// Loss and accuracy are computed from the logits on the host ([`Measured::from_logits`]): one transfer
    /// instead of several kernels, and it can wait until somebody wants to know.
    pub fn learn(&mut self, pixels: Vec<f32>, labels: &[u8], learning_rate: f64, device: &Device) -> Tensor<2> {
        let network = self.config.from_flat(&self.weights, true);
        let logits = network.forward(batch_of(pixels, labels.len(), device).autodiff());
        let gradient = network.flat_gradient(&cross_entropy_of(logits.clone(), labels, device));
        let gradient = if gradient.is_autodiff() { gradient.inner() } else { gradient };
        self.optimizer.update(&mut self.weights, gradient, learning_rate);
        logits.inner()
    }
}

/// Mean cross entropy of logits `[batch, classes]`, a scalar in a vector of one.
pub fn cross_entropy_of(logits: Tensor<2>, labels: &[u8], device: &Device) -> Tensor<1> {
    let [_, classes] = logits.dims();
    let mut target = vec![0.0_f32; labels.len() * classes];
    for (row, label) in target.chunks_exact_mut(classes).zip(labels) {
        // Dividing here saves a kernel later.
        row[usize::from(*label)] = -1.0 / labels.len() as f32;
    }
    let target = Tensor::<2>::from_data(TensorData::new(target, [labels.len(), classes]), device).autodiff();
    (log_softmax(logits, 1) * target).sum()
}

/// Pictures `[batch, 1, 32, 32]` on the device.
pub fn batch_of(pixels: Vec<f32>, batch: usize, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(pixels, [batch, 1, SIDE, SIDE]), device)
}

/// Reads any tensor back as f32 values.
///
/// # Errors
/// When the device was lost.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Fault> {
    let data = tensor.into_data_async().await.map_err(|e| Fault::DeviceLost { reason: format!("{e:?}") })?;
    data.try_into_vec::<f32>().map_err(|e| Fault::Internal { message: format!("{e:?}") })
}

impl Measured {
    /// Cross entropy and hits of a batch: `logits` is `[labels.len(), classes]` row-major.
    pub fn from_logits(logits: &[f32], labels: &[u8]) -> Self {
        let mut sum = Self { count: labels.len(), ..Self::default() };
        let classes = logits.len() / labels.len().max(1);
        for (row, &label) in logits.chunks_exact(classes.max(1)).zip(labels) {
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let log_sum = row.iter().map(|&v| f64::from(v - largest).exp()).sum::<f64>().ln() + f64::from(largest);
            sum.loss += log_sum - f64::from(row[usize::from(label)]);
            // A NaN compares false everywhere, so a broken row counts as a miss.
            sum.correct += usize::from(row[usize::from(label)] >= largest);
        }
        if logits.iter().any(|v| !v.is_finite()) {
            sum.loss = f64::NAN;
        }
        sum
    }

    pub fn add(&mut self, other: Self) {
        self.loss += other.loss;
        self.correct += other.correct;
        self.count += other.count;
    }

    /// Mean loss of one picture; NaN for none.
    pub fn mean_loss(&self) -> f32 {
        (self.loss / self.count as f64) as f32
    }

    /// 0..=1; NaN for none.
    pub fn accuracy(&self) -> f32 {
        self.correct as f32 / self.count as f32
    }
}
