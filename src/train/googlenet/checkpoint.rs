//! A run of this lab on disk.

use super::learner::parameters;
use super::{Googlenet, GooglenetSession};
use crate::models::architecture::{Architecture, Parameter};
use crate::models::googlenet_cifar::googlenet_with;
use crate::protocol::{Fault, GooglenetSettings};
use crate::train::checkpoint::{Meta, bad_file, floats, head, internal, open};
use crate::train::read;
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};
use std::io::Write;

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

impl GooglenetSession {
    /// Writes everything needed to go on later into what `open` makes for the file's length in bytes: all tensors under
    /// PyTorch's names, the optimizer's memories, and where the run is. [`GooglenetCheckpoint`] reads it.
    ///
    /// Vector by vector: of a run at full width each takes 24 MB, and the file 72.
    ///
    /// # Errors
    /// When the device was lost, the run diverged just now, or it cannot be written.
    pub async fn save<W: Write>(&mut self, open: impl FnOnce(usize) -> W) -> Result<W, Fault> {
        let (meta, [weights, first, second]) = self.at_rest().await?;
        let Googlenet { settings, set, network, .. } = &self.course;
        let [trained, running] = [true, false].map(|trainable| parameters(&network.architecture, trainable));
        let memories = [(FIRST, &first), (SECOND, &second)];
        let contents = trained.into_iter().chain(running).map(|parameter| (parameter.name, parameter.shape)).chain(
            memories.into_iter().filter_map(|(name, memory)| Some((name.to_owned(), memory.as_ref()?.dims().to_vec()))),
        );
        let metadata =
            Metadata { settings: settings.clone(), classes: set.classes.clone(), set: set.name.clone(), run: meta };
        let (head, length) = head(contents, &metadata)?;
        let mut file = open(length);
        file.write_all(&head).map_err(internal)?;
        for vector in [weights, self.learner.statistics.clone(), first, second].into_iter().flatten() {
            let values = read(vector).await?;
            file.write_all(bytemuck::cast_slice(&values)).map_err(internal)?;
        }
        Ok(file)
    }
}

impl GooglenetCheckpoint {
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
