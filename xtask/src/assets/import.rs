//! `cargo xtask assets import`: a host's own checkpoint, or its own pictures.

use super::folders::Found;
use super::known::{ClassNames, Known};
use super::network::{self, About, Classes};
use super::pictures;
use super::store::Store;
use crate::{paths, sh};
use anyhow::{Context, Result, bail};
use receptive::data::{DatasetForm, InstalledDataset, Preprocessing};
use std::fs;
use std::path::{Path, PathBuf};

/// How many files a report names.
const SHOWN: usize = 20;

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["checkpoint", "image_folder"]))]
pub struct Args {
    /// Weights in torchvision's names and shapes, as torch.save(network.state_dict(), FILE) writes them.
    #[arg(long, value_name = "FILE", requires = "architecture")]
    checkpoint: Option<PathBuf>,
    /// The network they are for: alexnet, vgg16, resnet50, …
    #[arg(long, value_name = "KEY")]
    architecture: Option<String>,
    /// A folder of pictures: DIR/CLASS/PICTURE, or DIR/train/CLASS/PICTURE and DIR/test/CLASS/PICTURE.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["architecture", "classes", "mean", "deviation", "top1", "top5"])]
    image_folder: Option<PathBuf>,
    /// Keep small pictures of one size as files, too: the lab that is taught reads files only.
    #[arg(long, requires = "image_folder")]
    keep_files: bool,
    /// What it is called in addresses and folders.
    #[arg(long)]
    name: String,
    /// What the page calls it; the name, where this is left out.
    #[arg(long)]
    title: Option<String>,
    /// Under which terms visitors may have it.
    #[arg(long, default_value = "not stated by this host")]
    licence: String,
    /// Where it comes from.
    #[arg(long, default_value = "this host")]
    source: String,
    /// Names of the classes: a file with one a line, or the word “imagenet”.
    #[arg(long, value_name = "FILE")]
    classes: Option<String>,
    /// Mean of red, green and blue in 0..1 that the network expects to be subtracted; ImageNet's, if left out.
    #[arg(long, value_name = "R,G,B", value_delimiter = ',', num_args = 1)]
    mean: Option<Vec<f32>>,
    /// Deviation by which it expects them to be divided; ImageNet's, if left out.
    #[arg(long, value_name = "R,G,B", value_delimiter = ',', num_args = 1)]
    deviation: Option<Vec<f32>>,
    /// Reported accuracy in percent.
    #[arg(long)]
    top1: Option<f64>,
    /// Reported share of pictures whose class is among the first five guesses, in percent.
    #[arg(long)]
    top5: Option<f64>,
    /// Where to put it: assets/ is this host's, public/ is what the repository ships.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

/// Installs it.
///
/// # Errors
/// When the files are not what they should be; then nothing was installed.
pub fn run(args: &Args) -> Result<()> {
    let store = Store::new(args.into.clone().unwrap_or_else(paths::assets));
    match (&args.checkpoint, &args.image_folder) {
        (Some(checkpoint), _) => import_checkpoint(&store, checkpoint, args),
        (_, Some(folder)) => import_pictures(&store, folder, args),
        (None, None) => bail!("say what to import: --checkpoint FILE, or --image-folder DIR"),
    }
}

fn import_checkpoint(store: &Store, checkpoint: &Path, args: &Args) -> Result<()> {
    let architecture = network::find(args.architecture.as_deref().unwrap_or_default())?;
    let title = args.title.clone().unwrap_or_else(|| args.name.clone());
    let usual = Preprocessing::IMAGENET;
    let about = About {
        name: args.name.clone(),
        title: title.clone(),
        classes: args.classes.as_deref().map(|names| classes(names, args)).transpose()?,
        preprocessing: Preprocessing {
            mean: three(args.mean.as_deref(), usual.mean, "--mean")?,
            deviation: three(args.deviation.as_deref(), usual.deviation, "--deviation")?,
        },
        top1: args.top1,
        top5: args.top5,
        licence: args.licence.clone(),
        source: args.source.clone(),
    };
    sh::say(&format!("Installing {title} (usually seconds, half a minute for VGG)"));
    let bytes = network::install(store, checkpoint, &architecture, &about)?;
    installed(store, &title, bytes);
    Ok(())
}

fn import_pictures(store: &Store, folder: &Path, args: &Args) -> Result<()> {
    let title = args.title.clone().unwrap_or_else(|| args.name.clone());
    let (licence, source) = (args.licence.clone(), args.source.clone());
    let about = pictures::About { name: args.name.clone(), title: title.clone(), licence, source };
    sh::say(&format!("Installing {title} (usually seconds; a minute or two for gigabytes or 60,000 pictures)"));
    let (found, dataset, bytes) = pictures::install(store, folder, &about, args.keep_files)?;
    report(folder, &found, &dataset);
    installed(store, &title, bytes);
    Ok(())
}

/// What went in, what did not, and what is there twice.
fn report(folder: &Path, found: &Found, dataset: &InstalledDataset) {
    for part in &dataset.parts {
        let counts = dataset.classes.iter().zip(&part.counts).map(|(class, count)| format!("{class} {count}"));
        let total: usize = part.counts.iter().sum();
        println!(
            "{}: {total} pictures in {} files: {}",
            part.name,
            part.shards.len(),
            counts.collect::<Vec<_>>().join(", ")
        );
    }
    let shown = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    if let DatasetForm::Pixels { height, width, lossy } = dataset.form {
        println!(
            "All are {width} pixels wide and {height} high, and are kept as pixels, for labs that learn from small \
             pictures. With --keep-files they are kept as files, for the lab that is taught."
        );
        if lossy {
            println!("Some of them were compressed with loss (JPEG): pages say so beside what is measured on them.");
        }
    }
    if !found.others.is_empty() {
        println!("{} left out:", found.others.len());
        for (path, reason) in found.others.iter().take(SHOWN) {
            println!("  {} {reason}", shown(path));
        }
        more(found.others.len());
    }
    if !found.duplicates.is_empty() {
        println!(
            "{} pictures are there more than once (all were kept; consider removing them):",
            found.duplicates.len()
        );
        for same in found.duplicates.iter().take(SHOWN) {
            println!("  {}", same.iter().map(|path| shown(path)).collect::<Vec<_>>().join(" = "));
        }
        more(found.duplicates.len());
    }
}

fn more(count: usize) {
    if count > SHOWN {
        println!("  and {} more", count - SHOWN);
    }
}

/// Says what there is now, and what to do with it.
pub fn installed(store: &Store, title: &str, bytes: u64) {
    let megabytes = bytes as f64 / 1e6;
    println!("{title} is in {} ({megabytes:.1} MB). `cargo xtask serve` shows it.", store.folder().display());
}

fn three(given: Option<&[f32]>, usual: [f32; 3], option: &str) -> Result<[f32; 3]> {
    let Some(given) = given else { return Ok(usual) };
    given.try_into().with_context(|| format!("{option} takes three numbers, such as 0.485,0.456,0.406"))
}

fn classes(names: &str, args: &Args) -> Result<Classes> {
    if let Some(list) = Known::read()?.class_names(names) {
        return shipped_classes(list);
    }
    let text = fs::read_to_string(names).with_context(|| format!("cannot read the names of the classes in {names}"))?;
    Ok(Classes {
        path: None,
        text,
        title: format!("Names of the classes of {}", args.name),
        licence: args.licence.clone(),
        source: args.source.clone(),
    })
}

/// A list that the repository ships.
pub fn shipped_classes(list: &ClassNames) -> Result<Classes> {
    let file = paths::public().join(&list.path);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let ClassNames { path, title, licence, source, .. } = list.clone();
    Ok(Classes { path: Some(path), text, title, licence, source })
}
