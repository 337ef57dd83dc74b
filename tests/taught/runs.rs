//! Runs as a whole: what learns and what does not, early stopping, divergence, and going on where a run was left.

use crate::common::run;
use crate::driving::{Few, all_weights, begin, finish, next, steps, weights, without_clock};
use burn::tensor::Device;
use receptive::data::{Manifest, Preprocessing, TEXTURES, read_shard, texture};
use receptive::models::{Network, architecture};
use receptive::protocol::{Augmentation, ClassWeights, Group, Head, Labelled, Optimizer, Part, Schedule, Start};
use receptive::protocol::{RunReport, TeachSettings};
use receptive::train::Advance;
use receptive::train::taught::{Taught, TaughtCheckpoint};
use std::path::Path;

/// Everything that draws random numbers or keeps something between steps.
fn everything() -> TeachSettings {
    TeachSettings {
        head: Head::Own,
        blocks: 1,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.01,
        schedule: Schedule::Cosine,
        batch: 5,
        epochs: 5,
        weight_decay: 1e-3,
        label_smoothing: 0.1,
        class_weights: ClassWeights::Inverse,
        augmentation: Augmentation {
            flip: true,
            rotation: 20.0,
            shift: 0.1,
            zoom: 0.1,
            brightness: 0.2,
            contrast: 0.2,
            noise: 0.02,
        },
        mask: 0.1,
        ..TeachSettings::default()
    }
}

fn plain() -> TeachSettings {
    TeachSettings { batch: 5, epochs: 4, learning_rate: 0.01, ..TeachSettings::default() }
}

/// The network that ships with the page, without its classifier.
fn shipped() -> Network {
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    let file = |path: &str| std::fs::read(public.join(path)).expect("it is in the repository");
    let manifest = Manifest::parse(&file("manifest.json")).expect("it is valid");
    let about = manifest.networks.iter().find(|n| n.name == "squeezenet1_1").expect("it ships with the page");
    let mut network = Network::new(architecture("squeezenet1_1").expect("it is in the catalogue"), &Device::flex());
    for path in [Group::First, Group::Features].into_iter().flat_map(|group| about.shards(group)) {
        for piece in read_shard(path, &file(path)).expect("our own shard") {
            network.insert(path, piece).expect("it fits the architecture");
        }
    }
    network
}

#[test]
fn twelve_pictures_are_learned_by_heart() {
    let (mut pictures, mut labelled) = (Vec::new(), Vec::new());
    for id in 0..15_u32 {
        let class = id as usize % 3;
        pictures.push(texture(class, 1, id));
        labelled.push(Labelled { id, class, sha: format!("{id:016x}") });
    }
    let settings = TeachSettings { epochs: 30, ..TeachSettings::default() };
    let classes = TEXTURES[..3].iter().map(|class| (*class).to_owned()).collect();
    run(async {
        let mut session = begin(Taught::new(settings, classes, labelled, shipped(), Preprocessing::IMAGENET));
        assert_eq!(session.course.division.train.len(), 12);
        finish(&mut session, &pictures).await;
        let train = session.course.division.train.clone();
        let measured = session.measure_now((), Part::Train, train).await.expect("CPU");
        assert_eq!((measured.sum.accuracy(), measured.labels.len()), (1.0, 12));
        let losses: Vec<f32> = session.history.epochs.iter().map(|epoch| epoch.train_loss).collect();
        assert!(losses[29] < losses[0] / 2.0, "{losses:?}");
        // What is kept at the cut is what comparing pictures reads.
        let kept = session.course.features_kept(0).expect("the cut is right before the new layer");
        let input = session.course.input(&pictures[0]);
        let features = session.course.features(&session.learner, input);
        let features = receptive::train::read(features).await.expect("CPU");
        assert!(kept.len() == 512 && kept.iter().zip(&features).all(|(a, b)| (a - b).abs() < 1e-5));
    });
}

#[test]
fn frozen_layers_stay_as_they_were_and_the_others_learn() {
    let few = Few::new(4, 0.5);
    let blocks = ["features.2", "features.0"];
    for (head, own) in [(Head::Light, vec!["head.linear"]), (Head::Own, vec!["classifier.1", "classifier.3"])] {
        for learning in 0..=blocks.len() {
            let mut session = few.session(&TeachSettings { head, blocks: learning, ..plain() });
            run(async {
                let before = all_weights(&session).await;
                finish(&mut session, &few.pictures).await;
                for ((name, before), (_, after)) in before.iter().zip(&all_weights(&session).await) {
                    let layer = name.rsplit_once('.').expect("layer and kind").0;
                    let learns = own.contains(&layer) || blocks[..learning].contains(&layer);
                    assert_eq!(before != after, learns, "{head:?}, {learning} blocks: {name}");
                }
            });
        }
    }
}

