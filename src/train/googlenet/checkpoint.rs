//! A run of this lab on disk.

use super::learner::parameters;
use crate::models::architecture::{Architecture, Parameter};
use crate::models::googlenet_cifar::googlenet_with;
use crate::protocol::{Fault, GooglenetSettings};
use crate::train::checkpoint::{Meta, bad_file, close, floats, open};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

/// No file of this lab is larger; what claims to be is refused before it is read.
pub(super) const MAX_BYTES: usize = 128 << 20;
const FIRST: &str = "optimizer.first";
const SECOND: &str = "optimizer.second";
/// Labels are bytes.
const CLASSES: std::ops::RangeInclusive<usize> = 2..=256;
const LONGEST_NAME: usize = 1_000;

/// A saved run.
#[derive(Clone, Debug, PartialEq)]
pub struct GooglenetCheckpoint {
    pub settings: GooglenetSettings,
    pub classes: Vec<String>,
    /// Name of the set it learns.
    pub set: String,
    /// Flat, in the order of the layers.
    pub weights: Vec<f32>,
    /// Running statistics of the batch norms, in the order of the layers.
    pub statistics: Vec<f32>,
    /// The optimizer's memories, flat.
    pub first: Option<Vec<f32>>,
    pub second: Option<Vec<f32>>,
    pub meta: Meta,
}

/// What the metadata holds, as JSON.
#[derive(Serialize, Deserialize)]
struct Metadata {
    settings: GooglenetSettings,
    classes: Vec<String>,
    set: String,
    run: Meta,
}

impl GooglenetCheckpoint {
    /// The file: all tensors under PyTorch's names, and the optimizer's memories.
    ///
    /// # Errors
    /// Only if the file cannot be put together, which is a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        let architecture = googlenet_with(&self.settings, self.classes.len());
        let (weights, statistics) = (parameters(&architecture, true), parameters(&architecture, false));
        let mut tensors = named(&weights, &self.weights);
        tensors.extend(named(&statistics, &self.statistics));
        let memories = [(FIRST, &self.first), (SECOND, &self.second)];
        tensors.extend(memories.into_iter().filter_map(|(n, m)| m.as_deref().map(|m| (n, vec![m.len()], m))));
        let metadata = Metadata {
            settings: self.settings.clone(),
            classes: self.classes.clone(),
            set: self.set.clone(),
            run: self.meta.clone(),
        };
        close(tensors, &metadata)
    }

    /// # Errors
    /// [`Fault::BadFile`] with the byte where it stops making sense, [`Fault::ShapeMismatch`] when its tensors are not
    /// those of its settings.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let (file, entry) = open(name, bytes, MAX_BYTES)?;
        let bad = |reason: String| bad_file(name)(8, reason);
        let entry = entry.ok_or_else(|| bad("it holds no run of this lab".to_owned()))?;
        let Metadata { settings, classes, set, run } =
            serde_json::from_str(&entry).map_err(|e| bad(format!("its settings and history cannot be read: {e}")))?;
        let architecture = checked(&settings, &classes).map_err(bad)?;
        let weights = flat(name, &file, &parameters(&architecture, true))?;
        let memory = |key: &str| match file.tensor(key) {
            Ok(tensor) => floats(name, key, &[weights.len()], &tensor).map(Some),
            Err(_) => Ok(None),
        };
        let (first, second) = (memory(FIRST)?, memory(SECOND)?);
        let statistics = flat(name, &file, &parameters(&architecture, false))?;
        Ok(Self { settings, classes, set, weights, statistics, first, second, meta: run })
    }
}

/// The network of settings and classes that were read.
///
/// # Errors
/// A sentence, when a network cannot be made of them.
pub(super) fn checked(settings: &GooglenetSettings, classes: &[String]) -> Result<Architecture, String> {
    settings.check()?;
    if !CLASSES.contains(&classes.len()) {
        return Err(format!("it has {} classes; {} to {} are possible", classes.len(), CLASSES.start(), CLASSES.end()));
    }
    if classes.iter().any(|class| class.len() > LONGEST_NAME) {
        return Err("one of its names is far too long".to_owned());
    }
    Ok(googlenet_with(settings, classes.len()))
}

/// The parts of a flat vector with their names and shapes.
pub(super) fn named<'a>(parameters: &'a [Parameter], mut values: &'a [f32]) -> Vec<(&'a str, Vec<usize>, &'a [f32])> {
    let mut take = |parameter: &'a Parameter| {
        let (own, rest) = values.split_at(parameter.shape.iter().product());
        values = rest;
        (parameter.name.as_str(), parameter.shape.clone(), own)
    };
    parameters.iter().map(&mut take).collect()
}

/// All of these tensors of a file as one vector.
fn flat(name: &str, file: &SafeTensors<'_>, parameters: &[Parameter]) -> Result<Vec<f32>, Fault> {
    let mut values = Vec::new();
    for parameter in parameters {
        values.extend(tensor(name, file, parameter)?);
    }
    Ok(values)
}

/// One tensor of a file.
pub(super) fn tensor(name: &str, file: &SafeTensors<'_>, parameter: &Parameter) -> Result<Vec<f32>, Fault> {
    let Parameter { name: tensor, shape, .. } = parameter;
    let view = file.tensor(tensor);
    let view = view.map_err(|_| bad_file(name)(8, format!("it has no tensor called {tensor}")))?;
    floats(name, tensor, shape, &view)
}
