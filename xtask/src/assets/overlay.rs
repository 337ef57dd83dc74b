//! Lays what this host installed over the built site, whatever the site was built from.

use super::store::{Store, put};
use crate::sh;
use anyhow::{Context, Result};
use receptive::data::Manifest;
use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

/// In dist/: which files came from assets/, one path a line.
const RECORD: &str = ".overlay";
const MANIFEST: &str = "manifest.json";

/// Puts the files of `assets` into `dist`, takes away what is no longer among them, and writes the manifest of both.
/// Files are linked where that is possible, so this takes no space and hardly any time.
///
/// # Errors
/// When `public` has no valid manifest, or `dist` cannot be written.
pub fn overlay(public: &Path, assets: &Path, dist: &Path) -> Result<()> {
    let shipped = Store::new(public).manifest()?;
    let own = usable(assets);
    let mut now = HashSet::new();
    for asset in &own.assets {
        put_file(&assets.join(&asset.path), &dist.join(&asset.path))?;
        now.insert(asset.path.clone());
    }
    let before = fs::read_to_string(dist.join(RECORD)).unwrap_or_default();
    for gone in before.lines().filter(|path| !now.contains(*path)) {
        fs::remove_file(dist.join(gone)).ok();
        if shipped.find(gone).is_ok() {
            put_copy(&public.join(gone), &dist.join(gone))?;
        }
    }
    let mut record: Vec<String> = now.into_iter().collect();
    record.sort();
    write_anew(&dist.join(RECORD), record.join("\n").as_bytes())?;
    if own.assets.is_empty() {
        // Byte for byte what the repository has.
        return write_anew(&dist.join(MANIFEST), &fs::read(public.join(MANIFEST))?);
    }
    let merged = serde_json::to_string_pretty(&merge(shipped, own))? + "\n";
    Manifest::parse(merged.as_bytes()).context("public/ and assets/ do not go together; delete assets/")?;
    write_anew(&dist.join(MANIFEST), merged.as_bytes())
}

/// Both; what this host installed goes before what has the same name or path in the repository.
fn merge(mut shipped: Manifest, own: Manifest) -> Manifest {
    for asset in own.assets {
        put(&mut shipped.assets, asset, |a| &a.path);
    }
    for network in own.networks {
        put(&mut shipped.networks, network, |n| &n.name);
    }
    for dataset in own.datasets {
        put(&mut shipped.datasets, dataset, |d| &d.name);
    }
    for run in own.runs {
        put(&mut shipped.runs, run, |r| &r.name);
    }
    shipped
}

/// What is in assets/ and whole. Whatever is broken there is said aloud and left out: the site must still be served.
fn usable(assets: &Path) -> Manifest {
    let store = Store::new(assets);
    let mut own = store.manifest().unwrap_or_else(|error| {
        sh::warn(&format!("What is installed on this host cannot be shown: {error:#}"));
        Manifest::empty()
    });
    let whole = |path: &str, bytes| fs::metadata(assets.join(path)).is_ok_and(|m| m.is_file() && m.len() == bytes);
    own.assets.retain(|asset| whole(&asset.path, asset.bytes));
    let here: HashSet<&String> = own.assets.iter().map(|asset| &asset.path).collect();
    own.networks.retain(|network| {
        let complete = network.files().all(|path| here.contains(path));
        complete || left_out(&network.title, &format!("cargo xtask assets fetch {}", network.name))
    });
    own.datasets.retain(|dataset| {
        let complete = dataset.files().all(|path| here.contains(path));
        complete || left_out(&dataset.title, "cargo xtask assets fetch, or import")
    });
    own.runs.retain(|run| {
        let complete = run.files().all(|path| here.contains(path));
        complete || left_out(&run.title, "cargo xtask assets add-run")
    });
    own
}

fn left_out(title: &str, command: &str) -> bool {
    sh::warn(&format!("{title} is left out: its files in assets/ are incomplete. Install it again: {command}"));
    false
}

/// A link, or a copy where the two folders lie on different disks. Does nothing where it is there already.
fn put_file(from: &Path, to: &Path) -> Result<()> {
    let age = |path: &Path| fs::metadata(path).and_then(|m| Ok((m.len(), m.modified()?))).ok();
    if age(from).is_some() && age(from) == age(to) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::remove_file(to).ok();
    if fs::hard_link(from, to).is_ok() { Ok(()) } else { put_copy(from, to) }
}