#[test]
fn random_weights_are_others_than_the_pretrained_ones_and_all_learn() {
    let few = Few::new(4, 0.5);
    let mut session = few.session(&TeachSettings { start: Start::Random, ..plain() });
    let pretrained = few.session(&plain());
    run(async {
        let before = all_weights(&session).await;
        assert!(before.iter().zip(&all_weights(&pretrained).await).all(|(a, b)| {
            a.0.starts_with("features") && a.0.ends_with("bias") || a.0 == "head.linear.bias" || a.1 != b.1
        }));
        finish(&mut session, &few.pictures).await;
        assert!(before.iter().zip(&all_weights(&session).await).all(|(a, b)| a.1 != b.1));
    });
}

#[test]
fn the_same_seed_gives_the_same_run_bit_for_bit() {
    let few = Few::new(5, 0.6);
    run(async {
        let mut results = Vec::new();
        for seed in [4, 4, 5] {
            let mut session = few.session(&TeachSettings { seed, ..everything() });
            finish(&mut session, &few.pictures).await;
            results.push((weights(&session).await, without_clock(&session.history)));
        }
        assert!(results[0] == results[1]);
        assert!(results[0] != results[2]);
    });
}

#[test]
fn the_order_in_which_pictures_came_makes_no_difference() {
    let few = Few::new(5, 0.6);
    let mut turned = Few::new(5, 0.6);
    turned.pictures.reverse();
    turned.labelled.reverse();
    run(async {
        let (mut one, mut other) = (few.session(&everything()), turned.session(&everything()));
        assert_eq!(one.course.digest(), other.course.digest());
        finish(&mut one, &few.pictures).await;
        finish(&mut other, &turned.pictures).await;
        assert!(weights(&one).await == weights(&other).await);
        turned.labelled[0].class = (turned.labelled[0].class + 1) % 3;
        assert_ne!(one.course.digest(), turned.course(&everything()).digest());
    });
}

/// Runs to the end, and a checkpoint of every moment on the way.
async fn recorded(few: &Few, settings: &TeachSettings) -> (Vec<f32>, RunReport, Vec<TaughtCheckpoint>) {
    let mut session = few.session(settings);
    let mut saved = vec![session.checkpoint(None).await.expect("a run can be saved")];
    while next(&mut session, &few.pictures).await != Advance::Finished {
        saved.push(session.checkpoint(None).await.expect("a run can be saved"));
    }
    let history = without_clock(&session.history);
    (weights(&session).await, history.report.expect("it is finished"), saved)
}

/// Taken up again from every moment, a run ends as if it had never been stopped.
async fn resuming_changes_nothing(few: &Few, settings: &TeachSettings) {
    let (expected, report, saved) = recorded(few, settings).await;
    let last = saved.last().expect("there is one at least").clone();
    for (moment, checkpoint) in saved.iter().enumerate() {
        let mut session = few.reopened(checkpoint);
        // As the worker does when told to train.
        session.go_on();
        finish(&mut session, &few.pictures).await;
        let step = checkpoint.meta.step;
        let history = without_clock(&session.history);
        assert_eq!(history.points, last.meta.history.points, "moment {moment}, step {step}");
        assert_eq!(history.epochs, {
            let mut all = last.meta.history.epochs.clone();
            all.iter_mut().for_each(|point| point.seconds = 0.0);
            all
        });
        assert!(history.report.as_ref() == Some(&report), "moment {moment}, step {step}");
        assert!(weights(&session).await == expected, "moment {moment}, step {step}");
    }
}

#[test]
fn resuming_at_any_moment_equals_never_having_stopped() {
    let few = Few::new(5, 0.6);
    run(async {
        resuming_changes_nothing(&few, &everything()).await;
        resuming_changes_nothing(&few, &plain()).await;
        // Nothing to be learned: the validation loss grows soon.
        let hopeless = Few::new(5, 0.0);
        let early = TeachSettings { patience: 2, learning_rate: 0.05, epochs: 30, ..everything() };
        let (_, _, saved) = recorded(&hopeless, &early).await;
        let epochs = saved.last().expect("there is one at least").meta.history.epochs.len();
        assert!((3..20).contains(&epochs), "it stopped early, after {epochs} epochs");
        resuming_changes_nothing(&hopeless, &early).await;
    });
}

#[test]
fn early_stopping_goes_back_to_the_best_weights() {
    let hopeless = Few::new(5, 0.0);
    let settings = TeachSettings { patience: 3, blocks: 1, epochs: 100, ..plain() };
    run(async {
        let mut session = hopeless.session(&settings);
        let mut after = Vec::new();
        loop {
            match next(&mut session, &hopeless.pictures).await {
                Advance::EpochEnded(point) => {
                    after.push((point.validation_loss.expect("there is one"), weights(&session).await));
                }
                Advance::Finished => break,
                _ => {}
            }
        }
        let losses: Vec<f32> = after.iter().map(|(loss, _)| *loss).collect();
        let best = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).expect("there are some");
        assert_eq!(after.len(), best + 1 + 3, "{losses:?}");
        assert!(after.len() < 100 && best > 0, "{losses:?}");
        assert!(weights(&session).await == after[best].1);
        let report = session.history.report.as_ref().expect("it is finished");
        assert!((report.test_loss - f64::from(losses[best])).abs() < 1e-6);
        // Without patience the last weights are tested.
        let mut session = hopeless.session(&TeachSettings { patience: 0, epochs: after.len(), ..settings });
        finish(&mut session, &hopeless.pictures).await;
        assert!(weights(&session).await == after[after.len() - 1].1);
    });
}

