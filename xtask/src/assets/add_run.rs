//! `cargo xtask assets add-run`: a finished run of the GoogLeNet lab for all visitors: `runs/<name>/`.

use super::import::installed;
use super::store::{Store, put};
use crate::paths;
use anyhow::{Context, Result};
use receptive::data::{InstalledRun, RunRecord, pack_weights};
use receptive::protocol::{GooglenetSettings, History};
use safetensors::SafeTensors;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// The curves of a run.
const HISTORY: &str = "history.json";
/// The entry among a file's metadata that says what its weights belong to.
const METADATA: &str = "receptive";

/// What that entry says.
#[derive(Deserialize)]
struct About {
    settings: GooglenetSettings,
    classes: Vec<String>,
}

#[derive(Clone, clap::Args)]
pub struct Args {
    /// What `cargo run --release --example googlenet` wrote: history.json and epoch-01.safetensors, epoch-02.safetensors, …
    folder: PathBuf,
    /// What it is called in addresses and folders.
    #[arg(long)]
    name: String,
    /// What the page calls it.
    #[arg(long)]
    title: String,
    /// Where, when and on which form of the data it was trained: a sentence for visitors.
    #[arg(long)]
    made: String,
    /// The pictures were stored with loss: pages say so beside what was measured on them.
    #[arg(long)]
    lossy: bool,
    /// The epoch whose weights visitors get; the last where nothing else is said.
    #[arg(long)]
    epoch: Option<usize>,
    /// Under which terms visitors may have its weights.
    #[arg(long, default_value = env!("CARGO_PKG_LICENSE"))]
    licence: String,
    /// Where it comes from.
    #[arg(long, default_value = "trained by this project’s own code (examples/googlenet.rs)")]
    source: String,
    /// Where to put it: public/ is what the repository ships, assets/ is this host's.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// Installs it, with the weights of one epoch, in the place of what has this name.
///
/// # Errors
/// When the files are not what they should be; then nothing was installed.
pub fn run(args: &Args) -> Result<()> {
    let store = Store::new(args.into.clone().unwrap_or_else(paths::public));
    let bytes = install(&store, args)?;
    installed(&store, &args.title, bytes);
    Ok(())
}

fn install(store: &Store, args: &Args) -> Result<u64> {
    let Args { name, title, made, licence, source, .. } = args;
    let history: History = serde_json::from_slice(&read(&args.folder.join(HISTORY))?)
        .with_context(|| format!("{HISTORY} holds no curves; it must be that of a run that ended"))?;
    let epoch = args.epoch.unwrap_or(history.epochs.len());
    let weights = args.folder.join(format!("epoch-{epoch:02}.safetensors"));
    let file = read(&weights)?;
    let About { settings, classes } =
        about(&file).with_context(|| format!("{} holds no weights of this lab", weights.display()))?;
    let pieces = pack_weights(&weights.display().to_string(), &file)?;
    let record = serde_json::to_vec(&RunRecord { settings, classes, history })?;
    // As a visitor's page will read it.
    let record = serde_json::to_string(&RunRecord::parse(HISTORY, &record)?)? + "\n";

    let mut staging = store.stage("runs", name)?;
    let path = |rest: &str| format!("runs/{name}/{rest}");
    let entry = InstalledRun {
        name: name.clone(),
        title: title.clone(),
        made: made.clone(),
        lossy: args.lossy,
        record: path("record.json"),
        epoch,
        weights: (0..pieces.len()).map(|piece| path(&format!("weights-{piece:02}.planes.gzip"))).collect(),
    };
    staging.add(&entry.record, record.as_bytes(), &format!("{title}, settings and curves"), licence, source)?;
    for (number, (path, piece)) in (1..).zip(entry.weights.iter().zip(&pieces)) {
        let title = format!("{title}, weights, part {number} of {}", pieces.len());
        staging.add(path, piece, &title, licence, source)?;
    }
    let written = staging.assets().iter().map(|asset| asset.bytes).sum();
    staging.finish(|manifest| put(&mut manifest.runs, entry, |run| &run.name))?;
    Ok(written)
}

fn about(weights: &[u8]) -> Result<About> {
    SafeTensors::deserialize(weights)?;
    let (_, header) = SafeTensors::read_metadata(weights)?;
    let entry = header.metadata().as_ref().and_then(|entries| entries.get(METADATA));
    Ok(serde_json::from_str(entry.context("it does not say which network they belong to")?)?)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::unpack_weights;
    use receptive::protocol::PointOf;

    fn point(epoch: usize) -> PointOf {
        PointOf {
            epoch,
            step: epoch * 391,
            train_loss: 1.5,
            train_accuracy: 0.25,
            validation_loss: None,
            validation_accuracy: None,
            seconds: 60.0,
        }
    }

    fn history(epochs: usize) -> History {
        History { epochs: (1..=epochs).map(point).collect(), ..History::default() }
    }

    fn args(folder: &Path) -> Args {
        let text = |text: &str| text.to_owned();
        let (folder, into) = (folder.join("out"), Some(folder.join("public")));
        let (name, title, made) = (text("reference"), text("Reference"), text("Made today."));
        Args { folder, name, title, made, lossy: true, epoch: None, licence: text("l"), source: text("s"), into }
    }

    /// A safetensors file of two bytes of weights, of a network for these classes.
    fn weights(first: u8, classes: &str) -> Vec<u8> {
        let about = format!(r#"{{\"settings\":{{\"batch\":64}},\"classes\":{classes},\"epoch\":2}}"#);
        let tensor = r#""a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}"#;
        let header = format!(r#"{{"__metadata__":{{"receptive":"{about}"}},{tensor}}}"#);
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[first, 60]].concat()
    }

    const PETS: &str = r#"[\"cat\",\"dog\"]"#;

    #[test]
    fn a_run_is_installed_with_the_weights_of_an_epoch() {
        let folder = tempfile::tempdir().unwrap();
        let args = args(folder.path());
        let store = Store::new(folder.path().join("public"));
        fs::create_dir(&args.folder).unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(args.folder.join(name), bytes).unwrap();
        write("epoch-01.safetensors", &weights(1, PETS));
        write(HISTORY, &serde_json::to_vec(&history(2)).unwrap());
        let refused = |reason: &str| {
            let error = install(&store, &args).unwrap_err();
            assert!(format!("{error:#}").contains(reason), "{error:#}");
            assert!(store.manifest().unwrap().runs.is_empty());
        };
        refused("cannot read");
        for (file, reason) in [
            (b"half a file".to_vec(), "holds no weights of this lab"),
            (weights(2, "7"), "invalid type"),
            (weights(2, "[]"), "it has 0 classes"),
        ] {
            write("epoch-02.safetensors", &file);
            refused(reason);
        }

        write("epoch-02.safetensors", &weights(2, PETS));
        let written = install(&store, &args).unwrap();
        let manifest = store.manifest().unwrap();
        assert_eq!(manifest.assets.iter().map(|asset| asset.bytes).sum::<u64>(), written);
        let [run] = manifest.runs.as_slice() else { panic!("one run") };
        assert_eq!(
            (run.made.as_str(), run.lossy, run.record.as_str(), run.epoch),
            ("Made today.", true, "runs/reference/record.json", 2)
        );
        let read = |path: &String| {
            let bytes = fs::read(store.folder().join(path)).unwrap();
            manifest.find(path).unwrap().verify(&bytes).unwrap();
            bytes
        };
        let record = RunRecord::parse("a", &read(&run.record)).unwrap();
        assert_eq!(
            (record.settings.batch, record.classes, record.history),
            (64, vec!["cat".to_owned(), "dog".to_owned()], history(2))
        );
        let joined: Vec<u8> = run.weights.iter().flat_map(read).collect();
        assert_eq!(unpack_weights("a", &joined).unwrap(), weights(2, PETS));

        install(&store, &Args { epoch: Some(1), ..args.clone() }).unwrap();
        assert_eq!(store.manifest().unwrap().runs[0].epoch, 1);

        write(HISTORY, b"{}");
        assert!(install(&store, &args).is_err());
        assert_eq!(store.manifest().unwrap().runs.len(), 1, "what was there stays");
        write(HISTORY, &serde_json::to_vec(&history(1)).unwrap());
        install(&store, &args).unwrap();
        assert_eq!(store.manifest().unwrap().runs.len(), 1, "the same name is the same run");
    }
}
