//! A run learns, can be stopped and taken up at any step, and comes back from a divergence.

mod common;

use burn::tensor::Device;
use common::{digits, run};
use receptive::data::Digits;
use receptive::protocol::{ActivationKind, Backend, Optimizer, Part, Settings};
use receptive::train::{Advance, Checkpoint, Learner, LenetSession, Pictures, read};

const TEST: usize = 10_000;

/// Small enough for a test: one shard is all it touches, apart from the empty stand-ins behind it.
fn small() -> Settings {
    Settings { images: 320, batch: 32, epochs: 2, validation: 0, ..Settings::default() }
}

fn session(settings: Settings) -> LenetSession {
    LenetSession::new(settings, Backend::Cpu, Device::flex())
}

async fn steps(session: &mut LenetSession, pictures: Pictures<'_>, count: usize) {
    let target = session.step() + count;
    while session.step() < target {
        session.advance(pictures, 1).await.expect("the CPU is never lost");
    }
}

async fn weights(session: &LenetSession) -> Vec<f32> {
    read(session.learner.weights.clone()).await.expect("the CPU is never lost")
}

#[test]
fn overfits_sixteen_digits() {
    let train = digits(16);
    let settings = Settings { images: 16, batch: 16, learning_rate: 3e-3, ..Settings::default() };
    let device = Device::flex();
    let mut learner = Learner::new(&settings, &device);
    let (pixels, labels) = common::inputs(&train, 16);
    run(async {
        let mut accuracy = 0.0;
        for _ in 0..150 {
            let logits = read(learner.learn(pixels.clone(), &labels, 3e-3, &device)).await.expect("CPU");
            accuracy = receptive::train::Measured::from_logits(&logits, &labels).accuracy();
        }
        assert_eq!(accuracy, 1.0);
    });
}

#[test]
fn one_epoch_on_six_thousand_digits_beats_85_percent() {
    let (train, test) = (digits(6_000), common::test_digits(1_000));
    let settings = Settings { images: 6_000, epochs: 1, validation: 0, ..Settings::default() };
    run(async {
        let mut session = session(settings);
        let nothing = Digits::default();
        steps(&mut session, Pictures { train: &train, test: &nothing }, 94).await;
        let pictures = Pictures { train: &train, test: &test };
        let evaluation = session.measure_now(pictures, Part::Test, (0..1_000).collect()).await.expect("CPU");
        assert!(evaluation.sum.accuracy() > 0.85, "{}", evaluation.sum.accuracy());
    });
}

#[test]
fn same_seed_same_curve_and_another_seed_another() {
    let train = digits(400);
    let nothing = Digits::default();
    let pictures = Pictures { train: &train, test: &nothing };
    run(async {
        let mut curves = Vec::new();
        for seed in [7, 7, 8] {
            let mut session = session(Settings { seed, ..small() });
            steps(&mut session, pictures, 15).await;
            curves.push((session.history.points.clone(), weights(&session).await));
        }
        assert_eq!(curves[0], curves[1], "bit for bit");
        assert_ne!(curves[0], curves[2]);
    });
}

#[test]
fn resuming_equals_never_having_stopped() {
    let (train, test) = (digits(400), blank_test());
    let pictures = Pictures { train: &train, test: &test };
    run(async {
        for optimizer in [Optimizer::Adam, Optimizer::Sgd, Optimizer::PlainSgd, Optimizer::RmsProp] {
            let settings = Settings { optimizer, ..small() };
            let mut whole = session(settings.clone());
            finish(&mut whole, pictures).await;

            // Stopped in the middle of an epoch and at its end, through the file each time.
            let mut parts = session(settings);
            for count in [4, 6, 5] {
                steps(&mut parts, pictures, count).await;
                let file = parts.checkpoint().await.and_then(|c| c.to_bytes()).expect("a run can be saved");
                let checkpoint = Checkpoint::from_bytes("saved", &file).expect("what was saved can be read");
                parts = LenetSession::restore(checkpoint, Backend::Cpu, Device::flex());
            }
            finish(&mut parts, pictures).await;
            assert_eq!(weights(&whole).await, weights(&parts).await, "{optimizer:?}");
            assert_eq!(whole.history.points, parts.history.points, "{optimizer:?}");
            assert_eq!(whole.history.kernels, parts.history.kernels, "{optimizer:?}");
        }
    });
}

