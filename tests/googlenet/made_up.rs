//! Pictures and small runs.

use burn::tensor::Device;
use rand::Rng;
use receptive::data::{Pictures, stream};
use receptive::protocol::{Backend, GooglenetSettings};
use receptive::train::Advance;
use receptive::train::googlenet::{GooglenetSession, PictureSet, Sets};

/// Noise, and labels that have nothing to do with it: they can only be learned by heart.
pub fn pictures(count: usize, classes: usize) -> Pictures {
    let mut random = stream(11, count as u64);
    let mut pictures = Pictures::new(32, 32);
    for i in 0..count {
        let pixels: Vec<u8> = (0..pictures.stride()).map(|_| random.random()).collect();
        pictures.push(&pixels, &[(i % classes) as u8]);
    }
    pictures
}

pub fn set(train: &Pictures, validation: &Pictures, classes: usize) -> PictureSet {
    PictureSet {
        name: "made up".to_owned(),
        classes: (0..classes).map(|class| format!("class {class}")).collect(),
        train: train.len(),
        validation: validation.len(),
        shard: train.len().div_ceil(2).max(1),
    }
}

/// Small enough for a test.
pub fn small() -> GooglenetSettings {
    GooglenetSettings { width: 0.25, batch: 8, epochs: 2, ..GooglenetSettings::default() }
}

pub fn session(settings: GooglenetSettings, set: PictureSet) -> GooglenetSession {
    GooglenetSession::new(settings, set, Backend::Cpu, Device::flex())
}

/// So many more steps.
pub async fn steps(session: &mut GooglenetSession, sets: Sets<'_>, count: usize) {
    let target = session.step() + count;
    while session.step() < target {
        session.advance(sets, 1).await.expect("the CPU is never lost");
    }
}

/// To the end of the run, which is how many epochs ended.
pub async fn finish(session: &mut GooglenetSession, sets: Sets<'_>) -> usize {
    let mut epochs = 0;
    loop {
        match session.advance(sets, 1).await.expect("the CPU is never lost") {
            Advance::EpochEnded(_) => epochs += 1,
            Advance::Finished => return epochs,
            Advance::Starved => panic!("all pictures are there"),
            Advance::Diverged { step, loss, .. } => panic!("step {step}: {loss}"),
            Advance::Stepped | Advance::Measuring => {}
        }
    }
}
