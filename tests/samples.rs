//! The network that ships with the page names what is on the sample photos that ship with it, as PyTorch does with the
//! same weights: from the JPEG file to the five best classes.
//!
//! Native tests decode the JPEG with another library than PyTorch's (or the browser's), which may differ by one level in
//! a pixel: probabilities are compared within two hundredths.

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::run;
use receptive::data::{InstalledNetwork, Manifest, Rgb, Square, read_shard};
use receptive::metrics::softmax;
use receptive::models::{Network, architecture};
use receptive::protocol::Group;
use receptive::train::read;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

const NETWORK: &str = "squeezenet1_1";

#[derive(Deserialize)]
struct Fixture {
    photos: Vec<Photo>,
}

#[derive(Deserialize)]
struct Photo {
    file: String,
    top5: Vec<Guess>,
}

#[derive(Deserialize)]
struct Guess {
    class: usize,
    name: String,
    probability: f32,
}

fn public() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("public")
}

fn installed() -> (Manifest, InstalledNetwork) {
    let bytes = fs::read(public().join("manifest.json")).expect("the manifest is in the repository");
    let manifest = Manifest::parse(&bytes).expect("it is valid");
    let network = manifest.networks.iter().find(|n| n.name == NETWORK).expect("it ships with the page").clone();
    (manifest, network)
}

fn network() -> Network {
    let (manifest, about) = installed();
    let mut network = Network::new(architecture(&about.architecture).expect("it is in the catalogue"), &Device::flex());
    for path in Group::ALL.into_iter().flat_map(|group| about.shards(group)) {
        let bytes = fs::read(public().join(path)).expect("the manifest lists what is there");
        manifest.find(path).expect("it is listed").verify(&bytes).expect("it is what the manifest says");
        for piece in read_shard(path, &bytes).expect("our own shard") {
            network.insert(path, piece).expect("it fits the architecture");
        }
    }
    assert!(Group::ALL.into_iter().all(|group| network.has(group)), "all weights are there");
    network
}

fn decode(file: &Path) -> Rgb {
    let picture = image::open(file).expect("a JPEG of our own").into_rgb8();
    let (width, height) = picture.dimensions();
    Rgb { width: width as usize, height: height as usize, pixels: picture.into_raw() }
}

fn probabilities(network: &Network, about: &InstalledNetwork, photo: &Rgb) -> Vec<f32> {
    let input = photo.cut(Square::of(photo.width, photo.height, 256, 224)).normalised(&about.preprocessing);
    let input = Tensor::from_data(TensorData::new(input, [1, 3, 224, 224]), network.device());
    softmax(&run(read(network.forward(input))).expect("CPU"))
}

#[test]
fn the_five_best_classes_of_the_sample_photos_are_pytorchs() {
    let Fixture { photos } =
        serde_json::from_str(include_str!("fixtures/samples.json")).expect("make_samples.py wrote it");
    assert!(photos.len() >= 4);
    let (_, about) = installed();
    let network = network();
    let classes =
        fs::read_to_string(public().join(about.classes.as_ref().expect("it has names"))).expect("they ship too");
    let classes: Vec<&str> = classes.lines().collect();
    assert_eq!(classes.len(), 1000);
    for photo in photos {
        let got = probabilities(&network, &about, &decode(&public().join("samples").join(&photo.file)));
        for guess in &photo.top5 {
            let p = got[guess.class];
            assert!(
                (p - guess.probability).abs() < 0.02,
                "{}: {} {p} for {}",
                photo.file,
                guess.name,
                guess.probability
            );
            assert_eq!(classes[guess.class], guess.name, "{}", photo.file);
        }
        let best = (0..got.len()).max_by(|&a, &b| got[a].total_cmp(&got[b])).expect("there are classes");
        assert_eq!(best, photo.top5[0].class, "{}", photo.file);
    }
}

/// Half precision is what makes the download small; nothing but rounding may differ. Its parameter count and the size of
/// the download are what the documentation says.
#[test]
fn the_shipped_weights_are_small_and_in_three_parts() {
    let (manifest, about) = installed();
    let bytes = |group: Group| -> u64 {
        about.shards(group).iter().map(|path| manifest.find(path).expect("it is listed").bytes).sum()
    };
    assert!(bytes(Group::First) < 10_000, "the first layer alone is a small download");
    assert!(Group::ALL.into_iter().map(bytes).sum::<u64>() < 2_500_000);
}
