//! Which pictures of an installed data set are learned from.

use crate::made_up::pictures;
use receptive::data::{
    Asset, DatasetForm, DatasetPart, InstalledDataset, Manifest, Pictures, TEST_LABELS, TRAIN_LABELS, test_shards,
    train_shards,
};
use receptive::train::googlenet::{PictureSet, SiteSet};

fn dataset(parts: &[(&str, [usize; 2], usize)]) -> InstalledDataset {
    let text = str::to_owned;
    let part = |&(name, counts, shards): &(&str, [usize; 2], usize)| DatasetPart {
        name: text(name),
        counts: counts.to_vec(),
        shards: (0..shards).map(|i| format!("{name}-{i}")).collect(),
    };
    InstalledDataset {
        name: text("icons"),
        title: text("Icons"),
        classes: vec![text("a"), text("b")],
        parts: parts.iter().map(part).collect(),
        licence: text("l"),
        source: text("s"),
        form: DatasetForm::Pixels { height: 32, width: 32, lossy: false },
    }
}

#[test]
fn parts_are_known_by_their_names() {
    let both = dataset(&[("test", [3, 4], 1), ("train", [30, 31], 2)]);
    let (set, files) = PictureSet::of(&both).expect("it can be learned");
    assert_eq!((set.train, set.validation, set.shard), (61, 7, 31));
    assert_eq!(files, ["train-0", "train-1", "test-0"]);
    let three = dataset(&[("train", [30, 30], 1), ("validation", [2, 2], 1), ("test", [3, 3], 1)]);
    let (set, files) = PictureSet::of(&three).expect("it can be learned");
    assert_eq!((set.train, set.validation), (60, 4));
    assert_eq!(files, ["train-0", "validation-0"]);
}

#[test]
fn of_one_part_alone_the_last_fifth_is_measured() {
    let one = dataset(&[("all", [6, 5], 2)]);
    let (set, files) = PictureSet::of(&one).expect("it can be learned");
    assert_eq!((set.train, set.validation), (9, 2));
    assert_eq!(files, ["all-0", "all-1"]);
    let all = pictures(11, 2);
    let part = |range: std::ops::Range<usize>| {
        let mut part = Pictures::new(32, 32);
        part.push(&all.pixels[range.start * all.stride()..range.end * all.stride()], &all.labels[range]);
        part
    };
    let (mut train, mut validation) = (Pictures::new(32, 32), Pictures::new(32, 32));
    set.deal(&part(0..6), &mut train, &mut validation);
    assert_eq!((train.len(), validation.len()), (6, 0));
    set.deal(&part(6..11), &mut train, &mut validation);
    assert_eq!((train, validation), (part(0..9), part(9..11)));
}

#[test]
fn what_cannot_be_learned_here_is_no_set() {
    let mut large = dataset(&[("all", [60, 50], 1)]);
    large.form = DatasetForm::Pixels { height: 32, width: 48, lossy: false };
    assert!(PictureSet::of(&large).is_none());
    assert!(PictureSet::of(&InstalledDataset { form: DatasetForm::Files, ..large }).is_none());
    assert!(PictureSet::of(&dataset(&[("all", [1, 0], 1)])).is_none(), "nothing is left to measure");
    assert!(PictureSet::of(&dataset(&[("train", [9, 9], 1), ("test", [0, 0], 0)])).is_none());
    assert!(PictureSet::of(&dataset(&[("left", [9, 9], 1), ("right", [1, 1], 1)])).is_none());
    let mut one = dataset(&[("all", [60, 50], 1)]);
    one.classes.truncate(1);
    assert!(PictureSet::of(&one).is_none());
}

/// A site with this data set.
fn site(dataset: InstalledDataset) -> Manifest {
    let mut manifest = Manifest::empty();
    manifest.assets = dataset.files().map(|path| asset(path)).collect();
    manifest.datasets.push(dataset);
    manifest
}

fn asset(path: &str) -> Asset {
    let text = str::to_owned;
    let (title, licence, source) = (text("t"), text("l"), text("s"));
    Asset { path: text(path), title, bytes: 10, sha256: "0".repeat(64), licence, source }
}

#[test]
fn a_site_has_its_small_sets_and_mnist() {
    let mut pets = dataset(&[("test", [1, 2], 1), ("train", [9, 9], 2)]);
    pets.form = DatasetForm::Pixels { height: 32, width: 32, lossy: true };
    let mut manifest = site(pets);
    let all = SiteSet::all(&manifest);
    let [set] = all.as_slice() else { panic!("MNIST's files are not there: {all:?}") };
    assert_eq!((set.about.train, set.about.validation, set.about.bytes, set.about.lossy), (18, 3, 30, true));
    assert_eq!((set.files.len(), set.validation_from, set.digits), (3, 2, false));

    let digits = [vec![TRAIN_LABELS.to_owned()], train_shards(), vec![TEST_LABELS.to_owned()], test_shards()].concat();
    manifest.assets.extend(digits.iter().map(|path| asset(path)));
    let all = SiteSet::all(&manifest);
    let [_, mnist] = all.as_slice() else { panic!("two sets: {all:?}") };
    assert_eq!((mnist.about.train, mnist.about.validation, mnist.about.bytes), (60_000, 10_000, 140));
    assert_eq!((&mnist.files, mnist.files[mnist.validation_from].as_str()), (&digits, TEST_LABELS));
    assert!(mnist.digits && mnist.about.classes[9] == "9" && !mnist.about.lossy);
    // The name is taken.
    manifest.datasets[0].name = "mnist".to_owned();
    assert_eq!(SiteSet::all(&manifest), all[1..]);
    manifest.assets.pop();
    assert_eq!(SiteSet::all(&manifest), []);
}

#[test]
fn of_one_part_alone_no_file_has_only_measured_pictures() {
    let all = SiteSet::all(&site(dataset(&[("all", [6, 5], 2)])));
    assert_eq!((all[0].files.len(), all[0].validation_from), (2, 2));
    assert_eq!(SiteSet::all(&site(dataset(&[("all", [1, 0], 1)]))), []);
}

/// What this repository ships is enough to train with.
#[test]
fn a_fresh_clone_has_mnist() {
    let manifest = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/public/manifest.json")).unwrap();
    let all = SiteSet::all(&Manifest::parse(&manifest).unwrap());
    let mnist = all.last().expect("MNIST ships with the page");
    assert_eq!((mnist.about.name.as_str(), mnist.files.len()), ("mnist", 14));
    assert!(mnist.about.licence.starts_with("CC-BY-SA-3.0"), "{}", mnist.about.licence);
}
