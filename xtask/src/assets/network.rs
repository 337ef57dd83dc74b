//! From a checkpoint to the files a browser downloads: `weights/<name>/`.

use super::checkpoint::Checkpoint;
use super::error::AssetError;
use super::progress::Progress;
use super::store::{Store, put};
use anyhow::{Context, Result};
use receptive::data::{InstalledNetwork, Preprocessing, write_shards};
use receptive::models::architecture::{Architecture, Op};
use receptive::models::{architecture, architectures};
use receptive::protocol::Group;
use std::path::Path;

/// What is said about a network's weights besides the weights.
pub struct About {
    pub name: String,
    pub title: String,
    pub classes: Option<Classes>,
    pub preprocessing: Preprocessing,
    pub top1: Option<f64>,
    pub top5: Option<f64>,
    pub licence: String,
    pub source: String,
}

/// Names of the classes, one a line.
pub struct Classes {
    /// Below the site's root; `None` for names that only this network has.
    pub path: Option<String>,
    pub text: String,
    pub title: String,
    pub licence: String,
    pub source: String,
}

/// The architecture with this key.
///
/// # Errors
/// When there is none.
pub fn find(key: &str) -> Result<Architecture, AssetError> {
    architecture(key).ok_or_else(|| {
        let known = architectures().map(|a| a.card.key).collect::<Vec<_>>().join(", ");
        AssetError::Unknown { what: "architecture", name: key.to_owned(), known }
    })
}

/// Reads a checkpoint and installs it in `store`, in the place of what has this name. Returns the bytes written.
///
/// # Errors
/// When the file is broken or does not fit, or something cannot be written; then nothing has changed.
pub fn install(store: &Store, checkpoint: &Path, architecture: &Architecture, about: &About) -> Result<u64> {
    let file = Checkpoint::open(checkpoint)?;
    file.fits(architecture)?;
    let About { name, title, licence, source, .. } = about;
    let mut staging = store.stage("weights", name)?;
    let mut progress = Progress::new(&format!("Packing {title}"), values(architecture) * 4);
    let mut paths: [Vec<String>; 3] = Default::default();
    for (group, paths) in Group::ALL.into_iter().zip(&mut paths) {
        let (word, what) = match group {
            Group::First => ("first", "first convolution"),
            Group::Features => ("features", "other layers before the classifier"),
            Group::Classifier => ("classifier", "classifier"),
        };
        let own = architecture.parameters().into_iter().filter(|p| architecture.group(p.layer) == group);
        // The shards are made while tensors are read, one at a time; what goes wrong with one ends the sequence.
        let mut wrong = None;
        let tensors = own.map_while(|parameter| match file.values(&parameter) {
            Ok(values) => {
                progress.advance(values.len() as u64 * 4);
                Some((parameter.name, parameter.shape, values))
            }
            Err(error) => {
                wrong = Some(error);
                None
            }
        });
        let shards = write_shards(tensors);
        if let Some(error) = wrong {
            return Err(error.into());
        }
        let shards = shards.with_context(|| format!("{title} cannot be stored in half precision"))?;
        for (i, shard) in shards.iter().enumerate() {
            let path = format!("weights/{name}/{word}-{i:02}.safetensors.planes.gzip");
            let part = if shards.len() > 1 { format!(", part {} of {}", i + 1, shards.len()) } else { String::new() };
            let title = format!("{title}, {what}{part}");
            staging.add(&path, shard, &title, licence, source)?;
            paths.push(path);
        }
    }
    let classes = about.classes.as_ref().map(|classes| {
        check_classes(classes, architecture)?;
        let path = classes.path.clone().unwrap_or_else(|| format!("weights/{name}/classes.txt"));
        staging.add(&path, classes.text.as_bytes(), &classes.title, &classes.licence, &classes.source)?;
        anyhow::Ok(path)
    });
    let [first, features, classifier] = paths;
    let entry = InstalledNetwork {
        name: name.clone(),
        architecture: architecture.card.key.to_owned(),
        title: title.clone(),
        first,
        features,
        classifier,
        classes: classes.transpose()?,
        preprocessing: about.preprocessing,
        top1: about.top1,
        top5: about.top5,
        licence: licence.clone(),
        source: source.clone(),
    };
    let written = staging.assets().iter().map(|asset| asset.bytes).sum();
    staging.finish(|manifest| put(&mut manifest.networks, entry, |n| &n.name))?;
    progress.done();
    Ok(written)
}

/// Bytes of all parameters and statistics, as a checkpoint holds them.
fn values(architecture: &Architecture) -> u64 {
    architecture.parameters().iter().map(|p| p.shape.iter().product::<usize>() as u64).sum()
}

