//! How many of a folder's photos the shipped SqueezeNet names rightly.
//!
//! ```sh
//! cargo run --release --example accuracy -- FOLDER LABELS.csv
//! ```
//!
//! LABELS.csv has a line for each photo: its file name and ImageNet class (0 to 999), wherever in the line they stand.

use burn::tensor::{Device, Tensor, TensorData};
use receptive::data::{Manifest, Rgb, Square, read_shard};
use receptive::models::{Network, architecture};
use receptive::protocol::Group;
use receptive::train::read;
use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, labels] = arguments.as_slice() else {
        return Err("give a folder of photos and a CSV of labels".into());
    };
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    let manifest = Manifest::parse(&fs::read(public.join("manifest.json"))?)?;
    let about = manifest.networks.first().ok_or("no network ships with the page")?;
    let mut network =
        Network::new(architecture(&about.architecture).ok_or("an unknown architecture")?, &Device::flex());
    for path in Group::ALL.into_iter().flat_map(|group| about.shards(group)) {
        for piece in read_shard(path, &fs::read(public.join(path))?)? {
            network.insert(path, piece)?;
        }
    }
    let (mut photos, mut best, mut among_five) = (0, 0, 0);
    for line in fs::read_to_string(labels)?.lines() {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let file = fields.iter().map(|field| Path::new(folder).join(field)).find(|path| path.is_file());
        let class = fields.iter().find_map(|field| field.parse::<usize>().ok());
        let (Some(file), Some(class)) = (file, class) else { continue };
        let picture = image::open(file)?.into_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let photo = Rgb { width, height, pixels: picture.into_raw() };
        let input = photo.cut(Square::of(width, height, 256, 224)).normalised(&about.preprocessing);
        let input = Tensor::<4>::from_data(TensorData::new(input, [1, 3, 224, 224]), network.device());
        let scores = futures_lite::future::block_on(read(network.forward(input)))?;
        let better = scores.iter().filter(|score| **score > scores[class]).count();
        photos += 1;
        best += usize::from(better == 0);
        among_five += usize::from(better < 5);
    }
    println!("{photos} photos: the best guess is right for {best}, one of the five best for {among_five}.");
    Ok(())
}