#[test]
fn reading_losses_rarely_changes_nothing() {
    let train = digits(400);
    let nothing = Digits::default();
    run(async {
        let mut results = Vec::new();
        for read_every in [1, 7] {
            let mut session = session(small());
            while session.step() < 20 && session.history.epochs.len() < 2 {
                session.advance(Pictures { train: &train, test: &nothing }, read_every).await.expect("CPU");
                if session.step() == 20 {
                    break;
                }
            }
            results.push((session.history.points.clone(), weights(&session).await));
        }
        assert_eq!(results[0].1, results[1].1);
        assert_eq!(results[0].0, results[1].0);
    });
}

#[test]
fn divergence_stops_at_the_step_and_goes_back() {
    let train = digits(400);
    let nothing = Digits::default();
    let pictures = Pictures { train: &train, test: &nothing };
    run(async {
        let mut session = session(small());
        steps(&mut session, pictures, 5).await;
        let before = weights(&session).await;
        session.break_weights();
        let outcome = session.advance(pictures, 1).await.expect("CPU");
        let Advance::Diverged { step, loss, good_step } = outcome else { panic!("{outcome:?}") };
        assert_eq!((step, loss.as_str()), (6, "not a number (NaN)"));
        assert!(good_step <= 5);
        session.rewind(1e-4);
        assert_eq!(session.step(), good_step);
        let after = weights(&session).await;
        assert!(after.iter().all(|w| w.is_finite()));
        assert_eq!(after.len(), before.len());
        steps(&mut session, pictures, 3).await;
        assert!(session.history.points.iter().all(|p| p.loss.is_finite()));
    });
}

#[test]
fn training_waits_for_pictures_that_are_not_here_yet() {
    let (some, all) = (digits(100), digits(400));
    let nothing = Digits::default();
    run(async {
        let mut session = session(Settings { images: 400, ..small() });
        let starved = session.advance(Pictures { train: &some, test: &nothing }, 1).await.expect("CPU");
        assert_eq!(starved, Advance::Starved);
        assert_eq!(session.step(), 0);
        steps(&mut session, Pictures { train: &all, test: &nothing }, 1).await;
    });
}

/// Ten thousand blank pictures, to get past the test of a run whose accuracy does not matter.
fn blank_test() -> Digits {
    let mut digits = Digits::default();
    digits.push_shard(&vec![0; TEST * 28 * 28], &vec![0; TEST]);
    digits
}

async fn finish(session: &mut LenetSession, pictures: Pictures<'_>) {
    while session.advance(pictures, 1).await.expect("the CPU is never lost") != Advance::Finished {}
}

#[test]
fn a_learning_rate_far_too_large_diverges_and_is_reported() {
    let (train, test) = (digits(640), blank_test());
    // Some starts only die (every ReLU at 0, a finite loss at chance level); others leave the range of f32.
    let settings = Settings {
        activation: ActivationKind::Relu,
        optimizer: Optimizer::PlainSgd,
        learning_rate: 10.0,
        images: 640,
        batch: 64,
        validation: 0,
        ..Settings::default()
    };
    run(async {
        let mut diverged = Vec::new();
        for seed in 0..8 {
            let mut session = session(Settings { seed, ..settings.clone() });
            for _ in 0..10 {
                let pictures = Pictures { train: &train, test: &test };
                if let Advance::Diverged { step, loss, good_step } = session.advance(pictures, 1).await.expect("CPU") {
                    assert!(
                        loss.parse::<f32>().is_err() && good_step < step,
                        "step {step}, loss {loss}, good step {good_step}"
                    );
                    diverged.push(seed);
                    // From a state before the weights exploded, a tenth of the rate does not diverge again.
                    session.rewind(1.0);
                    steps(&mut session, pictures, 5).await;
                    break;
                }
            }
        }
        assert!(!diverged.is_empty());
    });
}
