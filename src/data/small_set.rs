//! Data sets that a network for small pictures can learn: MNIST, and what this host installed as pixels.

use super::mnist::{TEST_LABELS, TRAIN_LABELS, TRAIN_SHARD, test_shards, train_shards};
use super::pictures::Pictures;
use super::{DatasetForm, InstalledDataset, Manifest};
use crate::protocol::TrainingSet;
use crate::protocol::catalog::{MNIST_TEST, MNIST_TRAIN};
use crate::protocol::googlenet_catalog::GOOGLENET_SIDE;

/// MNIST has no entry among the data sets of the manifest, only its files.
const MNIST: &str = "mnist";
/// Of a set without a part of its own for it, every fifth picture is validated.
const VALIDATED: usize = 5;

/// Which of its pictures are learned from, and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallSet {
    pub about: TrainingSet,
    /// Pictures to learn from in a shard; all but the last have about so many.
    pub shard: usize,
    /// In order.
    pub files: Vec<SmallSetFile>,
    /// Whether the files are MNIST's, with labels and digits apart, instead of shards of pixels.
    pub digits: bool,
}

/// One of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallSetFile {
    pub path: String,
    pub part: SmallSetPart,
}

/// What the pictures of a file are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallSetPart {
    Train,
    Validation,
    /// The set has one part only: the fifth, tenth, … of its pictures are validated, the others learned from. Shards are
    /// mixed already, so the choice is as good as a random one, and known before anything is downloaded.
    Both,
}

impl SmallSet {
    /// All of a site: those of 32x32 pixels with a part called `train` and one called `validation` or `test`, or with one
    /// part only; and MNIST.
    pub fn all(manifest: &Manifest) -> Vec<Self> {
        let own = manifest.datasets.iter().filter(|dataset| dataset.name != MNIST);
        let mut all: Vec<Self> = own.filter_map(|dataset| installed(manifest, dataset)).collect();
        all.extend(mnist(manifest));
        all
    }

    /// Those files that validated pictures are in.
    pub fn validation_files(&self) -> impl Iterator<Item = &SmallSetFile> {
        self.files.iter().filter(|file| file.part != SmallSetPart::Train)
    }
}

impl SmallSetPart {
    /// The pictures of a file that are learned from, and those that are validated; `before` is how many pictures the files
    /// before it have.
    pub fn divide(self, pictures: Pictures, before: usize) -> [Pictures; 2] {
        let none = Pictures::new(pictures.height, pictures.width);
        match self {
            Self::Train => [pictures, none],
            Self::Validation => [none, pictures],
            Self::Both => {
                let mut parts = [none.clone(), none];
                for (i, &label) in pictures.labels.iter().enumerate() {
                    let validated = (before + i + 1).is_multiple_of(VALIDATED);
                    parts[usize::from(validated)].push(pictures.image(i), &[label]);
                }
                parts
            }
        }
    }
}

fn installed(manifest: &Manifest, dataset: &InstalledDataset) -> Option<SmallSet> {
    let DatasetForm::Pixels { height: GOOGLENET_SIDE, width: GOOGLENET_SIDE, lossy } = dataset.form else {
        return None;
    };
    let part = |name: &str| dataset.parts.iter().find(|part| part.name == name);
    let validation = part("validation").or_else(|| part("test"));
    let parts = match (dataset.parts.as_slice(), part("train"), validation) {
        (_, Some(train), Some(validation)) => {
            vec![(train, SmallSetPart::Train), (validation, SmallSetPart::Validation)]
        }
        ([only], ..) => vec![(only, SmallSetPart::Both)],
        _ => return None,
    };
    let (mut train, mut validation, mut shards) = (0, 0, 0);
    let mut files = Vec::new();
    for (about, part) in parts {
        let pictures: usize = about.counts.iter().sum();
        let validated = match part {
            SmallSetPart::Train => 0,
            SmallSetPart::Validation => pictures,
            SmallSetPart::Both => pictures / VALIDATED,
        };
        train += pictures - validated;
        validation += validated;
        shards += if part == SmallSetPart::Validation { 0 } else { about.shards.len() };
        files.extend(about.shards.iter().map(|path| SmallSetFile { path: path.clone(), part }));
    }
    if train == 0 || validation == 0 || shards == 0 || dataset.classes.len() < 2 {
        return None;
    }
    let about = TrainingSet {
        name: dataset.name.clone(),
        title: dataset.title.clone(),
        classes: dataset.classes.clone(),
        train,
        validation,
        bytes: bytes(manifest, &files)?,
        licence: dataset.licence.clone(),
        source: dataset.source.clone(),
        lossy,
    };
    Some(SmallSet { about, shard: train.div_ceil(shards), files, digits: false })
}

