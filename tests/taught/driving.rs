//! Small runs, and what the worker does to drive them.

use crate::common::run;
use burn::tensor::{Device, Tensor};
use receptive::data::{Preprocessing, Rgb};
use receptive::models::architecture::{Architecture, Builder, Card, Conv, Window};
use receptive::models::{Network, formula};
use receptive::protocol::{Backend, Fault, Group, History, Labelled, TeachSettings};
use receptive::train::checkpoint::Meta;
use receptive::train::taught::{SEEN_AT_ONCE, Taught, TaughtCheckpoint, TaughtSession, from_bytes, to_bytes};
use receptive::train::{Advance, read};

/// Classes of [`Few`].
pub const CLASSES: [&str; 3] = ["one", "two", "three"];
const SIDE: usize = 16;

/// A network that takes no time, with two blocks and a classifier that drops values.
pub fn tiny() -> Architecture {
    let card = Card { key: "tiny", title: "Tiny", paper: "None", year: 2026, deviations: "None", reported: "Nothing" };
    let (mut net, x) = Builder::new(card, [3, SIDE, SIDE]);
    let x = net.conv("features.0", x, Conv::new(6, 3).stride(2).padding(1));
    let x = net.relu("features.1", x);
    let x = net.conv("features.2", x, Conv::new(8, 3).padding(1));
    let x = net.relu("features.3", x);
    let x = net.max_pool("features.4", x, Window { kernel: 2, stride: 2, padding: 0, ceil: false });
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.dropout("classifier.0", x, 0.5);
    let x = net.linear("classifier.1", x, 12);
    let x = net.relu("classifier.2", x);
    net.linear("classifier.3", x, 10);
    net.finish()
}

pub fn formula_network(architecture: Architecture) -> Network {
    Network::from_formula(architecture, &Group::ALL, &Device::flex())
}

/// Pictures of three classes that are not quite of the network's size.
pub struct Few {
    pub pictures: Vec<Rgb>,
    pub labelled: Vec<Labelled>,
}

impl Few {
    /// `like` between 0 (nothing tells the classes apart) and 1 (a lot does).
    pub fn new(per_class: usize, like: f32) -> Self {
        let (mut pictures, mut labelled) = (Vec::new(), Vec::new());
        for id in 0..(per_class * CLASSES.len()) as u32 {
            let class = id as usize % CLASSES.len();
            let (width, height) = (SIDE + 3, SIDE + 1);
            let grain: Vec<f32> = formula::noise(&format!("few{id}"), width * height * 3).collect();
            let pixel = |(place, grain): (usize, f32)| {
                let (x, y) = (place / 3 % width, place / 3 / width);
                let is_bright = [x, y, x + y][class] / 2 % 2 == 0;
                (128.0 + if is_bright { 90.0 } else { -90.0 } * like + grain * 120.0 * (1.0 - like)) as u8
            };
            pictures.push(Rgb { width, height, pixels: grain.into_iter().enumerate().map(pixel).collect() });
            labelled.push(Labelled { id, class, sha: format!("{:08x}{id:08x}", (id + 1).wrapping_mul(2_654_435_761)) });
        }
        Self { pictures, labelled }
    }

    pub fn course(&self, settings: &TeachSettings) -> Taught {
        let classes = CLASSES.map(str::to_owned).to_vec();
        Taught::new(settings.clone(), classes, self.labelled.clone(), formula_network(tiny()), Preprocessing::IMAGENET)
    }

    pub fn session(&self, settings: &TeachSettings) -> TaughtSession {
        begin(self.course(settings))
    }

    /// Through the file, into a session that knows nothing.
    pub fn reopened(&self, saved: &TaughtCheckpoint) -> TaughtSession {
        let bytes = to_bytes(saved).expect("a run can be saved");
        let read = from_bytes("saved", &bytes).expect("what was saved can be read");
        // The clock apart: decimal digits need not give a time back to its last bit.
        assert!(
            (&read.weights, &read.first, &read.second, &read.best)
                == (&saved.weights, &saved.first, &saved.second, &saved.best)
        );
        TaughtSession::restored(self.course(&read.settings), read, Backend::Cpu).expect("it is of the same network")
    }
}

pub fn begin(course: Taught) -> TaughtSession {
    let learner = course.learner();
    TaughtSession::at(course, Backend::Cpu, learner, Meta::default())
}

/// The next thing that happens, with every picture handed in that is asked for.
pub async fn next(session: &mut TaughtSession, pictures: &[Rgb]) -> Advance {
    loop {
        let unseen = session.course.unseen();
        if !unseen.is_empty() {
            for places in unseen.chunks(SEEN_AT_ONCE) {
                places.iter().for_each(|&place| session.course.hand_in(place, &pictures[place as usize]));
                session.course.see(places).await.expect("the CPU is never lost");
            }
        }
        match session.advance((), 1).await.expect("the CPU is never lost") {
            Advance::Starved => {
                let wanted = session.course.wanted().to_vec();
                assert!(!wanted.is_empty(), "it waits for nothing");
                wanted.into_iter().for_each(|place| session.course.hand_in(place, &pictures[place as usize]));
            }
            other => return other,
        }
    }
}

pub async fn finish(session: &mut TaughtSession, pictures: &[Rgb]) {
    loop {
        match next(session, pictures).await {
            Advance::Finished => return,
            Advance::Diverged { step, .. } => panic!("diverged at step {step}"),
            _ => {}
        }
    }
}

pub async fn steps(session: &mut TaughtSession, pictures: &[Rgb], count: usize) {
    let target = session.step() + count;
    while session.step() < target {
        next(session, pictures).await;
    }
}

pub async fn weights(session: &TaughtSession) -> Vec<f32> {
    read(session.learner.weights.clone()).await.expect("the CPU is never lost")
}

/// Everything in a history but the clock.
pub fn without_clock(history: &History) -> History {
    let mut history = history.clone();
    history.epochs.iter_mut().for_each(|point| point.seconds = 0.0);
    if let Some(report) = &mut history.report {
        report.training_seconds = 0.0;
    }
    history
}

/// Every parameter and statistic of the network as it stands, by name.
pub async fn all_weights(session: &TaughtSession) -> Vec<(String, Vec<f32>)> {
    let network = session.course.network_of(&session.learner);
    let mut all = Vec::new();
    for parameter in network.architecture.parameters() {
        let values: Tensor<1> = network.flat(std::slice::from_ref(&parameter));
        all.push((parameter.name, read(values).await.expect("the CPU is never lost")));
    }
    all
}

#[test]
fn a_small_run_goes_from_its_first_step_to_its_test() {
    let few = Few::new(4, 0.8);
    let settings = TeachSettings { batch: 4, epochs: 3, ..TeachSettings::default() };
    run(async {
        let mut session = few.session(&settings);
        finish(&mut session, &few.pictures).await;
        assert_eq!((session.step(), session.history.epochs.len()), (9, 3));
        assert!(session.history.report.is_some());
        assert!(matches!(session.checkpoint(None).await, Ok(TaughtCheckpoint { .. })));
        let other = few.course(&TeachSettings { blocks: 1, ..settings });
        let saved = session.checkpoint(None).await.expect("a run can be saved");
        assert!(matches!(saved.fits(&other), Err(Fault::ShapeMismatch { .. })));
    });
}
