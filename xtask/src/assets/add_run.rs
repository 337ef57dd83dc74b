//! `cargo xtask assets add-run`: a finished run of the GoogLeNet lab for all visitors: `runs/<name>/`.

use super::import::installed;
use super::store::{Store, put};
use crate::paths;
use anyhow::{Context, Result};
use receptive::data::{InstalledRun, RunRecord, pack_weights};
use safetensors::SafeTensors;
use std::fs;
use std::path::{Path, PathBuf};

/// The record of a run: settings, classes and history, as JSON.
const RECORD: &str = "history.json";

#[derive(clap::Args)]
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

/// Installs it, with the weights of its last epoch, in the place of what has this name.
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
    let record = RunRecord::parse(RECORD, &read(&args.folder.join(RECORD))?)?;
    let weights = args.folder.join(format!("epoch-{:02}.safetensors", record.history.epochs.len()));
    let file = read(&weights)?;
    SafeTensors::deserialize(&file).with_context(|| format!("{} holds no weights", weights.display()))?;
    let pieces = pack_weights(&weights.display().to_string(), &file)?;

    let mut staging = store.stage("runs", name)?;
    let path = |rest: &str| format!("runs/{name}/{rest}");
    let entry = InstalledRun {
        name: name.clone(),
        title: title.clone(),
        made: made.clone(),
        record: path("record.json"),
        weights: (0..pieces.len()).map(|piece| path(&format!("weights-{piece:02}.planes.gzip"))).collect(),
    };
    let text = serde_json::to_string(&record)? + "\n";
    staging.add(&entry.record, text.as_bytes(), &format!("{title}, settings and curves"), licence, source)?;
    for (number, (path, piece)) in (1..).zip(entry.weights.iter().zip(&pieces)) {
        let title = format!("{title}, weights, part {number} of {}", pieces.len());
        staging.add(path, piece, &title, licence, source)?;
    }
    let written = staging.assets().iter().map(|asset| asset.bytes).sum();
    staging.finish(|manifest| put(&mut manifest.runs, entry, |run| &run.name))?;
    Ok(written)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::unpack_weights;
    use receptive::protocol::{GooglenetSettings, History, PointOf};

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

    fn record(epochs: usize) -> RunRecord {
        let history = History { epochs: (1..=epochs).map(point).collect(), ..History::default() };
        RunRecord { settings: GooglenetSettings::default(), classes: vec!["cat".to_owned(), "dog".to_owned()], history }
    }

    fn args(folder: &Path) -> Args {
        let text = |text: &str| text.to_owned();
        let (folder, into) = (folder.join("out"), Some(folder.join("public")));
        let (name, title, made) = (text("reference"), text("Reference"), text("Made today."));
        Args { folder, name, title, made, licence: text("l"), source: text("s"), into }
    }

    /// A safetensors file of two bytes of weights.
    fn weights(first: u8) -> Vec<u8> {
        let header = br#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}  "#;
        [&(header.len() as u64).to_le_bytes()[..], header, &[first, 60]].concat()
    }

    #[test]
    fn a_run_is_installed_with_the_weights_of_its_last_epoch() {
        let folder = tempfile::tempdir().unwrap();
        let args = args(folder.path());
        let store = Store::new(folder.path().join("public"));
        fs::create_dir(&args.folder).unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(args.folder.join(name), bytes).unwrap();
        write("epoch-01.safetensors", &weights(1));
        write(RECORD, &serde_json::to_vec(&record(2)).unwrap());
        let error = install(&store, &args).unwrap_err();
        assert!(error.to_string().contains("epoch-02.safetensors"), "{error}");
        write("epoch-02.safetensors", b"half a file");
        assert!(install(&store, &args).unwrap_err().to_string().contains("holds no weights"));
        assert!(store.manifest().unwrap().runs.is_empty());

        write("epoch-02.safetensors", &weights(2));
        let written = install(&store, &args).unwrap();
        let manifest = store.manifest().unwrap();
        assert_eq!(manifest.assets.iter().map(|asset| asset.bytes).sum::<u64>(), written);
        let [run] = manifest.runs.as_slice() else { panic!("one run") };
        assert_eq!((run.made.as_str(), run.record.as_str()), ("Made today.", "runs/reference/record.json"));
        let read = |path: &String| {
            let bytes = fs::read(store.folder().join(path)).unwrap();
            manifest.find(path).unwrap().verify(&bytes).unwrap();
            bytes
        };
        assert_eq!(RunRecord::parse("a", &read(&run.record)).unwrap(), record(2));
        let joined: Vec<u8> = run.weights.iter().flat_map(read).collect();
        assert_eq!(unpack_weights("a", &joined).unwrap(), weights(2));

        write(RECORD, b"{}");
        assert!(install(&store, &args).is_err());
        assert_eq!(store.manifest().unwrap().runs.len(), 1, "what was there stays");
        write(RECORD, &serde_json::to_vec(&record(1)).unwrap());
        install(&store, &args).unwrap();
        assert_eq!(store.manifest().unwrap().runs.len(), 1, "the same name is the same run");
    }
}
