//! Which networks and photos there are on this site.

use crate::data::{InstalledNetwork, Manifest};
use crate::models::architecture::Architecture;
use crate::models::{architecture, architectures};
use crate::protocol::{Group, Installed, NetworkInfo, Sample};

/// Where the sample photos lie.
const SAMPLES: &str = "samples/";
/// Architectures for which nobody has published weights that fit.
const UNPUBLISHED: [&str; 2] = ["lenet5", "googlenet_cifar"];

/// What is installed first, then every other architecture.
pub fn networks(manifest: &Manifest) -> Vec<NetworkInfo> {
    let here = manifest.networks.iter().filter_map(|network| {
        let bytes = Group::ALL.map(|group| bytes_of(manifest, network.shards(group)));
        let (licence, source) = (network.licence.clone(), network.source.clone());
        let about = architecture(&network.architecture)?;
        Some(info(&network.name, &network.title, &about, Installed::Here { bytes, licence, source }))
    });
    let missing = architectures().filter(|a| !has(manifest, a.card.key)).map(|about| {
        let command = command(about.card.key);
        info(about.card.key, about.card.title, &about, Installed::Missing { command })
    });
    here.chain(missing).collect()
}

/// The command with which a host installs a network.
pub fn command(key: &str) -> Option<String> {
    (!UNPUBLISHED.contains(&key)).then(|| format!("cargo xtask assets fetch {key}"))
}

pub fn samples(manifest: &Manifest) -> Vec<Sample> {
    let photos = manifest.assets.iter().filter(|asset| asset.path.starts_with(SAMPLES));
    photos
        .map(|asset| Sample {
            path: asset.path.clone(),
            title: asset.title.clone(),
            licence: asset.licence.clone(),
            source: asset.source.clone(),
        })
        .collect()
}

fn has(manifest: &Manifest, key: &str) -> bool {
    manifest.networks.iter().any(|network: &InstalledNetwork| network.architecture == key)
}

fn bytes_of(manifest: &Manifest, shards: &[String]) -> u64 {
    shards.iter().filter_map(|path| manifest.find(path).ok()).map(|asset| asset.bytes).sum()
}

fn info(name: &str, title: &str, about: &Architecture, installed: Installed) -> NetworkInfo {
    NetworkInfo {
        name: name.to_owned(),
        architecture: about.card.key.to_owned(),
        title: title.to_owned(),
        year: about.card.year,
        parameters: about.parameter_count(),
        multiply_accumulates: about.multiply_accumulates(),
        installed,
    }
}
