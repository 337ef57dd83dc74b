//! A run on disk: a safetensors file whose tensors PyTorch can read and whose metadata says how to go on.

use super::step::Measured;
use crate::models::lenet5::{PARAMETERS, parameter_count};
use crate::protocol::{Fault, History, Settings};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;

/// No file of ours is larger; what claims to be is refused before it is read.
pub const MAX_BYTES: usize = 32 << 20;
/// The one entry of the file's metadata: with several, their order would differ from file to file.
const METADATA: &str = "receptive";
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

/// What the metadata holds, as JSON.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Metadata {
    settings: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Meta>,
}

impl Checkpoint {
    /// The file with everything needed to go on.
    ///
    /// # Errors
    /// Only if the file cannot be put together, which is a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        self.write(&Metadata { settings: self.settings.clone(), run: Some(self.meta.clone()) }, true)
    }

    /// The file for export: the ten parameters under PyTorch's names, and the settings.
    ///
    /// # Errors
    /// Only if the file cannot be put together, which is a defect.
    pub fn to_weights_file(&self) -> Result<Vec<u8>, Fault> {
        self.write(&Metadata { settings: self.settings.clone(), run: None }, false)
    }

    /// Reads either file.
    ///
    /// # Errors
    /// [`Fault::BadFile`] with the byte where it stops making sense, [`Fault::ShapeMismatch`] for another network.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let bad = bad_file(name);
        let (file, entry) = open(name, bytes, MAX_BYTES)?;
        let Metadata { settings, run } = match entry {
            Some(json) => serde_json::from_str(&json)
                .map_err(|e| bad(8, format!("its settings and history cannot be read: {e}")))?,
            // Written by PyTorch, say: weights are enough.
            None => Metadata::default(),
        };
        check_settings(&settings).map_err(|reason| bad(8, reason))?;
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
        Ok(Self { settings, weights, first, second, meta: run.unwrap_or_default() })
    }

    fn write(&self, metadata: &Metadata, with_optimizer: bool) -> Result<Vec<u8>, Fault> {
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
        close(tensors, metadata)
    }
}

/// A file that does not make sense from this byte on, for this reason.
pub(super) fn bad_file(name: &str) -> impl Fn(usize, String) -> Fault {
    move |at_byte, reason| Fault::BadFile { name: name.to_owned(), at_byte: at_byte as u64, reason }
}

/// The tensors of a file and our entry among its metadata.
///
/// # Errors
/// [`Fault::BadFile`] with the byte where it stops making sense.
pub(super) fn open<'a>(name: &str, bytes: &'a [u8], limit: usize) -> Result<(SafeTensors<'a>, Option<String>), Fault> {
    let bad = bad_file(name);
    if bytes.len() > limit {
        return Err(bad(limit, format!("it is longer than any such file ({} bytes)", bytes.len())));
    }
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(bad(bytes.len(), "it ends before the length of its header".to_owned()));
    };
    let header = u64::from_le_bytes(*length);
    if header > rest.len() as u64 {
        return Err(bad(bytes.len(), format!("it ends inside its header of {header} bytes")));
    }
    // What the header promises starts behind it; what is wrong in the header is reported at its start.
    let (_, parsed) = SafeTensors::read_metadata(bytes).map_err(|e| bad(8, format!("its header is broken: {e}")))?;
    let file = SafeTensors::deserialize(bytes)
        .map_err(|e| bad(bytes.len(), format!("its tensors do not fill it exactly: {e}")))?;
    let entry = parsed.metadata().as_ref().and_then(|entries| entries.get(METADATA)).cloned();
    Ok((file, entry))
}

/// A file of these tensors (name, shape, values) with our entry among its metadata.
///
/// # Errors
/// Only if the file cannot be put together, which is a defect.
pub(super) fn close(tensors: Vec<(&str, Vec<usize>, &[f32])>, metadata: &impl Serialize) -> Result<Vec<u8>, Fault> {
    let bytes = |values| Cow::Borrowed(bytemuck::cast_slice(values));
    write(tensors.into_iter().map(|(name, shape, values)| (name, Dtype::F32, shape, bytes(values))), metadata)
}

