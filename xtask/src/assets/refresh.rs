//! `cargo xtask assets refresh`: the repository's own manifest, measured anew after a file in `public/` changed.

use super::known::Known;
use super::smallest;
use super::store::{Store, put};
use crate::paths;
use anyhow::{Context, Result};
use receptive::data::{Asset, sha256};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Where the sample photos and what is known of them are described.
const SAMPLES: &str = "tests/fixtures/samples.json";

#[derive(clap::Args)]
pub struct Args {
    /// Compress the weights anew before, as far as gzip allows.
    #[arg(long)]
    smallest: bool,
}

#[derive(Deserialize)]
struct Samples {
    photos: Vec<Photo>,
}

#[derive(Deserialize)]
struct Photo {
    file: String,
    title: String,
    licence: String,
    source: String,
}

/// Measures every file of `public/manifest.json`, the sample photos and the names of classes.
///
/// # Errors
/// When a file is missing.
pub fn run(args: &Args) -> Result<()> {
    let public = paths::public();
    if args.smallest {
        smallest::run(&public, &Store::new(&public).manifest()?.assets)?;
    }
    let root = paths::root();
    let text = fs::read_to_string(root.join(SAMPLES)).with_context(|| format!("cannot read {SAMPLES}"))?;
    let samples: Samples = serde_json::from_str(&text).with_context(|| format!("{SAMPLES} is broken"))?;
    // Each photo, and its small copy to choose it by.
    let copies = samples.photos.iter().flat_map(|photo| ["samples", "thumbnails"].map(|folder| (folder, photo)));
    let photos: Vec<Asset> = copies
        .map(|(folder, photo)| Asset {
            path: format!("{folder}/{}", photo.file),
            title: photo.title.clone(),
            bytes: 0,
            sha256: String::new(),
            licence: photo.licence.clone(),
            source: photo.source.clone(),
        })
        .collect();
    let names = Known::read()?.class_names.into_iter().map(|list| Asset {
        path: list.path,
        title: list.title,
        bytes: 0,
        sha256: String::new(),
        licence: list.licence,
        source: list.source,
    });
    let changed = refresh(&public, photos.into_iter().chain(names))?;
    println!("{changed} entries of public/manifest.json are new or have changed.");
    Ok(())
}

/// Adds these entries and measures them and all others. Returns how many are not as they were.
fn refresh(folder: &Path, described: impl IntoIterator<Item = Asset>) -> Result<usize> {
    let store = Store::new(folder);
    let mut manifest = store.manifest()?;
    let before = manifest.assets.clone();
    for asset in described {
        put(&mut manifest.assets, asset, |a| &a.path);
    }
    for asset in &mut manifest.assets {
        let bytes = fs::read(folder.join(&asset.path)).with_context(|| {
            format!("{} is listed but cannot be read; restore it, or take out its entry", asset.path)
        })?;
        asset.bytes = bytes.len() as u64;
        asset.sha256 = sha256(&bytes);
    }
    let changed = manifest.assets.iter().filter(|asset| !before.contains(asset)).count();
    if changed > 0 {
        store.write_manifest(&manifest)?;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_follow_their_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("samples")).unwrap();
        fs::write(folder.path().join("samples/a.jpg"), "abc").unwrap();
        let text = |text: &str| text.to_owned();
        let photo = Asset {
            path: text("samples/a.jpg"),
            title: text("t"),
            bytes: 0,
            sha256: String::new(),
            licence: text("l"),
            source: text("s"),
        };
        assert_eq!(refresh(folder.path(), [photo.clone()]).unwrap(), 1);
        let manifest = Store::new(folder.path()).manifest().unwrap();
        // SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((manifest.assets[0].bytes, manifest.assets[0].sha256.as_str()), (3, abc));
        assert_eq!(refresh(folder.path(), [photo]).unwrap(), 0, "nothing to do");
        fs::write(folder.path().join("samples/a.jpg"), "abcd").unwrap();
        assert_eq!(refresh(folder.path(), []).unwrap(), 1);
        fs::remove_file(folder.path().join("samples/a.jpg")).unwrap();
        assert!(refresh(folder.path(), []).unwrap_err().to_string().contains("samples/a.jpg"));
    }
}
