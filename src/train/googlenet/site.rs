//! What there is to learn on a site: MNIST, and what its host installed as small pictures.

use super::PictureSet;
use crate::data::{
    DatasetForm, InstalledDataset, Manifest, TEST_LABELS, TRAIN_LABELS, TRAIN_SHARD, test_shards, train_shards,
};
use crate::protocol::TrainingSet;
use crate::protocol::catalog::{MNIST_TEST, MNIST_TRAIN};

/// MNIST has no entry among the data sets of the manifest, only its files.
const MNIST: &str = "mnist";

/// A data set that can be learned, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSet {
    pub about: TrainingSet,
    pub set: PictureSet,
    /// Paths of its files, in the order in which they are loaded.
    pub files: Vec<String>,
    /// From this file on there are only pictures that are not learned from; where such pictures have no files of their own,
    /// there is no such file.
    pub validation_from: usize,
    /// Whether the files are MNIST's, with labels and digits apart, instead of shards of pixels.
    pub digits: bool,
}

impl SiteSet {
    /// All of a site, MNIST last.
    pub fn all(manifest: &Manifest) -> Vec<Self> {
        let own = manifest.datasets.iter().filter(|dataset| dataset.name != MNIST);
        let mut all: Vec<Self> = own.filter_map(|dataset| installed(manifest, dataset)).collect();
        all.extend(mnist(manifest));
        all
    }
}

fn installed(manifest: &Manifest, dataset: &InstalledDataset) -> Option<SiteSet> {
    let (set, files) = PictureSet::of(dataset)?;
    let files: Vec<String> = files.into_iter().cloned().collect();
    let learned = dataset.parts.iter().find(|part| part.name == "train");
    let about = TrainingSet {
        name: dataset.name.clone(),
        title: dataset.title.clone(),
        classes: dataset.classes.clone(),
        train: set.train,
        validation: set.validation,
        bytes: bytes(manifest, &files)?,
        licence: dataset.licence.clone(),
        source: dataset.source.clone(),
        lossy: matches!(dataset.form, DatasetForm::Pixels { lossy: true, .. }),
    };
    let validation_from = learned.map_or(files.len(), |part| part.shards.len());
    Some(SiteSet { about, set, validation_from, files, digits: false })
}

fn mnist(manifest: &Manifest) -> Option<SiteSet> {
    let train = [vec![TRAIN_LABELS.to_owned()], train_shards()].concat();
    let validation_from = train.len();
    let files = [train, vec![TEST_LABELS.to_owned()], test_shards()].concat();
    let first = manifest.find(TRAIN_LABELS).ok()?;
    let set = PictureSet {
        name: MNIST.to_owned(),
        classes: (0..10).map(|digit| digit.to_string()).collect(),
        train: MNIST_TRAIN,
        validation: MNIST_TEST,
        shard: TRAIN_SHARD,
    };
    let about = TrainingSet {
        name: MNIST.to_owned(),
        title: "MNIST".to_owned(),
        classes: set.classes.clone(),
        train: set.train,
        validation: set.validation,
        bytes: bytes(manifest, &files)?,
        licence: first.licence.clone(),
        source: first.source.clone(),
        lossy: false,
    };
    Some(SiteSet { about, set, files, validation_from, digits: true })
}

fn bytes(manifest: &Manifest, files: &[String]) -> Option<u64> {
    files.iter().map(|path| manifest.find(path).ok().map(|asset| asset.bytes)).sum()
}
