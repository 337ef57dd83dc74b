//! The weights after an epoch, in half precision: small enough to keep those of every epoch.

use super::GooglenetSession;
use super::checkpoint::{MAX_BYTES, checked, named, tensor};
use super::learner::parameters;
use crate::data::Piece;
use crate::models::Network;
use crate::models::architecture::Parameter;
use crate::models::googlenet_cifar::googlenet_with;
use crate::protocol::{Fault, GooglenetSettings};
use crate::train::checkpoint::{bad_file, close_half, open};
use crate::train::read;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// A network after so many epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochWeights {
    pub settings: GooglenetSettings,
    pub classes: Vec<String>,
    /// 0 before the first.
    pub epoch: usize,
    /// All parameters and running statistics in the order of the layers, with their values.
    pub(super) tensors: Vec<(Parameter, Vec<f32>)>,
}

/// What the metadata holds, as JSON.
#[derive(Serialize, Deserialize)]
struct Metadata {
    settings: GooglenetSettings,
    classes: Vec<String>,
    epoch: usize,
}

impl GooglenetSession {
    /// The file with the weights as they stand: every parameter and running statistic under PyTorch's name, matrices and
    /// kernels in half precision.
    ///
    /// # Errors
    /// When the device was lost, or a weight is too large for half precision.
    pub async fn epoch_weights(&self) -> Result<Vec<u8>, Fault> {
        let (course, learner) = (&self.course, &self.learner);
        let weights = read(learner.weights.clone()).await?;
        let statistics = match &learner.statistics {
            Some(statistics) => read(statistics.clone()).await?,
            None => Vec::new(),
        };
        let architecture = &course.network.architecture;
        let (of_weights, of_statistics) = (parameters(architecture, true), parameters(architecture, false));
        let mut tensors = named(&of_weights, &weights);
        tensors.extend(named(&of_statistics, &statistics));
        let metadata = Metadata {
            settings: course.settings.clone(),
            classes: course.set.classes.clone(),
            epoch: self.history.epochs.len(),
        };
        close_half(tensors, &metadata)
    }
}

impl EpochWeights {
    /// # Errors
    /// [`Fault::BadFile`] with the byte where it stops making sense, [`Fault::ShapeMismatch`] when its tensors are not
    /// those of its settings.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let (file, entry) = open(name, bytes, MAX_BYTES)?;
        let bad = |reason: String| bad_file(name)(8, reason);
        let entry = entry.ok_or_else(|| bad("it holds no network of this lab".to_owned()))?;
        let Metadata { settings, classes, epoch } =
            serde_json::from_str(&entry).map_err(|e| bad(format!("its settings cannot be read: {e}")))?;
        let all = checked(&settings, &classes).map_err(bad)?.parameters();
        let mut tensors = Vec::with_capacity(all.len());
        for parameter in all {
            let values = tensor(name, &file, &parameter)?;
            tensors.push((parameter, values));
        }
        Ok(Self { settings, classes, epoch, tensors })
    }

    /// The network, ready to run.
    pub fn network(&self, device: &Device) -> Network {
        let mut network = Network::new(googlenet_with(&self.settings, self.classes.len()), device);
        for (Parameter { name, shape, .. }, values) in &self.tensors {
            let piece = Piece { tensor: name.clone(), first_row: 0, shape: shape.clone(), values: values.clone() };
            network.insert("the weights", piece).expect("the tensors are those of this network");
        }
        network
    }
}