fn put_copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    // So that the copy is known for what it is the next time.
    File::options().write(true).open(to)?.set_modified(fs::metadata(from)?.modified()?)?;
    Ok(())
}

/// Never writes into a file that might be a link to one in assets/ or public/.
fn write_anew(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::remove_file(path).ok();
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::{InstalledNetwork, Preprocessing};
    use std::path::PathBuf;

    /// public/ with one network, as it lies in dist/ after a build, and an empty assets/.
    struct Scene(tempfile::TempDir);

    impl Scene {
        fn new() -> Self {
            let scene = Self(tempfile::tempdir().unwrap());
            scene.install("public", "squeeze", "shipped");
            let (from, to) = (scene.path("public/weights/squeeze"), scene.path("dist/weights/squeeze"));
            fs::create_dir_all(&to).unwrap();
            fs::copy(from.join("first"), to.join("first")).unwrap();
            fs::copy(scene.path("public/manifest.json"), scene.path("dist/manifest.json")).unwrap();
            scene
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn install(&self, folder: &str, name: &str, content: &str) {
            let mut staging = Store::new(self.path(folder)).stage("weights", name).unwrap();
            let path = format!("weights/{name}/first");
            staging.add(&path, content.as_bytes(), "t", "l", "s").unwrap();
            let network = InstalledNetwork {
                name: name.to_owned(),
                architecture: "alexnet".to_owned(),
                title: name.to_owned(),
                first: vec![path],
                features: Vec::new(),
                classifier: Vec::new(),
                classes: None,
                preprocessing: Preprocessing::IMAGENET,
                top1: None,
                top5: None,
                licence: folder.to_owned(),
                source: "s".to_owned(),
            };
            staging.finish(|manifest| put(&mut manifest.networks, network, |n| &n.name)).unwrap();
        }

        /// Names of the networks in dist/ with the folder they come from; every file is as the manifest says.
        fn laid(&self) -> Vec<(String, String)> {
            overlay(&self.path("public"), &self.path("assets"), &self.path("dist")).unwrap();
            let manifest = Store::new(self.path("dist")).manifest().unwrap();
            for asset in &manifest.assets {
                asset.verify(&fs::read(self.path("dist").join(&asset.path)).unwrap()).unwrap();
            }
            manifest.networks.into_iter().map(|network| (network.name, network.licence)).collect()
        }
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn what_this_host_installed_appears_and_disappears_without_a_build() {
        let scene = Scene::new();
        let shipped = fs::read(scene.path("public/manifest.json")).unwrap();
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public")]));
        scene.install("assets", "alex", "weights");
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public"), ("alex", "assets")]));
        scene.install("assets", "alex", "better ones");
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public"), ("alex", "assets")]));
        fs::remove_dir_all(scene.path("assets")).unwrap();
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public")]));
        assert!(!scene.path("dist/weights/alex/first").exists());
        assert_eq!(fs::read(scene.path("dist/manifest.json")).unwrap(), shipped);
        assert_eq!(fs::read(scene.path("public/manifest.json")).unwrap(), shipped);
    }

    #[test]
    fn of_two_with_one_name_this_host_s_is_shown_and_the_shipped_one_comes_back() {
        let scene = Scene::new();
        scene.install("assets", "squeeze", "this host's");
        assert_eq!(scene.laid(), pairs(&[("squeeze", "assets")]));
        assert_eq!(scene.laid(), pairs(&[("squeeze", "assets")]), "again changes nothing");
        fs::remove_dir_all(scene.path("assets")).unwrap();
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public")]));
        let read = |path: &str| fs::read_to_string(scene.path(path)).unwrap();
        assert_eq!((read("dist/weights/squeeze/first"), read("public/weights/squeeze/first")).0, "shipped");
        assert_eq!(read("public/weights/squeeze/first"), "shipped");
    }

    #[test]
    fn what_is_broken_is_left_out_and_the_rest_is_served() {
        let scene = Scene::new();
        scene.install("assets", "alex", "weights");
        scene.install("assets", "res", "weights");
        fs::write(scene.path("assets/weights/alex/first"), "cut").unwrap();
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public"), ("res", "assets")]));
        fs::write(scene.path("assets/manifest.json"), "{").unwrap();
        assert_eq!(scene.laid(), pairs(&[("squeeze", "public")]));
    }
}