fn check_classes(classes: &Classes, architecture: &Architecture) -> Result<(), AssetError> {
    let is_output = |op: &Op| matches!(op, Op::Linear { .. } | Op::Convolution { .. });
    let output = architecture.layers.iter().rev().find(|layer| is_output(&layer.op));
    let expected = output.map_or(0, |layer| layer.shape[0]);
    let got = classes.text.lines().filter(|line| !line.trim().is_empty()).count();
    if got == expected && classes.text.lines().count() == expected {
        return Ok(());
    }
    let file = classes.path.clone().unwrap_or_else(|| classes.title.clone());
    Err(AssetError::WrongClasses { file, architecture: architecture.card.key.to_owned(), expected, got })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use flate2::read::GzDecoder;
    use receptive::data::{Manifest, Piece, read_shard};
    use receptive::models::formula::noise;
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::path::PathBuf;

    /// torchvision's SqueezeNet 1.1 with made-up weights, as `torch.save` wrote it.
    pub fn random_squeezenet(folder: &Path) -> PathBuf {
        let packed = paths::root().join("tests/fixtures/checkpoints/squeezenet1_1-random.pth.gz");
        let path = folder.join("squeezenet1_1-random.pth");
        std::io::copy(&mut GzDecoder::new(File::open(packed).unwrap()), &mut File::create(&path).unwrap()).unwrap();
        path
    }

    fn about(name: &str) -> About {
        About {
            name: name.to_owned(),
            title: "SqueezeNet".to_owned(),
            classes: None,
            preprocessing: Preprocessing::IMAGENET,
            top1: Some(50.0),
            top5: None,
            licence: "l".to_owned(),
            source: "s".to_owned(),
        }
    }

    /// The weights that `make.py` made up: -a, 0 or a, with a from the number of inputs; biases are 0 or ±1/8.
    fn made_up(name: &str, shape: &[usize]) -> Vec<f32> {
        let inputs: usize = shape[1..].iter().product();
        let a = if shape.len() > 1 { (2.0 / (0.25 * inputs as f64)).sqrt() as f32 } else { 0.125 };
        noise(name, shape.iter().product()).map(|h| if h.abs() > 0.75 { a * h.signum() } else { 0.0 }).collect()
    }

    #[test]
    fn a_checkpoint_of_pytorch_comes_out_of_the_shards_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("assets"));
        let architecture = find("squeezenet1_1").unwrap();
        let bytes = install(&store, &random_squeezenet(folder.path()), &architecture, &about("mine")).unwrap();

        let manifest = Manifest::parse(&fs::read(store.folder().join("manifest.json")).unwrap()).unwrap();
        assert_eq!(bytes, manifest.assets.iter().map(|asset| asset.bytes).sum::<u64>());
        let network = &manifest.networks[0];
        assert_eq!((network.name.as_str(), network.architecture.as_str()), ("mine", "squeezenet1_1"));
        assert_eq!((network.top1, network.top5, &network.classes), (Some(50.0), None, &None));
        let read = |group: Group| -> BTreeMap<String, Piece> {
            let shards = network.shards(group).iter().flat_map(|path| {
                let bytes = fs::read(store.folder().join(path)).unwrap();
                manifest.find(path).unwrap().verify(&bytes).unwrap();
                read_shard(path, &bytes).unwrap()
            });
            shards.map(|piece| (piece.tensor.clone(), piece)).collect()
        };
        let groups = Group::ALL.map(read);
        assert_eq!(groups[0].keys().collect::<Vec<_>>(), ["features.0.bias", "features.0.weight"]);
        assert_eq!(groups[2].keys().collect::<Vec<_>>(), ["classifier.1.bias", "classifier.1.weight"]);
        let mut pieces: BTreeMap<String, Piece> = groups.into_iter().flatten().collect();
        for parameter in architecture.parameters() {
            let piece = pieces.remove(&parameter.name).unwrap();
            assert_eq!((piece.first_row, &piece.shape), (0, &parameter.shape), "{}", parameter.name);
            // Half precision has eleven digits, the last of them rounded.
            let near = |(got, expected): (&f32, &f32)| (got - expected).abs() <= expected.abs() / 2048.0;
            assert!(
                piece.values.iter().zip(&made_up(&parameter.name, &parameter.shape)).all(near),
                "{}",
                parameter.name
            );
        }
        assert!(pieces.is_empty(), "{:?}", pieces.keys());
    }

    #[test]
    fn what_does_not_fit_is_named_and_nothing_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("assets"));
        let file = random_squeezenet(folder.path());
        let wrong = |key: &str| {
            let error = install(&store, &file, &find(key).unwrap(), &about("mine")).unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(AssetError::DoesNotFit { .. })), "{error}");
            error.to_string()
        };
        assert!(wrong("alexnet").contains("features.0.weight has the shape [64, 3, 3, 3] instead of [64, 3, 11, 11]"));
        assert!(wrong("resnet18").contains("conv1.weight is missing (but classifier.1.bias is there)"));
        let named = |count: usize| {
            let text = "name\n".repeat(count);
            let title = "names".to_owned();
            let classes = Classes { path: None, text, title, licence: "l".to_owned(), source: "s".to_owned() };
            let about = About { classes: Some(classes), ..about("mine") };
            install(&store, &file, &find("squeezenet1_1").unwrap(), &about)
        };
        assert!(named(999).unwrap_err().to_string().contains("names 999 classes, and squeezenet1_1 tells 1000 apart"));
        assert!(fs::read_dir(store.folder()).unwrap().next().is_none(), "nothing half-written stays");
        named(1000).unwrap();
        assert!(find("alexnet2").unwrap_err().to_string().contains("alexnet, vgg11"));
    }
}
