//! A folder of assets with its manifest: `public/`, which the repository ships, or `assets/`, what this host installed.

use super::error::AssetError;
use anyhow::{Context, Result};
use receptive::data::{Asset, Manifest, sha256};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const MANIFEST: &str = "manifest.json";

pub struct Store {
    folder: PathBuf,
}

/// New files of one asset, in a folder beside their place, until all are there. Dropped unfinished, it leaves nothing.
pub struct Staging {
    store: PathBuf,
    folder: PathBuf,
    /// What the files belong to: `weights/alexnet`.
    owner: String,
    assets: Vec<Asset>,
}

impl Store {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is in it; nothing where there is no such folder yet.
    ///
    /// # Errors
    /// When the manifest cannot be read.
    pub fn manifest(&self) -> Result<Manifest> {
        let path = self.folder.join(MANIFEST);
        match fs::read(&path) {
            Ok(bytes) => Manifest::parse(&bytes)
                .with_context(|| format!("{} cannot be used; restore it or delete its folder", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Manifest::empty()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes the manifest whole or not at all.
    ///
    /// # Errors
    /// When it would not be read again, or cannot be written.
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        let partial = self.folder.join(".manifest.partial");
        fs::create_dir_all(&self.folder)?;
        fs::write(&partial, printed(manifest)?)?;
        fs::rename(partial, self.folder.join(MANIFEST))?;
        Ok(())
    }

    /// Begins a new set of files below `<kind>/<name>`, in the place of what is there now.
    ///
    /// # Errors
    /// When the name is none, or the folder cannot be made.
    pub fn stage(&self, kind: &str, name: &str) -> Result<Staging> {
        check_name(name)?;
        let folder = self.folder.join(format!(".partial-{name}"));
        // Left by a run that was killed.
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", self.folder.display()))?;
        Ok(Staging { store: self.folder.clone(), folder, owner: format!("{kind}/{name}"), assets: Vec::new() })
    }
}

impl Staging {
    /// Adds a file and its entry; `path` is below the site's root.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, path: &str, bytes: &[u8], title: &str, licence: &str, source: &str) -> Result<()> {
        let place = self.folder.join(path);
        let parent = place.parent().context("a path within the site has a folder")?;
        fs::create_dir_all(parent)?;
        fs::write(&place, bytes).with_context(|| format!("cannot write {path}"))?;
        self.assets.push(Asset {
            path: path.to_owned(),
            title: title.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
            licence: licence.to_owned(),
            source: source.to_owned(),
        });
        Ok(())
    }

    /// What is to be installed, as the manifest will list it.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Puts all files in their place, and then the manifest, which `change` gives its entry of a network or data set.
    ///
    /// # Errors
    /// When the manifest would not be valid, or something cannot be moved; what was there before is there again.
    pub fn finish(mut self, change: impl FnOnce(&mut Manifest)) -> Result<()> {
        let store = Store::new(&self.store);
        let mut manifest = store.manifest()?;
        let below = format!("{}/", self.owner);
        let new = std::mem::take(&mut self.assets);
        manifest.assets.retain(|old| !old.path.starts_with(&below) && new.iter().all(|asset| asset.path != old.path));
        let shared = new.iter().filter(|asset| !asset.path.starts_with(&below)).map(|asset| asset.path.clone());
        let shared: Vec<String> = shared.collect();
        manifest.assets.extend(new);
        change(&mut manifest);
        // Before anything is moved.
        printed(&manifest)?;

        // Files that several assets share, such as names of classes: the same bytes as those that are there.
        for path in shared {
            let place = self.store.join(&path);
            fs::create_dir_all(place.parent().context("a path within the site has a folder")?)?;
            fs::rename(self.folder.join(&path), place)?;
        }
        let place = self.store.join(&self.owner);
        let old = self.folder.join("old");
        fs::create_dir_all(place.parent().context("the owner is a folder below another")?)?;
        let had = place.exists();
        if had {
            fs::rename(&place, &old)?;
        }
        let moved = fs::rename(self.folder.join(&self.owner), &place).map_err(anyhow::Error::from);
        if let Err(error) = moved.and_then(|()| store.write_manifest(&manifest)) {
            fs::remove_dir_all(&place).ok();
            if had {
                fs::rename(&old, &place).context("what was installed before could not be put back")?;
            }
            return Err(error);
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// As the repository keeps it, and checked as the site will check it.
fn printed(manifest: &Manifest) -> Result<String> {
    let text = serde_json::to_string_pretty(manifest)? + "\n";
    Manifest::parse(text.as_bytes()).context("the manifest would not be valid")?;
    Ok(text)
}

/// Names become folders and parts of addresses.
fn check_name(name: &str) -> Result<(), AssetError> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if plain && starts && name.len() <= 64 { Ok(()) } else { Err(AssetError::BadName { name: name.to_owned() }) }
}

/// Replaces the element with this name, or adds it.
pub fn put<T>(list: &mut Vec<T>, new: T, name: impl Fn(&T) -> &str) {
    match list.iter().position(|old| name(old) == name(&new)) {
        Some(place) => list[place] = new,
        None => list.push(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::{DatasetForm, InstalledDataset};

    fn dataset(name: &str) -> InstalledDataset {
        InstalledDataset {
            name: name.to_owned(),
            title: "t".to_owned(),
            classes: vec!["a".to_owned()],
            parts: Vec::new(),
            licence: "l".to_owned(),
            source: "s".to_owned(),
            form: DatasetForm::Files,
        }
    }

    fn install(store: &Store, name: &str, files: &[&str]) -> Result<()> {
        let mut staging = store.stage("datasets", name)?;
        for file in files {
            staging.add(&format!("datasets/{name}/{file}"), file.as_bytes(), "t", "l", "s")?;
        }
        staging.finish(|manifest| put(&mut manifest.datasets, dataset(name), |d| &d.name))
    }

    fn files(folder: &Path) -> Vec<String> {
        let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|e| e.unwrap());
        let files = all.filter(|e| e.file_type().is_file());
        files.map(|e| e.path().strip_prefix(folder).unwrap().display().to_string().replace('\\', "/")).collect()
    }

    #[test]
    fn a_new_set_of_files_takes_the_place_of_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("assets"));
        assert!(store.manifest().unwrap().assets.is_empty());
        install(&store, "one", &["a", "b"]).unwrap();
        install(&store, "two", &["a"]).unwrap();
        install(&store, "one", &["c"]).unwrap();
        assert_eq!(files(store.folder()), ["datasets/one/c", "datasets/two/a", "manifest.json"]);
        let manifest = store.manifest().unwrap();
        let paths: Vec<_> = manifest.assets.iter().map(|a| a.path.as_str()).collect();
        assert_eq!(paths, ["datasets/two/a", "datasets/one/c"]);
        assert_eq!(manifest.datasets.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn what_fails_leaves_nothing_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        install(&store, "one", &["a"]).unwrap();
        let before = fs::read(folder.path().join(MANIFEST)).unwrap();

        let mut staging = store.stage("datasets", "one").unwrap();
        staging.add("datasets/one/half", b"half", "t", "l", "s").unwrap();
        drop(staging);
        // A path that no site may have.
        assert!(install(&store, "one", &[".hidden"]).is_err());
        for name in ["", "../one", ".one", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(install(&store, name, &["a"]).is_err(), "{name}");
        }
        assert_eq!(files(folder.path()), ["datasets/one/a", "manifest.json"]);
        assert_eq!(fs::read(folder.path().join(MANIFEST)).unwrap(), before);
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let killed = store.stage("datasets", "one").unwrap();
        fs::write(folder.path().join(".partial-one/half"), "half").unwrap();
        std::mem::forget(killed);
        install(&store, "one", &["a"]).unwrap();
        assert_eq!(files(folder.path()), ["datasets/one/a", "manifest.json"]);
    }
}
