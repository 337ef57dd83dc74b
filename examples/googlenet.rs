//! Trains the GoogLeNet of the lab `/googlenet` natively, by the same code as the page.
//!
//! ```sh
//! cargo run --release --example googlenet -- FOLDER OUT [key=value ...]
//! ```
//!
//! FOLDER is where a site's assets are installed: a `manifest.json` with a data set of small pictures. Keys and values are
//! those of the lab's settings, such as `stem=small batch-norm=yes`. OUT receives `checkpoint.safetensors`,
//! `epoch-NN.safetensors` and `history.json` after every epoch; a run found there goes on where it was saved.

use burn::tensor::Device;
use receptive::data::{InstalledDataset, Manifest, Pictures, read_pixels};
use receptive::protocol::googlenet_catalog::GOOGLENET_SIDE as SIDE;
use receptive::protocol::{Backend, GooglenetSettings, PointOf};
use receptive::train::Advance;
use receptive::train::googlenet::{GooglenetCheckpoint, GooglenetSession, PictureSet, Sets};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

/// The run is saved after every so many steps, besides after every epoch.
const SAVED_EVERY: usize = 200;
const CHECKPOINT: &str = "checkpoint.safetensors";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, out, pairs @ ..] = arguments.as_slice() else {
        return Err("give a folder with a manifest.json, a folder to write to, and settings as key=value".into());
    };
    let (folder, out) = (Path::new(folder), Path::new(out));
    let mut settings = GooglenetSettings::default();
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or("settings are given as key=value")?;
        settings.set(key, value)?;
    }
    fs::create_dir_all(out)?;
    let manifest = Manifest::parse(&fs::read(folder.join("manifest.json"))?)?;
    let (set, train, validation) = load(folder, &manifest.datasets, &settings.dataset)?;
    say(&format!("{} pictures to learn from, {} to measure", train.len(), validation.len()));
    let saved = out.join(CHECKPOINT);
    let session = if saved.exists() {
        let checkpoint = GooglenetCheckpoint::from_bytes(CHECKPOINT, &fs::read(&saved)?)?;
        if checkpoint.settings != settings {
            return Err("the run saved there has other settings".into());
        }
        say(&format!("goes on after step {}", checkpoint.meta.step));
        GooglenetSession::restore(checkpoint, set, Backend::Cpu, Device::flex())?
    } else {
        GooglenetSession::new(settings, set, Backend::Cpu, Device::flex())
    };
    futures_lite::future::block_on(train_to_the_end(session, Sets { train: &train, validation: &validation }, out))
}

async fn train_to_the_end(mut session: GooglenetSession, sets: Sets<'_>, out: &Path) -> Outcome<()> {
    loop {
        match session.advance(sets, 1).await? {
            Advance::Stepped if session.step().is_multiple_of(SAVED_EVERY) => {
                save(&mut session, out).await?;
                let progress = session.progress();
                let point = session.history.points.last();
                say(&format!(
                    "  step {} of {}: loss {:.3}, {:.0} images/s, {} left",
                    progress.step,
                    progress.steps_in_all,
                    point.map_or(f32::NAN, |point| point.loss),
                    progress.images_per_second,
                    minutes(progress.seconds_left.unwrap_or_default()),
                ));
            }
            Advance::EpochEnded(point) => {
                let file = format!("epoch-{:02}.safetensors", point.epoch);
                write(&out.join(file), &session.epoch_weights().await?)?;
                save(&mut session, out).await?;
                tell_epoch(&session, &point);
            }
            Advance::Finished => {
                save(&mut session, out).await?;
                let report = session.history.report.as_ref().ok_or("a finished run has a report")?;
                say(&format!(
                    "accuracy {:.2} %, loss {:.4}, after {}",
                    report.test_accuracy * 100.0,
                    report.test_loss,
                    minutes(report.training_seconds),
                ));
                return Ok(());
            }
            Advance::Diverged { step, loss, .. } => return Err(format!("step {step}: the loss is {loss}").into()),
            Advance::Stepped | Advance::Measuring => {}
            Advance::Starved => return Err("the data set has fewer pictures than its manifest promises".into()),
        }
    }
}

fn tell_epoch(session: &GooglenetSession, point: &PointOf) {
    let progress = session.progress();
    say(&format!(
        "epoch {}: loss {:.4}, accuracy {:.2} %; validation {:.4}, {:.2} %; {:.0} s, {:.0} images/s, {} left",
        point.epoch,
        point.train_loss,
        point.train_accuracy * 100.0,
        point.validation_loss.unwrap_or(f32::NAN),
        point.validation_accuracy.unwrap_or(f32::NAN) * 100.0,
        point.seconds,
        progress.images_per_second,
        minutes(progress.seconds_left.unwrap_or_default()),
    ));
}

async fn save(session: &mut GooglenetSession, out: &Path) -> Outcome<()> {
    write(&out.join("history.json"), &serde_json::to_vec(&session.history)?)?;
    write(&out.join(CHECKPOINT), &session.save(Vec::with_capacity).await?)
}

/// Whole or not at all, so that a run that is ended while it saves can go on.
fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    Ok(fs::rename(part, path)?)
}

fn load(folder: &Path, datasets: &[InstalledDataset], name: &str) -> Outcome<(PictureSet, Pictures, Pictures)> {
    let dataset = datasets.iter().find(|dataset| dataset.name == name);
    let dataset = dataset.ok_or_else(|| format!("there is no data set called {name}"))?;
    let (set, files) = PictureSet::of(dataset).ok_or("its pictures are not of 32x32")?;
    let (mut train, mut validation) = (Pictures::new(SIDE, SIDE), Pictures::new(SIDE, SIDE));
    for file in files {
        let pictures = read_pixels(file, &fs::read(folder.join(file))?, [SIDE, SIDE], set.classes.len())?;
        set.deal(&pictures, &mut train, &mut validation);
    }
    Ok((set, train, validation))
}

fn minutes(seconds: f64) -> String {
    format!("{}:{:02} min", seconds as u64 / 60, seconds as u64 % 60)
}

fn say(line: &str) {
    println!("{line}");
    // What is written to a file is seen at once, too; where nobody reads it, the run goes on.
    let _ = std::io::stdout().flush();
}