/// The beginning of a file of these tensors (name, shape) of 32-bit floats with our entry among its metadata, and the length
/// of the whole file. Their values follow in the same order: so a file can be written that need not fit into memory twice.
///
/// The format: <https://github.com/huggingface/safetensors>.
///
/// # Errors
/// Only if the metadata cannot be written, which is a defect.
pub(super) fn head(
    tensors: impl IntoIterator<Item = (String, Vec<usize>)>,
    metadata: &impl Serialize,
) -> Result<(Vec<u8>, usize), Fault> {
    let metadata = serde_json::to_string(metadata).map_err(internal)?;
    let mut header = serde_json::Map::from_iter([("__metadata__".to_owned(), json!({ METADATA: metadata }))]);
    let mut end = 0;
    for (name, shape) in tensors {
        let start = end;
        end += size_of::<f32>() * shape.iter().product::<usize>();
        header.insert(name, json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, end] }));
    }
    let mut header = serde_json::to_string(&header).map_err(internal)?;
    // The values begin at a multiple of eight.
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    let head = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let length = head.len() + end;
    Ok((head, length))
}

/// As [`close`] in half precision, but for vectors, which are short and stay whole.
///
/// # Errors
/// When a value is too large for that; otherwise as [`close`].
pub(super) fn close_half(
    tensors: Vec<(&str, Vec<usize>, &[f32])>,
    metadata: &impl Serialize,
) -> Result<Vec<u8>, Fault> {
    let mut all = Vec::new();
    for (name, shape, values) in tensors {
        if shape.len() < 2 {
            all.push((name, Dtype::F32, shape, Cow::Borrowed(bytemuck::cast_slice(values))));
            continue;
        }
        let halves: Vec<f16> = values.iter().map(|value| f16::from_f32(*value)).collect();
        if halves.iter().any(|value| !value.is_finite()) {
            return Err(internal(format!("{name} holds values too large for half precision")));
        }
        all.push((name, Dtype::F16, shape, Cow::Owned(halves.iter().flat_map(|value| value.to_le_bytes()).collect())));
    }
    write(all, metadata)
}

fn write<'a>(
    tensors: impl IntoIterator<Item = (&'a str, Dtype, Vec<usize>, Cow<'a, [u8]>)>,
    metadata: &impl Serialize,
) -> Result<Vec<u8>, Fault> {
    let tensors: Vec<_> = tensors.into_iter().collect();
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((*name, TensorView::new(*dtype, shape.clone(), bytes).map_err(internal)?))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let metadata = serde_json::to_string(metadata).map_err(internal)?;
    safetensors::serialize(views, Some(HashMap::from([(METADATA.to_owned(), metadata)]))).map_err(internal)
}

/// Every value is checked against the catalogue, so that a hostile file cannot ask for a batch of a billion.
fn check_settings(settings: &Settings) -> Result<(), String> {
    let mut copy = Settings::default();
    crate::protocol::catalog::HYPERPARAMETERS.iter().try_for_each(|h| copy.set(h.key, &settings.get(h.key)))
}

/// The values of one tensor, all finite; those of half precision are widened.
pub(super) fn floats(name: &str, layer: &str, shape: &[usize], tensor: &TensorView<'_>) -> Result<Vec<f32>, Fault> {
    if tensor.shape() != shape {
        return Err(Fault::ShapeMismatch {
            name: name.to_owned(),
            layer: layer.to_owned(),
            expected: shape.to_vec(),
            got: tensor.shape().to_vec(),
        });
    }
    let bad = |reason: &str| Fault::BadFile { name: name.to_owned(), at_byte: 8, reason: format!("{layer} {reason}") };
    let data = tensor.data();
    let values: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F16 => data.as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        _ => return Err(bad("is not stored as 32-bit or 16-bit floats")),
    };
    if values.iter().any(|v| !v.is_finite()) {
        return Err(bad("holds values that are not finite numbers"));
    }
    Ok(values)
}

pub(super) fn internal(error: impl std::fmt::Display) -> Fault {
    Fault::Internal { message: error.to_string() }
}
