//! From class folders of pictures to the files a browser downloads: `datasets/<name>/`.

use super::folders::{self, Found, Picture};
use super::progress::Progress;
use super::small;
use super::store::{Store, put};
use anyhow::{Context, Result, ensure};
use receptive::data::{DatasetForm, DatasetPart, InstalledDataset, MAX_SHARD_BYTES};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::fs;
use std::path::Path;

/// What is said about a data set besides its pictures.
pub struct About {
    pub name: String,
    pub title: String,
    pub licence: String,
    pub source: String,
}

/// Room in a shard for the entry of one picture besides its name.
const ENTRY_BYTES: usize = 128;

/// Packs the pictures of a folder and installs them in `store`, in the place of what has this name. Small pictures, all of
/// one size, are decoded, unless files are asked for; others stay as they are.
///
/// # Errors
/// When there are no pictures, or something cannot be read or written; then nothing has changed.
pub fn install(
    store: &Store,
    folder: &Path,
    about: &About,
    keep_files: bool,
) -> Result<(Found, InstalledDataset, u64)> {
    let mut found = folders::find(folder)?;
    let small = if keep_files { None } else { small::size(&found) };
    let (dataset, bytes) = match small {
        Some(size) => small::install(store, &mut found, about, size)?,
        None => install_files(store, &found, about)?,
    };
    Ok((found, dataset, bytes))
}

fn install_files(store: &Store, found: &Found, about: &About) -> Result<(InstalledDataset, u64)> {
    let About { name, title, licence, source } = about;
    let mut staging = store.stage("datasets", name)?;
    let total = found.parts.iter().flat_map(|part| &part.pictures).map(|picture| picture.bytes as u64).sum();
    let mut progress = Progress::new(&format!("Packing {title}"), total);
    let mut parts = Vec::new();
    for part in &found.parts {
        let shards = split(&part.pictures, &found.classes);
        let mut paths = Vec::new();
        for (i, pictures) in shards.iter().enumerate() {
            let path = format!("datasets/{name}/{}-{i:02}.safetensors", part.name);
            let title = format!("{title}, {}, part {} of {}", part.name, i + 1, shards.len());
            staging.add(&path, &pack(pictures, &found.classes)?, &title, licence, source)?;
            progress.advance(pictures.iter().map(|picture| picture.bytes as u64).sum());
            paths.push(path);
        }
        let of = |class: usize| part.pictures.iter().filter(|picture| picture.class == class).count();
        let counts = (0..found.classes.len()).map(of).collect();
        parts.push(DatasetPart { name: part.name.clone(), counts, shards: paths });
    }
    let entry = InstalledDataset {
        name: name.clone(),
        title: title.clone(),
        classes: found.classes.clone(),
        parts,
        licence: licence.clone(),
        source: source.clone(),
        form: DatasetForm::Files,
    };
    let written = staging.assets().iter().map(|asset| asset.bytes).sum();
    let installed = entry.clone();
    staging.finish(|manifest| put(&mut manifest.datasets, entry, |d| &d.name))?;
    progress.done();
    Ok((installed, written))
}

/// Deals the pictures out to shards, in their order.
fn split<'a>(pictures: &'a [Picture], classes: &[String]) -> Vec<&'a [Picture]> {
    let (mut shards, mut start, mut used) = (Vec::new(), 0, ENTRY_BYTES);
    for (i, picture) in pictures.iter().enumerate() {
        // A letter of a name may take six bytes of JSON.
        let bytes = picture.bytes + ENTRY_BYTES + 6 * label(picture, classes).len();
        if used + bytes > MAX_SHARD_BYTES && i > start {
            shards.push(&pictures[start..i]);
            (start, used) = (i, ENTRY_BYTES);
        }
        used += bytes;
    }
    if start < pictures.len() {
        shards.push(&pictures[start..]);
    }
    shards
}

fn label(picture: &Picture, classes: &[String]) -> String {
    format!("{}/{}", classes[picture.class], picture.name)
}

fn pack(pictures: &[Picture], classes: &[String]) -> Result<Vec<u8>> {
    let mut files = Vec::with_capacity(pictures.len());
    for picture in pictures {
        let path = picture.path.display();
        let bytes = fs::read(&picture.path).with_context(|| format!("cannot read {path}"))?;
        ensure!(bytes.len() == picture.bytes, "{path} changed while it was read; run the command again");
        files.push((label(picture, classes), bytes));
    }
    let views = files.iter().map(|(label, bytes)| Ok((label, TensorView::new(Dtype::U8, vec![bytes.len()], bytes)?)));
    Ok(safetensors::serialize(views.collect::<Result<Vec<_>>>()?, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::Manifest;
    use safetensors::SafeTensors;

    fn about(name: &str) -> About {
        let text = |text: &str| text.to_owned();
        About { name: text(name), title: text("Flowers"), licence: text("l"), source: text("s") }
    }

    #[test]
    fn every_picture_comes_out_of_the_shards_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = folder.path().join("pictures");
        // Three megabytes each: six fit into a shard.
        let content = |class: &str, i: u8| {
            let mut bytes = b"\xff\xd8\xff".to_vec();
            bytes.extend(class.bytes().chain([i]).cycle().take(2_500_000));
            bytes
        };
        for class in ["rose", "tulip"] {
            fs::create_dir_all(pictures.join(class)).unwrap();
            for i in 0..5 {
                fs::write(pictures.join(class).join(format!("{i} \u{e4}.jpg")), content(class, i)).unwrap();
            }
        }
        let store = Store::new(folder.path().join("assets"));
        let (_, dataset, bytes) = install(&store, &pictures, &about("flowers"), false).unwrap();
        assert_eq!(dataset.classes, ["rose", "tulip"]);
        assert_eq!(dataset.parts[0].counts, [5, 5]);
        assert_eq!(
            dataset.parts[0].shards,
            ["datasets/flowers/all-00.safetensors", "datasets/flowers/all-01.safetensors"]
        );
        let manifest = Manifest::parse(&fs::read(store.folder().join("manifest.json")).unwrap()).unwrap();
        assert_eq!(
            (&manifest.datasets, bytes),
            (&vec![dataset.clone()], manifest.assets.iter().map(|a| a.bytes).sum())
        );
        let mut names = Vec::new();
        for asset in &manifest.assets {
            let bytes = fs::read(store.folder().join(&asset.path)).unwrap();
            asset.verify(&bytes).unwrap();
            assert!(bytes.len() <= MAX_SHARD_BYTES);
            for (name, view) in SafeTensors::deserialize(&bytes).unwrap().iter() {
                let (class, file) = name.split_once('/').unwrap();
                assert_eq!(view.data(), content(class, file.as_bytes()[0] - b'0'), "{name}");
                names.push(name.to_owned());
            }
        }
        names.sort();
        assert_eq!((names.len(), names[0].as_str()), (10, "rose/0 \u{e4}.jpg"));

        // The same folder gives the same files, whatever the order on the disk.
        let again = Store::new(folder.path().join("again"));
        install(&again, &pictures, &about("flowers"), false).unwrap();
        assert_eq!(again.manifest().unwrap(), manifest);
    }

    #[test]
    fn a_folder_that_is_refused_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("assets"));
        assert!(install(&store, folder.path(), &about("flowers"), false).is_err());
        assert!(!store.folder().exists());
    }
}
