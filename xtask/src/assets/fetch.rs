//! `cargo xtask assets fetch`: from a name to an installed network or data set.

use super::error::AssetError;
use super::import::{installed, shipped_classes};
use super::known::{Known, Layout, Published, PublishedSet};
use super::pictures::About;
use super::remote::{Sources, locate};
use super::store::Store;
use super::{cifar10, network};
use crate::{paths, sh};
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Which ones: see `cargo xtask assets list`.
    #[arg(required = true)]
    names: Vec<String>,
    /// A folder whose files are taken before anything is downloaded.
    #[arg(long, value_name = "DIR", env = "RECEPTIVE_MIRROR")]
    mirror: Option<PathBuf>,
}

/// What a name stands for.
enum Wanted<'a> {
    Network(&'a Published),
    Pictures(&'a PublishedSet),
}

impl<'a> Wanted<'a> {
    fn find(known: &'a Known, name: &str) -> Result<Self, AssetError> {
        match known.dataset(name) {
            Some(set) => Ok(Self::Pictures(set)),
            None => known.checkpoint(name).map(Self::Network),
        }
    }
}

/// Fetches and installs every one; one that cannot be had does not keep the others.
///
/// # Errors
/// When one of them is unknown, cannot be had or is not what was published.
pub fn run(args: Args) -> Result<()> {
    let known = Known::read()?;
    let wanted = args.names.iter().map(|name| Wanted::find(&known, name)).collect::<Result<Vec<_>, _>>()?;
    if let Some(mirror) = &args.mirror {
        ensure!(mirror.is_dir(), "the mirror {} is no folder", mirror.display());
    }
    let store = Store::new(paths::assets());
    let sources = Sources { mirror: args.mirror.as_deref(), cache: &paths::checkpoints() };
    let mut failed = Vec::new();
    for wanted in wanted {
        let (title, outcome) = match wanted {
            Wanted::Network(published) => (&published.title, install(&store, &sources, &known, published)),
            Wanted::Pictures(published) => (&published.title, install_pictures(&store, &sources, published)),
        };
        match outcome {
            Ok(bytes) => installed(&store, title, bytes),
            Err(error) => failed.push(format!("{error:#}")),
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\n\n✗ "));
    }
    Ok(())
}

fn install(store: &Store, sources: &Sources, known: &Known, published: &Published) -> Result<u64> {
    let architecture = network::find(published.architecture())?;
    let classes = known.classes(published);
    let classes =
        known.class_names(classes).with_context(|| format!("checkpoints.toml has no class names {classes}"))?;
    let checkpoint = locate(&published.remote(), sources)?;
    sh::say(&format!("Packing {} for the browser (usually seconds, half a minute for VGG)", published.title));
    let about = network::About {
        name: published.name.clone(),
        title: published.title.clone(),
        classes: Some(shipped_classes(classes)?),
        preprocessing: known.preprocessing(published),
        top1: Some(published.top1),
        top5: Some(published.top5),
        licence: known.licence(published).to_owned(),
        source: published.url.clone(),
    };
    network::install(store, &checkpoint, &architecture, &about)
}

fn install_pictures(store: &Store, sources: &Sources, published: &PublishedSet) -> Result<u64> {
    let archive = locate(&published.remote(), sources)?;
    let about = About {
        name: published.name.clone(),
        title: published.title.clone(),
        licence: published.licence.clone(),
        source: published.url.clone(),
    };
    match published.layout {
        Layout::Cifar10 => cifar10::install(store, &archive, &about, cifar10::BATCH),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Server;
    use flate2::read::GzDecoder;
    use std::fs;
    use std::io::Read;

    /// A list of one checkpoint: SqueezeNet's made-up weights, called `a.pth` and published at `url`.
    fn known(url: &str, bytes: usize, sha256: &str) -> Known {
        let entry = format!(
            r#"[[checkpoint]]
            name = "squeezenet1_1"
            title = "SqueezeNet"
            url = "{url}"
            sha256 = "{sha256}"
            bytes = {bytes}
            mebibytes = 4.7
            top1 = 1.0
            top5 = 2.0
            "#
        );
        let whole = fs::read_to_string(paths::root().join("checkpoints.toml")).unwrap();
        let (before, _) = whole.split_once("[[checkpoint]]").unwrap();
        let after = &whole[whole.find("[[class_names]]").unwrap()..];
        toml::from_str(&format!("{before}\n{entry}\n{after}")).unwrap()
    }

    /// Nobody listens at this address.
    const NOWHERE: &str = "http://127.0.0.1:1/a.pth";

    struct Scene {
        folder: tempfile::TempDir,
        bytes: Vec<u8>,
        sha256: String,
    }

    impl Scene {
        fn new() -> Self {
            let packed = fs::File::open(paths::root().join("tests/fixtures/checkpoints/squeezenet1_1-random.pth.gz"));
            let mut bytes = Vec::new();
            GzDecoder::new(packed.unwrap()).read_to_end(&mut bytes).unwrap();
            let sha256 = receptive::data::sha256(&bytes);
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("mirror")).unwrap();
            Self { folder, bytes, sha256 }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn fetch(&self, url: &str, mirror: bool) -> Result<u64> {
            let mirror = mirror.then(|| self.path("mirror"));
            let sources = Sources { mirror: mirror.as_deref(), cache: &self.path("cache") };
            let known = known(url, self.bytes.len(), &self.sha256);
            install(&Store::new(self.path("assets")), &sources, &known, &known.checkpoints[0])
        }

        fn installed(&self) -> usize {
            Store::new(self.path("assets")).manifest().unwrap().networks.len()
        }
    }

    #[test]
    fn a_checkpoint_is_fetched_once_and_installed() {
        let scene = Scene::new();
        fs::create_dir(scene.path("site")).unwrap();
        fs::write(scene.path("site/a.pth"), &scene.bytes).unwrap();
        let server = Server::start(&scene.path("site"), "", 0).unwrap();
        let url = format!("{}a.pth", server.url());
        // A download that was broken off.
        fs::create_dir(scene.path("cache")).unwrap();
        fs::write(scene.path("cache/a.pth.partial"), &scene.bytes[..1_000_000]).unwrap();
        scene.fetch(&url, false).unwrap();
        assert!(scene.path("cache/a.pth").is_file() && !scene.path("cache/a.pth.partial").exists());

        let manifest = Store::new(scene.path("assets")).manifest().unwrap();
        let network = &manifest.networks[0];
        assert_eq!((&network.source, network.top1), (&url, Some(1.0)));
        assert_eq!(network.classes.as_deref(), Some("weights/imagenet-classes.txt"));
        for asset in &manifest.assets {
            asset.verify(&fs::read(scene.path("assets").join(&asset.path)).unwrap()).unwrap();
        }
        drop(server);
        scene.fetch(&url, false).expect("it is in the cache");
    }

    #[test]
    fn what_was_continued_wrongly_is_thrown_away() {
        let scene = Scene::new();
        fs::create_dir(scene.path("site")).unwrap();
        fs::write(scene.path("site/a.pth"), &scene.bytes).unwrap();
        let server = Server::start(&scene.path("site"), "", 0).unwrap();
        let url = format!("{}a.pth", server.url());
        fs::create_dir(scene.path("cache")).unwrap();
        fs::write(scene.path("cache/a.pth.partial"), vec![7; 1000]).unwrap();
        let error = scene.fetch(&url, false).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(AssetError::WrongHash { .. })), "{error}");
        assert_eq!((scene.installed(), fs::read_dir(scene.path("cache")).unwrap().count()), (0, 0));
        scene.fetch(&url, false).expect("the second time it begins anew");
    }

    #[test]
    fn the_mirror_goes_first_and_is_not_believed_either() {
        let scene = Scene::new();
        fs::write(scene.path("mirror/a.pth"), &scene.bytes).unwrap();
        scene.fetch(NOWHERE, true).unwrap();
        assert_eq!(scene.installed(), 1);

        let scene = Scene::new();
        let mut wrong = scene.bytes.clone();
        wrong[100_000] ^= 1;
        fs::write(scene.path("mirror/a.pth"), &wrong).unwrap();
        let error = scene.fetch(NOWHERE, true).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(AssetError::WrongHash { .. })), "{error}");
        fs::write(scene.path("mirror/a.pth"), &wrong[..500_000]).unwrap();
        let error = scene.fetch(NOWHERE, true).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(AssetError::WrongSize { .. })), "{error}");
        assert!(!scene.path("assets").exists(), "nothing half-written");
    }

    #[test]
    fn a_kept_file_that_was_damaged_is_fetched_again() {
        let scene = Scene::new();
        fs::create_dir(scene.path("cache")).unwrap();
        fs::write(scene.path("cache/a.pth"), &scene.bytes[..5]).unwrap();
        let error = scene.fetch(NOWHERE, false).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(AssetError::Missing { .. })), "{error}");
        assert!(!scene.path("cache/a.pth").exists());
    }

    #[test]
    fn without_network_and_mirror_it_says_what_is_missing_and_what_to_do() {
        let scene = Scene::new();
        let says = |mirror: bool| scene.fetch(NOWHERE, mirror).unwrap_err().to_string();
        let (size, sha256) = (format!("{} bytes", scene.bytes.len()), format!("SHA-256 {}", scene.sha256));
        for part in ["a.pth", &size, &sha256, NOWHERE, "cargo xtask assets fetch squeezenet1_1 --mirror FOLDER"] {
            assert!(says(false).contains(part), "{part}: {}", says(false));
        }
        assert!(says(true).contains(&scene.path("mirror").display().to_string()));
        assert!(!scene.path("assets").exists());
    }

    #[test]
    fn a_data_set_goes_the_same_way() {
        let scene = Scene::new();
        let archive = cifar10::tests::small_archive();
        fs::write(scene.path("mirror/small.tar.gz"), &archive).unwrap();
        let fetch = |sha256: &str| {
            let entry = format!(
                r#"name = "small"
                title = "Small"
                layout = "cifar-10-binary"
                url = "http://127.0.0.1:1/small.tar.gz"
                sha256 = "{sha256}"
                bytes = {}
                pictures = 18
                licence = "l"
                "#,
                archive.len()
            );
            let sources = Sources { mirror: Some(&scene.path("mirror")), cache: &scene.path("cache") };
            let set: PublishedSet = toml::from_str(&entry).unwrap();
            install_pictures(&Store::new(scene.path("assets")), &sources, &set).unwrap_err()
        };
        let wrong = fetch(&"0".repeat(64));
        assert!(matches!(wrong.downcast_ref(), Some(AssetError::WrongHash { .. })), "{wrong}");
        // It is read, and is not what it should be.
        let right = fetch(&receptive::data::sha256(&archive)).to_string();
        assert!(right.contains("data_batch_1.bin has 3 pictures instead of 10000"), "{right}");

        let known = Known::read().unwrap();
        assert!(matches!(Wanted::find(&known, "cifar10"), Ok(Wanted::Pictures(_))));
        assert!(matches!(Wanted::find(&known, "alexnet"), Ok(Wanted::Network(_))));
        assert!(matches!(Wanted::find(&known, "cifar100"), Err(AssetError::Unknown { .. })));
    }
}
