//! A run on disk: a safetensors file whose tensors PyTorch can read and whose metadata says how to go on.

use super::step::Measured;
use crate::models::lenet5::{PARAMETERS, parameter_count};
use crate::protocol::{Fault, History, Settings};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// No file of ours is larger; what claims to be is refused before it is read.
pub const MAX_BYTES: usize = 32 << 20;
const SETTINGS: &str = "receptive.settings";
const META: &str = "receptive.run";
const FIRST: &str = "optimizer.first";
const SECOND: &str = "optimizer.second";

/// A saved run, or (without optimizer and history) just a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub settings: Settings,
    /// Flat, in the order of [`PARAMETERS`].
    pub weights: Vec<f32>,
    /// The optimizer's memories, flat.
    pub first: Option<Vec<f32>>,
    pub second: Option<Vec<f32>>,
    pub meta: Meta,
}

/// Where the run was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    pub step: usize,
    pub seconds: f64,
    pub optimizer_steps: usize,
    pub epoch_sum: Measured,
    pub point_sum: Measured,
    pub history: History,
}

impl Checkpoint {
    /// The file with everything needed to go on.
    ///
    /// # Errors
    /// Only if the file cannot be put together, which is a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        let mut metadata = self.settings_only()?;
        metadata.insert(META.to_owned(), serde_json::to_string(&self.meta).map_err(internal)?);
        self.write(metadata, true)
    }

    /// The file for export: the ten parameters under PyTorch's names, and the settings.
    ///
    /// # Errors
    /// Only if the file cannot be put together, which is a defect.
    pub fn to_weights_file(&self) -> Result<Vec<u8>, Fault> {
        self.write(self.settings_only()?, false)
    }

    /// Reads either file.
    ///
    /// # Errors
    /// [`Fault::BadFile`] with the byte where it stops making sense, [`Fault::ShapeMismatch`] for another network.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let bad =
            |at_byte: usize, reason: String| Fault::BadFile { name: name.to_owned(), at_byte: at_byte as u64, reason };
        if bytes.len() > MAX_BYTES {
            return Err(bad(MAX_BYTES, format!("it is longer than any such file ({} bytes)", bytes.len())));
        }
        let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(bad(bytes.len(), "it ends before the length of its header".to_owned()));
        };
        let header = u64::from_le_bytes(*length);
        if header > rest.len() as u64 {
            return Err(bad(bytes.len(), format!("it ends inside its header of {header} bytes")));
        }
        // What the header promises starts behind it; what is wrong in the header is reported at its start.
        let (_, parsed) =
            SafeTensors::read_metadata(bytes).map_err(|e| bad(8, format!("its header is broken: {e}")))?;
        let file = SafeTensors::deserialize(bytes)
            .map_err(|e| bad(bytes.len(), format!("its tensors do not fill it exactly: {e}")))?;
        let metadata = parsed.metadata().clone().unwrap_or_default();
        let settings = match metadata.get(SETTINGS) {
            Some(json) => {
                serde_json::from_str(json).map_err(|e| bad(8, format!("its settings cannot be read: {e}")))?
            }
            None => Settings::default(),
        };
        check_settings(&settings).map_err(|reason| bad(8, reason))?;
        let meta = match metadata.get(META) {
            Some(json) => serde_json::from_str(json).map_err(|e| bad(8, format!("its history cannot be read: {e}")))?,
            None => Meta::default(),
        };
        let mut weights = Vec::with_capacity(parameter_count());
        for (layer, shape) in PARAMETERS {
            let tensor = file.tensor(layer).map_err(|_| bad(8, format!("it has no tensor called {layer}")))?;
            weights.extend(floats(name, layer, shape, &tensor)?);
        }
        let memory = |key: &str| match file.tensor(key) {
            Ok(tensor) => floats(name, key, &[parameter_count()], &tensor).map(Some),
            Err(_) => Ok(None),
        };
        let (first, second) = (memory(FIRST)?, memory(SECOND)?);
        Ok(Self { settings, weights, first, second, meta })
    }

    fn settings_only(&self) -> Result<HashMap<String, String>, Fault> {
        let settings = serde_json::to_string(&self.settings).map_err(internal)?;
        Ok(HashMap::from([(SETTINGS.to_owned(), settings), ("format".to_owned(), "pt".to_owned())]))
    }

    fn write(&self, metadata: HashMap<String, String>, with_optimizer: bool) -> Result<Vec<u8>, Fault> {
        let mut rest = self.weights.as_slice();
        let mut tensors = Vec::new();
        for (name, shape) in PARAMETERS {
            let (own, others) = rest.split_at(shape.iter().product());
            rest = others;
            tensors.push((name, shape.to_vec(), own));
        }
        if with_optimizer {
            let memories = [(FIRST, &self.first), (SECOND, &self.second)];
            tensors.extend(memories.into_iter().filter_map(|(n, m)| m.as_deref().map(|m| (n, vec![m.len()], m))));
        }
        let views = tensors
            .into_iter()
            .map(|(name, shape, values)| {
                Ok((name, TensorView::new(Dtype::F32, shape, bytemuck::cast_slice(values)).map_err(internal)?))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        safetensors::serialize(views, Some(metadata)).map_err(internal)
    }
}

/// Every value is checked against the catalogue, so that a hostile file cannot ask for a batch of a billion.
fn check_settings(settings: &Settings) -> Result<(), String> {
    let mut copy = Settings::default();
    crate::protocol::catalog::HYPERPARAMETERS.iter().try_for_each(|h| copy.set(h.key, &settings.get(h.key)))
}

/// The values of one tensor, all finite.
fn floats(name: &str, layer: &str, shape: &[usize], tensor: &TensorView<'_>) -> Result<Vec<f32>, Fault> {
    if tensor.shape() != shape {
        return Err(Fault::ShapeMismatch {
            name: name.to_owned(),
            layer: layer.to_owned(),
            expected: shape.to_vec(),
            got: tensor.shape().to_vec(),
        });
    }
    let bad = |reason: &str| Fault::BadFile { name: name.to_owned(), at_byte: 8, reason: format!("{layer} {reason}") };
    if tensor.dtype() != Dtype::F32 {
        return Err(bad("is not stored as 32-bit floats"));
    }
    let values: Vec<f32> = tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    if values.iter().any(|v| !v.is_finite()) {
        return Err(bad("holds values that are not finite numbers"));
    }
    Ok(values)
}

fn internal(error: impl std::fmt::Display) -> Fault {
    Fault::Internal { message: error.to_string() }
}