#[test]
fn a_learning_rate_far_too_large_diverges_and_the_run_can_go_back() {
    let few = Few::new(5, 0.6);
    let settings =
        TeachSettings { optimizer: Optimizer::PlainSgd, learning_rate: 1e25, blocks: 1, patience: 2, ..plain() };
    run(async {
        let mut session = few.session(&settings);
        let diverged = loop {
            match next(&mut session, &few.pictures).await {
                Advance::Diverged { step, loss, good_step } => break (step, loss, good_step),
                Advance::Finished => panic!("it went through"),
                _ => {}
            }
        };
        assert!(diverged.2 < diverged.0 && diverged.1.parse::<f32>().is_err(), "{diverged:?}");
        session.rewind(1e-3);
        assert_eq!((session.step(), session.course.settings.learning_rate), (diverged.2, 1e-3));
        finish(&mut session, &few.pictures).await;
        assert!(session.history.points.iter().all(|point| point.loss.is_finite()));
        assert!(weights(&session).await.iter().all(|weight| weight.is_finite()));
        // What is saved afterwards can be read.
        let saved = session.checkpoint(None).await.expect("it can be saved");
        few.reopened(&saved);
    });
}

/// The epochs that are gone take the best of them along.
#[test]
fn going_back_behind_the_best_epoch_forgets_it() {
    let few = Few::new(5, 0.6);
    run(async {
        let mut session = few.session(&TeachSettings { patience: 2, blocks: 1, epochs: 8, ..plain() });
        // Losses so large that no later state counts as a good one.
        session.learner.weights = session.learner.weights.clone() * 1e4;
        while session.history.epochs.len() < 2 {
            next(&mut session, &few.pictures).await;
        }
        session.break_weights();
        let outcome = next(&mut session, &few.pictures).await;
        let Advance::Diverged { good_step, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(good_step, 0);
        session.rewind(1e-3);
        assert_eq!(session.history.epochs.len(), 0);
        while session.history.epochs.is_empty() {
            next(&mut session, &few.pictures).await;
        }
        let (epoch, ..) = session.course.best.as_ref().expect("one was measured");
        assert_eq!(*epoch, 1);
        assert!(!session.testing(), "one epoch is not two without a better one");
    });
}

#[test]
fn stopping_early_tests_what_was_learned() {
    let few = Few::new(5, 0.6);
    run(async {
        let mut session = few.session(&plain());
        steps(&mut session, &few.pictures, 4).await;
        session.stop();
        finish(&mut session, &few.pictures).await;
        assert_eq!((session.step(), session.history.epochs.len()), (4, 1));
        assert!(session.history.report.is_some());
        session.go_on();
        finish(&mut session, &few.pictures).await;
        assert_eq!(session.step(), 12);
    });
}

#[test]
fn a_run_begins_with_the_weights_of_an_earlier_one() {
    let few = Few::new(5, 0.6);
    run(async {
        let mut first = few.session(&TeachSettings { blocks: 1, ..plain() });
        finish(&mut first, &few.pictures).await;
        let learned = first.checkpoint(None).await.expect("a run can be saved");
        let untouched = all_weights(&few.session(&plain())).await;
        for blocks in [0, 1, 2] {
            let mut course = few.course(&TeachSettings { blocks, ..plain() });
            course.begin_with(&learned);
            let session = begin(course);
            for (((name, own), (_, earlier)), (_, pretrained)) in
                all_weights(&session).await.iter().zip(&all_weights(&first).await).zip(&untouched)
            {
                // What does not learn would not be saved: it stays as everybody has it.
                let is_frozen = name.starts_with("features.2.") && blocks == 0;
                assert!(own == if is_frozen { pretrained } else { earlier }, "{blocks} blocks: {name}");
            }
        }
    });
}

/// No later step would tell.
#[test]
fn a_last_step_that_goes_astray_is_told_when_measuring() {
    let few = Few::new(5, 0.6);
    let settings = TeachSettings {
        optimizer: Optimizer::PlainSgd,
        learning_rate: 1e39,
        batch: 64,
        epochs: 1,
        ..TeachSettings::default()
    };
    run(async {
        let mut session = few.session(&settings);
        assert_eq!(next(&mut session, &few.pictures).await, Advance::Stepped);
        assert_eq!(next(&mut session, &few.pictures).await, Advance::Measuring);
        let outcome = next(&mut session, &few.pictures).await;
        let Advance::Diverged { step: 1, good_step: 0, .. } = outcome else { panic!("{outcome:?}") };
        session.rewind(1e-3);
        finish(&mut session, &few.pictures).await;
        let report = session.history.report.as_ref().expect("it is finished");
        assert!(report.test_loss.is_finite());
    });
}