fn mnist(manifest: &Manifest) -> Option<SmallSet> {
    let of = |labels: &str, shards: Vec<String>, part: SmallSetPart| {
        std::iter::once(labels.to_owned()).chain(shards).map(move |path| SmallSetFile { path, part })
    };
    let train = of(TRAIN_LABELS, train_shards(), SmallSetPart::Train);
    let files: Vec<SmallSetFile> = train.chain(of(TEST_LABELS, test_shards(), SmallSetPart::Validation)).collect();
    let first = manifest.find(TRAIN_LABELS).ok()?;
    let about = TrainingSet {
        name: MNIST.to_owned(),
        title: "MNIST".to_owned(),
        classes: (0..10).map(|digit| digit.to_string()).collect(),
        train: MNIST_TRAIN,
        validation: MNIST_TEST,
        bytes: bytes(manifest, &files)?,
        licence: first.licence.clone(),
        source: first.source.clone(),
        lossy: false,
    };
    Some(SmallSet { about, shard: TRAIN_SHARD, files, digits: true })
}

fn bytes(manifest: &Manifest, files: &[SmallSetFile]) -> Option<u64> {
    files.iter().map(|file| manifest.find(&file.path).ok().map(|asset| asset.bytes)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Asset, DatasetPart};

    fn asset(path: &str) -> Asset {
        let text = str::to_owned;
        let (title, licence, source) = (text("t"), text("l"), text("s"));
        Asset { path: text(path), title, bytes: 10, sha256: "0".repeat(64), licence, source }
    }

    /// A site with one set; its parts have these names, counts and numbers of shards.
    fn site(parts: &[(&str, [usize; 2], usize)], form: DatasetForm) -> Manifest {
        let mut manifest = Manifest::empty();
        let mut part = |(name, counts, shards): &(&str, [usize; 2], usize)| {
            let shards: Vec<String> = (0..*shards).map(|shard| format!("{name}-{shard}")).collect();
            manifest.assets.extend(shards.iter().map(|path| asset(path)));
            DatasetPart { name: (*name).to_owned(), counts: counts.to_vec(), shards }
        };
        let parts = parts.iter().map(&mut part).collect();
        let classes = vec!["cat".to_owned(), "dog".to_owned()];
        let (licence, source) = ("l".to_owned(), "s".to_owned());
        let set = InstalledDataset {
            name: "pets".to_owned(),
            title: "Pets".to_owned(),
            classes,
            parts,
            licence,
            source,
            form,
        };
        manifest.datasets.push(set);
        manifest
    }

    const SMALL: DatasetForm = DatasetForm::Pixels { height: 32, width: 32, lossy: true };

    #[test]
    fn parts_are_learned_from_and_validated_by_their_names() {
        let all = SmallSet::all(&site(&[("test", [1, 2], 1), ("train", [5_000, 4_001], 2)], SMALL));
        let [set] = all.as_slice() else { panic!("one set: {all:?}") };
        assert_eq!((set.about.train, set.about.validation, set.about.bytes, set.shard), (9_001, 3, 30, 4_501));
        assert!(set.about.lossy && !set.digits);
        assert_eq!(
            set.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
            ["train-0", "train-1", "test-0"]
        );
        assert_eq!(set.validation_files().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["test-0"]);
        // The test part is left alone where there is one for validation.
        let three = site(&[("train", [3, 3], 1), ("validation", [1, 1], 1), ("test", [7, 7], 1)], SMALL);
        let set = &SmallSet::all(&three)[0];
        assert_eq!((set.about.train, set.about.validation, set.about.bytes), (6, 2, 20));
    }

    #[test]
    fn of_a_single_part_every_fifth_picture_is_validated() {
        let set = &SmallSet::all(&site(&[("all", [6, 5], 2)], SMALL))[0];
        assert_eq!((set.about.train, set.about.validation, set.shard), (9, 2, 5));
        let pictures = |labels: &[u8]| {
            let mut pictures = Pictures::new(1, 1);
            labels.iter().for_each(|&label| pictures.push(&[label; 3], &[label]));
            pictures
        };
        // Two shards of six and five pictures.
        let [first, second] = [(&[0, 1, 2, 3, 4, 5][..], 0), (&[6, 7, 8, 9, 10], 6)]
            .map(|(labels, before)| SmallSetPart::Both.divide(pictures(labels), before));
        assert_eq!(first, [pictures(&[0, 1, 2, 3, 5]), pictures(&[4])]);
        assert_eq!(second, [pictures(&[6, 7, 8, 10]), pictures(&[9])]);
        assert_eq!(SmallSetPart::Train.divide(pictures(&[1]), 0), [pictures(&[1]), pictures(&[])]);
        assert_eq!(SmallSetPart::Validation.divide(pictures(&[1]), 0), [pictures(&[]), pictures(&[1])]);
    }

    #[test]
    fn what_cannot_be_learned_is_left_out() {
        let none = |parts: &[(&str, [usize; 2], usize)], form| {
            assert_eq!(SmallSet::all(&site(parts, form)), [], "{parts:?}, {form:?}");
        };
        let two = [("train", [5, 5], 1), ("test", [1, 1], 1)];
        assert_eq!(SmallSet::all(&site(&two, SMALL)).len(), 1);
        none(&two, DatasetForm::Files);
        none(&two, DatasetForm::Pixels { height: 32, width: 28, lossy: false });
        none(&[("validation", [5, 5], 1), ("test", [1, 1], 1)], SMALL);
        none(&[("train", [0, 0], 0), ("test", [1, 1], 1)], SMALL);
        none(&[("train", [5, 5], 1), ("test", [0, 0], 0)], SMALL);
        // Too few for a fifth, and no pictures at all.
        none(&[("all", [2, 2], 1)], SMALL);
        none(&[("all", [0, 0], 0)], SMALL);
        none(&[], SMALL);
    }

    #[test]
    fn mnist_is_there_where_its_files_are() {
        let mut manifest = site(&[("train", [5, 5], 1), ("test", [1, 1], 1)], SMALL);
        manifest.datasets[0].name = MNIST.to_owned();
        assert_eq!(SmallSet::all(&manifest), [], "the name is taken");
        let files =
            [vec![TRAIN_LABELS.to_owned()], train_shards(), vec![TEST_LABELS.to_owned()], test_shards()].concat();
        manifest.assets.extend(files.iter().map(|path| asset(path)));
        let all = SmallSet::all(&manifest);
        let [set] = all.as_slice() else { panic!("MNIST alone: {all:?}") };
        assert_eq!((set.about.train, set.about.validation, set.about.bytes, set.shard), (60_000, 10_000, 140, 6_000));
        assert_eq!(set.files.iter().map(|file| &file.path).collect::<Vec<_>>(), files.iter().collect::<Vec<_>>());
        assert!(set.digits && set.validation_files().count() == 3 && set.about.classes[9] == "9");
        manifest.assets.pop();
        assert_eq!(SmallSet::all(&manifest), []);
    }
}
