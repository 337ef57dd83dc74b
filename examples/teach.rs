//! Teaches the shipped SqueezeNet a folder of pictures, one folder for each class, as the lab `/teach` does.
//!
//! ```sh
//! cargo run --release --example teach -- FOLDER [SEEDS] [key=value ...]
//! ```
//!
//! Keys and values are those of the lab's settings, such as `blocks=2 learning-rate=0.0003`; one run is made for each of
//! the first SEEDS seeds. With blocks unfrozen, the new layer learns alone first, for 60 epochs.

use burn::tensor::Device;
use receptive::data::{Manifest, Rgb, read_shard, sha256};
use receptive::models::{Network, architecture};
use receptive::protocol::{Augmentation, Backend, Group, Labelled, Schedule, Start, TeachSettings};
use receptive::train::Advance;
use receptive::train::checkpoint::Meta;
use receptive::train::taught::{SEEN_AT_ONCE, Taught, TaughtSession};
use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// Epochs in which the new layer learns alone.
const HEAD_EPOCHS: usize = 60;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("give a folder with a folder for each class")?;
    let (mut seeds, mut settings) = (1, TeachSettings::default());
    for argument in arguments {
        match argument.split_once('=') {
            Some((key, value)) => settings.set(key, value)?,
            None => seeds = argument.parse()?,
        }
    }
    let (classes, labelled, pictures) = read_folder(Path::new(&folder))?;
    println!("{} pictures of {}", pictures.len(), classes.join(", "));
    let (mut sum, mut balanced) = (0.0, 0.0);
    for seed in 1..=seeds {
        let settings = TeachSettings { seed, ..settings.clone() };
        let course = |settings: TeachSettings| -> Outcome<Taught> {
            let (backbone, preprocessing) = backbone()?;
            Ok(Taught::new(settings, classes.clone(), labelled.clone(), backbone, preprocessing))
        };
        let mut real = course(settings.clone())?;
        if settings.blocks > 0 && settings.start == Start::Pretrained {
            let head = TeachSettings {
                blocks: 0,
                epochs: HEAD_EPOCHS,
                learning_rate: 2e-3,
                schedule: Schedule::Cosine,
                weight_decay: 0.1,
                label_smoothing: 0.0,
                blend: 0.0,
                augmentation: Augmentation::default(),
                ..settings
            };
            let mut head = futures_lite::future::block_on(teach(course(head)?, &pictures))?;
            real.begin_with(&futures_lite::future::block_on(head.0.checkpoint(None))?);
        }
        let (session, seconds) = futures_lite::future::block_on(teach(real, &pictures))?;
        let report = session.history.report.as_ref().ok_or("no report")?;
        let report = (report.test_accuracy, &report.confusion.recall, seconds);
        let recall: Vec<f64> = report.1.iter().flatten().copied().collect();
        let mean = recall.iter().sum::<f64>() / recall.len() as f64;
        println!("seed {seed}: {:.1} %, balanced {:.1} %, {:.0} s", report.0 * 100.0, mean * 100.0, report.2);
        sum += report.0;
        balanced += mean;
    }
    let of_all = |sum: f64| sum * 100.0 / f64::from(seeds);
    println!("mean {:.1} %, balanced {:.1} %", of_all(sum), of_all(balanced));
    Ok(())
}

/// The finished run, and its seconds.
async fn teach(mut course: Taught, pictures: &[Rgb]) -> Outcome<(TaughtSession, f64)> {
    let start = std::time::Instant::now();
    let unseen = course.unseen();
    for places in unseen.chunks(SEEN_AT_ONCE) {
        places.iter().for_each(|&place| course.hand_in(place, &pictures[place as usize]));
        course.see(places).await?;
    }
    println!("  {} seen in {:.1} s", unseen.len(), start.elapsed().as_secs_f64());
    let learner = course.learner();
    let mut session = TaughtSession::at(course, Backend::Cpu, learner, Meta::default());
    loop {
        match session.advance((), 1).await? {
            Advance::Starved => {
                for place in session.course.wanted().to_vec() {
                    session.course.hand_in(place, &pictures[place as usize]);
                }
            }
            Advance::EpochEnded(point) => println!(
                "  epoch {}: loss {:.3}, accuracy {:.3}; validation {:.3}, {:.3}; {:.0} s",
                point.epoch,
                point.train_loss,
                point.train_accuracy,
                point.validation_loss.unwrap_or_default(),
                point.validation_accuracy.unwrap_or_default(),
                start.elapsed().as_secs_f64(),
            ),
            Advance::Finished => break,
            Advance::Diverged { step, loss, .. } => return Err(format!("step {step}: the loss is {loss}").into()),
            Advance::Stepped | Advance::Measuring => {}
        }
    }
    Ok((session, start.elapsed().as_secs_f64()))
}

fn backbone() -> Outcome<(Network, receptive::data::Preprocessing)> {
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    let manifest = Manifest::parse(&fs::read(public.join("manifest.json"))?)?;
    let about = manifest.networks.first().ok_or("no network ships with the page")?;
    let shape = architecture(&about.architecture).ok_or("an unknown architecture")?;
    let mut network = Network::new(shape, &Device::flex());
    for path in Group::ALL.into_iter().flat_map(|group| about.shards(group)) {
        for piece in read_shard(path, &fs::read(public.join(path))?)? {
            network.insert(path, piece)?;
        }
    }
    Ok((network, about.preprocessing))
}

/// Names of the classes, and the pictures with what they show.
fn read_folder(folder: &Path) -> Outcome<(Vec<String>, Vec<Labelled>, Vec<Rgb>)> {
    let sorted = |folder: &Path| -> Outcome<Vec<_>> {
        let mut all = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<Vec<_>>>()?;
        all.sort();
        Ok(all)
    };
    let (mut classes, mut labelled, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
    for class in sorted(folder)?.into_iter().filter(|path| path.is_dir()) {
        classes.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
        for file in sorted(&class)? {
            let picture = image::open(&file)?.into_rgb8();
            let (width, height) = (picture.width() as usize, picture.height() as usize);
            let picture = Rgb { width, height, pixels: picture.into_raw() };
            let sha = sha256(&picture.pixels)[..16].to_owned();
            labelled.push(Labelled { id: pictures.len() as u32, class: classes.len() - 1, sha });
            pictures.push(picture);
        }
    }
    Ok((classes, labelled, pictures))
}
