//! Which of an installed data set's pictures are learned from, and which are only measured.

use crate::data::{DatasetForm, InstalledDataset, Pictures};
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;

/// This share of a set is only measured where it has one part alone.
const MEASURED: f64 = 0.2;

/// What is known of a set of small pictures before they are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureSet {
    pub name: String,
    /// 2 to 256.
    pub classes: Vec<String>,
    /// Pictures to learn from, and pictures that are only measured.
    pub train: usize,
    pub validation: usize,
    /// Pictures to learn from in each of its files: the first epoch goes through them file by file.
    pub shard: usize,
}

/// The pictures loaded so far, all of 32x32.
#[derive(Clone, Copy)]
pub struct Sets<'a> {
    pub train: &'a Pictures,
    pub validation: &'a Pictures,
}

impl PictureSet {
    /// The set, and the paths of its files in the order in which they are loaded; nothing where its pictures are not of
    /// 32x32, or it has fewer than two classes or no pictures to measure.
    ///
    /// The part `train` is learned from, and `validation` measured, or `test` where there is no such part. Of a set with
    /// one part alone the last fifth is measured: classes are mixed in every file.
    pub fn of(dataset: &InstalledDataset) -> Option<(Self, Vec<&String>)> {
        let fits = matches!(dataset.form, DatasetForm::Pixels { height: SIDE, width: SIDE, .. });
        let part = |name: &str| dataset.parts.iter().find(|part| part.name == name);
        let train = part("train").or(dataset.parts.first().filter(|_| dataset.parts.len() == 1))?;
        let measured = part("validation").or(part("test"));
        let all: usize = train.counts.iter().sum();
        let validation = match measured {
            Some(part) => part.counts.iter().sum(),
            None => (all as f64 * MEASURED) as usize,
        };
        let set = Self {
            name: dataset.name.clone(),
            classes: dataset.classes.clone(),
            train: if measured.is_some() { all } else { all - validation },
            validation,
            shard: all.div_ceil(train.shards.len().max(1)).max(1),
        };
        let is_possible = fits && set.classes.len() >= 2 && set.train > 0 && validation > 0;
        let files = train.shards.iter().chain(measured.iter().flat_map(|part| &part.shards)).collect();
        is_possible.then_some((set, files))
    }

    /// Appends the pictures of the next file to those they belong to.
    pub fn deal(&self, pictures: &Pictures, train: &mut Pictures, validation: &mut Pictures) {
        let first = self.train.saturating_sub(train.len()).min(pictures.len());
        let (pixels, other_pixels) = pictures.pixels.split_at(first * pictures.stride());
        let (labels, other_labels) = pictures.labels.split_at(first);
        train.push(pixels, labels);
        validation.push(other_pixels, other_labels);
    }
}
