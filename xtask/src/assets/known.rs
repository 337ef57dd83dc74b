//! Which checkpoints and data sets there are in the world: `checkpoints.toml`.

use super::error::AssetError;
use super::remote::{Length, Remote};
use crate::paths;
use anyhow::{Context, Result};
use receptive::data::Preprocessing;
use serde::Deserialize;
use std::fs;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    every: Every,
    #[serde(rename = "checkpoint")]
    pub checkpoints: Vec<Published>,
    pub class_names: Vec<ClassNames>,
    #[serde(rename = "dataset")]
    pub datasets: Vec<PublishedSet>,
}

/// What holds for every checkpoint that does not say otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    licence: String,
    classes: String,
    mean: [f32; 3],
    deviation: [f32; 3],
}

/// A checkpoint that someone published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    pub name: String,
    /// Key of the architecture, where it is not the name.
    architecture: Option<String>,
    pub title: String,
    pub url: String,
    /// The first digits of the file's SHA-256.
    sha256_prefix: Option<String>,
    /// All 64 of them.
    sha256: Option<String>,
    /// Rounded to three places.
    pub mebibytes: f64,
    pub bytes: Option<u64>,
    pub top1: f64,
    pub top5: f64,
    licence: Option<String>,
    classes: Option<String>,
    mean: Option<[f32; 3]>,
    deviation: Option<[f32; 3]>,
}

/// A data set that someone published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedSet {
    pub name: String,
    pub title: String,
    pub layout: Layout,
    pub url: String,
    /// All 64 digits of the file's SHA-256.
    sha256: String,
    bytes: u64,
    pub pictures: usize,
    pub licence: String,
}

/// How a data set's file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Layout {
    /// CIFAR-10's binary version.
    #[serde(rename = "cifar-10-binary")]
    Cifar10,
}

/// A list of names of classes that the repository ships.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassNames {
    pub name: String,
    /// Below the site's root.
    pub path: String,
    pub title: String,
    pub licence: String,
    pub source: String,
}

impl Known {
    /// Reads the repository's list.
    ///
    /// # Errors
    /// When it is broken.
    pub fn read() -> Result<Self> {
        let path = paths::root().join("checkpoints.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is broken", path.display()))
    }

    /// # Errors
    /// When there is none of this name.
    pub fn checkpoint(&self, name: &str) -> Result<&Published, AssetError> {
        let found = self.checkpoints.iter().find(|checkpoint| checkpoint.name == name);
        found.ok_or_else(|| {
            let names = self.checkpoints.iter().map(|c| &c.name).chain(self.datasets.iter().map(|d| &d.name));
            let known = names.map(String::as_str).collect::<Vec<_>>().join(", ");
            AssetError::Unknown { what: "network or data set", name: name.to_owned(), known }
        })
    }

    pub fn dataset(&self, name: &str) -> Option<&PublishedSet> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }

    pub fn class_names(&self, name: &str) -> Option<&ClassNames> {
        self.class_names.iter().find(|list| list.name == name)
    }

    pub fn preprocessing(&self, checkpoint: &Published) -> Preprocessing {
        Preprocessing {
            mean: checkpoint.mean.unwrap_or(self.every.mean),
            deviation: checkpoint.deviation.unwrap_or(self.every.deviation),
        }
    }

    pub fn licence<'a>(&'a self, checkpoint: &'a Published) -> &'a str {
        checkpoint.licence.as_ref().unwrap_or(&self.every.licence)
    }

    /// Name of the list of classes.
    pub fn classes<'a>(&'a self, checkpoint: &'a Published) -> &'a str {
        checkpoint.classes.as_ref().unwrap_or(&self.every.classes)
    }
}

impl Published {
    pub fn architecture(&self) -> &str {
        self.architecture.as_ref().unwrap_or(&self.name)
    }

    /// Its file.
    pub fn remote(&self) -> Remote<'_> {
        Remote {
            name: &self.name,
            title: &self.title,
            url: &self.url,
            length: self.bytes.map_or(Length::Mebibytes(self.mebibytes), Length::Bytes),
            sha256: self.sha256.as_ref().or(self.sha256_prefix.as_ref()).map_or("", String::as_str),
        }
    }
}

