//! Which networks can be taught, and what that costs.

use crate::data::Manifest;
use crate::models::architecture::Architecture;
use crate::models::{architecture, architectures, taught};
use crate::protocol::{Backbone, Block, Group, Head, HeadInfo, SampleSet};
use crate::train::taught::SEEN_AT_ONCE;
use crate::worker::inside::command;
use crate::worker::memory::{ACTIVATIONS, FLOAT, activations, parameters, training};

/// Photos of this size and three colours are what they were trained on.
const SIDE: usize = 224;
/// Pictures of a step in the estimate.
const BATCH: u64 = 16;

/// What is installed first, then what could be.
pub fn backbones(manifest: &Manifest) -> Vec<Backbone> {
    let bytes = |shards: &[String]| shards.iter().filter_map(|p| manifest.find(p).ok()).map(|a| a.bytes).sum::<u64>();
    let here = manifest.networks.iter().filter_map(|network| {
        let about = architecture(&network.architecture).filter(can_be_taught)?;
        let mut all = describe(&network.name, &network.title, &about);
        all.installed = true;
        all.features_bytes = bytes(network.shards(Group::First)) + bytes(network.shards(Group::Features));
        all.classifier_bytes = bytes(network.shards(Group::Classifier));
        all.licence.clone_from(&network.licence);
        Some(all)
    });
    let installed = |key: &str| manifest.networks.iter().any(|network| network.architecture == key);
    let missing = architectures().filter(|about| can_be_taught(about) && !installed(about.card.key));
    here.chain(missing.map(|about| describe(about.card.key, about.card.title, &about))).collect()
}

/// Data sets of picture files.
pub fn sets(manifest: &Manifest) -> Vec<SampleSet> {
    let set = |dataset: &crate::data::InstalledDataset| SampleSet {
        name: dataset.name.clone(),
        title: dataset.title.clone(),
        classes: dataset.classes.clone(),
        pictures: dataset.pictures(),
        bytes: dataset.files().filter_map(|path| manifest.find(path).ok()).map(|asset| asset.bytes).sum(),
        licence: dataset.licence.clone(),
        source: dataset.source.clone(),
    };
    manifest.picture_sets().map(set).collect()
}

fn can_be_taught(about: &Architecture) -> bool {
    about.input() == [3, SIDE, SIDE]
}

fn describe(name: &str, title: &str, about: &Architecture) -> Backbone {
    let light = taught::with_head(about, Head::Light, 2);
    let weight_bytes = FLOAT * parameters(&light, 0..light.classifier());
    let seeing = FLOAT * ACTIVATIONS * SEEN_AT_ONCE as u64 * largest_step(&light);
    let head = |head: Head| {
        let network = taught::with_head(about, head, 2);
        let parameters = parameters(&network, network.classifier()..network.layers.len());
        let learning = training(&network, network.classifier() - 1, BATCH);
        HeadInfo { head, parameters, training_bytes: weight_bytes + seeing.max(learning) }
    };
    Backbone {
        name: name.to_owned(),
        title: title.to_owned(),
        installed: false,
        command: command(about.card.key),
        features_bytes: 0,
        classifier_bytes: 0,
        blocks: blocks(&light),
        multiply_accumulates: (0..light.classifier()).map(|layer| light.multiply_accumulates_of(layer)).sum(),
        features: light.layers[light.classifier() - 1].shape[0],
        heads: vec![head(Head::Light), head(Head::Own)],
        weight_bytes,
        batch_norm: light.layers.iter().any(|layer| layer.op.kind() == crate::protocol::LayerKind::BatchNorm),
        licence: String::new(),
    }
}

fn blocks(light: &Architecture) -> Vec<Block> {
    let cuts = taught::cuts(light);
    let block = |pair: &[usize]| {
        let (end, cut) = (pair[0], pair[1]);
        Block {
            name: taught::block_after(light, cut).to_owned(),
            parameters: parameters(light, cut + 1..end + 1),
            multiply_accumulates: (cut + 1..light.layers.len()).map(|l| light.multiply_accumulates_of(l)).sum(),
            bytes_per_picture: activations(light, cut),
        }
    };
    cuts.windows(2).map(block).collect()
}

/// Values of the layer that has most together with its input.
fn largest_step(about: &Architecture) -> u64 {
    let size = |layer: usize| about.layers[layer].shape.iter().product::<usize>();
    let step = |layer: usize| size(layer) + about.layers[layer].inputs.iter().map(|&input| size(input)).sum::<usize>();
    (0..about.layers.len()).map(step).max().unwrap_or(0) as u64
}
