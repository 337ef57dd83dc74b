use super::pixels::{MAX_CLASSES, is_small, pictures_per_shard};
use serde::{Deserialize, Serialize};

/// A data set of labelled pictures that this host has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstalledDataset {
    pub name: String,
    pub title: String,
    pub classes: Vec<String>,
    /// Parts such as `train` and `test`; one part called `all` where the folder made no difference.
    pub parts: Vec<DatasetPart>,
    pub licence: String,
    pub source: String,
    /// What its shards are; a manifest that does not say means files.
    #[serde(default, skip_serializing_if = "DatasetForm::is_files")]
    pub form: DatasetForm,
}

/// One part of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetPart {
    pub name: String,
    /// How many pictures of each class, in the order of the classes.
    pub counts: Vec<usize>,
    /// Paths of the shards, in order.
    pub shards: Vec<String>,
}

/// What the shards of a data set hold. In both forms the classes are mixed in every shard, so that training can begin
/// with the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DatasetForm {
    /// Picture files as they were, JPEG, PNG, WebP or GIF, for the browser to decode.
    ///
    /// A shard is a safetensors file of at most 16 MB, not compressed further, because the pictures are. It holds one
    /// tensor of bytes for each picture, `<class>/<file name>`. The crate `safetensors`, which the workers have for
    /// weights anyway, reads it without copying. Pictures are dealt out in the order of their SHA-256; within a shard
    /// they are in the order of their names.
    #[default]
    Files,
    /// Small pictures, all of one size, decoded: [`super::read_pixels`] reads a shard.
    Pixels {
        height: usize,
        width: usize,
        /// Some of them came from files of a lossy format (JPEG, or the lossy kind of WebP): accuracies obtained from them
        /// cannot be compared with those obtained from the original pictures.
        lossy: bool,
    },
}

impl DatasetForm {
    pub fn is_files(&self) -> bool {
        matches!(self, Self::Files)
    }
}

impl InstalledDataset {
    /// Paths of all shards of all parts.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        self.parts.iter().flat_map(|part| &part.shards)
    }

    /// How many pictures it has.
    pub fn pictures(&self) -> usize {
        self.parts.iter().flat_map(|part| &part.counts).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Why its entry cannot be true, as the end of a sentence that begins with its name.
    pub(super) fn fault(&self) -> Option<String> {
        if self.parts.iter().any(|part| part.counts.len() != self.classes.len()) {
            return Some("does not count the pictures of each of its classes".to_owned());
        }
        let DatasetForm::Pixels { height, width, .. } = self.form else { return None };
        if !is_small(height, width) {
            return Some(format!("claims {height}x{width} pixels, and only small pictures are kept so"));
        }
        if self.classes.len() > MAX_CLASSES {
            return Some(format!("has {} classes, and {MAX_CLASSES} are the most", self.classes.len()));
        }
        let most = self.files().count().saturating_mul(pictures_per_shard(height, width));
        (self.pictures() > most)
            .then(|| format!("counts {} pictures, and its files hold {most} at most", self.pictures()))
    }
}