impl PublishedSet {
    /// Its file.
    pub fn remote(&self) -> Remote<'_> {
        let length = Length::Bytes(self.bytes);
        Remote { name: &self.name, title: &self.title, url: &self.url, length, sha256: &self.sha256 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::models::architecture;

    #[test]
    fn every_checkpoint_is_what_its_address_and_its_network_say() {
        let known = Known::read().unwrap();
        for checkpoint in &known.checkpoints {
            let name = &checkpoint.name;
            assert!(checkpoint.url.starts_with("https://download.pytorch.org/models/"), "{name}");
            let Remote { sha256, .. } = checkpoint.remote();
            assert!(checkpoint.remote().file().ends_with(&format!("-{sha256}.pth")), "{name}");
            assert!(sha256.len() == 8 && checkpoint.top1 < checkpoint.top5, "{name}");
            let architecture = architecture(checkpoint.architecture()).unwrap();
            let values: usize = architecture.parameters().iter().map(|p| p.shape.iter().product::<usize>()).sum();
            // Floats of four bytes, and little else. GoogLeNet's file has the auxiliary classifiers as well.
            let rest = checkpoint.mebibytes - values as f64 * 4.0 / f64::from(1 << 20);
            let most = if name == "googlenet" { 26.0 } else { 0.5 };
            assert!((0.0..most).contains(&rest), "{name}: {rest} MiB besides the weights");
            assert!(known.class_names(known.classes(checkpoint)).is_some(), "{name}");
        }
        for name in ["alexnet", "vgg16", "vgg19", "googlenet", "resnet18", "resnet50", "squeezenet1_1"] {
            known.checkpoint(name).unwrap();
        }
        let all = known.checkpoint("everything").unwrap_err().to_string();
        assert!(all.contains("alexnet, vgg11") && all.contains("cifar10"), "{all}");
    }

    /// torchvision's `transform_input`, after ImageNet's normalisation, for each channel.
    #[test]
    fn googlenet_s_preprocessing_is_torchvision_s_two_steps_in_one() {
        let known = Known::read().unwrap();
        let ours = known.preprocessing(known.checkpoint("googlenet").unwrap());
        let usual = known.preprocessing(known.checkpoint("alexnet").unwrap());
        assert_eq!(usual, Preprocessing::IMAGENET);
        for channel in 0..3 {
            let (mean, deviation) = (usual.mean[channel], usual.deviation[channel]);
            for v in [0.0, 0.3, 1.0] {
                let transformed = (v - mean) / deviation * (deviation / 0.5) + (mean - 0.5) / 0.5;
                assert!((transformed - (v - ours.mean[channel]) / ours.deviation[channel]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_file_is_compared_with_what_was_published() {
        let known = Known::read().unwrap();
        // Length and hash of the published file, as its address and torchvision give them.
        let alexnet = known.checkpoint("alexnet").unwrap().remote();
        let (length, sha256) = (244_409_000, format!("7be5be79{}", "0".repeat(56)));
        alexnet.verify(length, &sha256).unwrap();
        assert!(matches!(alexnet.verify(length - 2000, &sha256), Err(AssetError::WrongSize { .. })));
        let other = alexnet.verify(length, &sha256.replace("7be5", "7be6")).unwrap_err();
        assert!(other.to_string().contains("one beginning with 7be5be79 was expected"), "{other}");
        // As https://www.cs.toronto.edu/~kriz/cifar.html offers it; the length is that of six files and what is packed.
        let cifar10 = known.dataset("cifar10").unwrap();
        assert_eq!((cifar10.remote().file(), cifar10.pictures), ("cifar-10-binary.tar.gz", 60_000));
        assert_eq!((cifar10.remote().longest(), cifar10.remote().sha256.len()), (170_052_171, 64));
        assert!(cifar10.remote().verify(170_052_170, cifar10.remote().sha256).is_err());
        cifar10.remote().verify(170_052_171, cifar10.remote().sha256).unwrap();
    }
}
