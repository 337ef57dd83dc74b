//! Runs learn, and can be stopped and taken up at any step.

use crate::common::run;
use crate::made_up::{finish, pictures, session, set, small, steps};
use burn::tensor::Device;
use receptive::protocol::{Backend, Fault, GooglenetSettings, Optimizer, Part, Schedule, Stem};
use receptive::train::googlenet::{EpochWeights, GooglenetCheckpoint, GooglenetSession, Sets};
use receptive::train::{Advance, Course, read};

async fn state(session: &GooglenetSession) -> (Vec<f32>, Vec<f32>) {
    let learner = &session.learner;
    let statistics = match &learner.statistics {
        Some(statistics) => read(statistics.clone()).await.expect("CPU"),
        None => Vec::new(),
    };
    (read(learner.weights.clone()).await.expect("CPU"), statistics)
}

#[test]
fn overfits_64_pictures() {
    let train = pictures(64, 10);
    let settings = GooglenetSettings {
        batch_norm: true,
        branch_relu: true,
        dropout: 0.0,
        augmentation: 0.0,
        batch: 32,
        epochs: 40,
        learning_rate: 3e-3,
        schedule: Schedule::Cosine,
        ..small()
    };
    let mut session = session(settings, set(&train, &train, 10));
    run(finish(&mut session, Sets { train: &train, validation: &train }));
    let report = session.history.report.expect("it is finished");
    assert!(report.test_accuracy > 0.98, "{}", report.test_accuracy);
    assert_eq!(report.confusion.counts.iter().flatten().sum::<u32>(), 64);
    let [first, .., last] = session.history.epochs.as_slice() else { panic!("there are 40 epochs") };
    assert!(first.train_accuracy < 0.5 && last.train_accuracy > 0.98, "{first:?} {last:?}");
}

#[test]
fn resuming_in_the_middle_of_an_epoch_equals_never_having_stopped() {
    let (train, validation) = (pictures(40, 10), pictures(20, 10));
    let sets = Sets { train: &train, validation: &validation };
    let all = |stem| GooglenetSettings {
        stem,
        batch_norm: true,
        branch_relu: true,
        augmentation: 1.5,
        weight_decay: 0.01,
        label_smoothing: 0.1,
        schedule: Schedule::OneCycle,
        ..small()
    };
    run(async {
        let rms = GooglenetSettings { optimizer: Optimizer::RmsProp, batch: 16, ..small() };
        for settings in [small(), all(Stem::Reference), all(Stem::Small), rms] {
            let mut whole = session(settings.clone(), set(&train, &validation, 10));
            assert_eq!(finish(&mut whole, sets).await, 2);
            let mut parts = session(settings, set(&train, &validation, 10));
            // In the first epoch, at its end, and in the second.
            let in_epoch = parts.course.steps_per_epoch();
            for count in [2, in_epoch - 2, 1] {
                steps(&mut parts, sets, count).await;
                let file = parts.save(Vec::with_capacity).await.expect("a run can be saved");
                let checkpoint = GooglenetCheckpoint::from_bytes("saved", &file).expect("it was just written");
                let set = set(&train, &validation, 10);
                parts = GooglenetSession::restore(checkpoint, set, Backend::Cpu, Device::flex()).expect("it fits");
            }
            finish(&mut parts, sets).await;
            assert!(state(&whole).await == state(&parts).await, "{:?}", whole.course.settings);
            assert_eq!(whole.history.points, parts.history.points);
            let without_time = |session: &GooglenetSession| -> Vec<_> {
                let epochs = session.history.epochs.iter();
                epochs.map(|e| (e.step, e.train_loss, e.validation_loss, e.validation_accuracy)).collect()
            };
            assert_eq!(without_time(&whole), without_time(&parts));
            assert!(whole.test_probabilities == parts.test_probabilities);
        }
    });
}

#[test]
fn the_first_epoch_begins_before_all_pictures_are_there() {
    let (train, validation) = (pictures(40, 10), pictures(20, 10));
    let mut half = receptive::data::Pictures::new(32, 32);
    half.push(&train.pixels[..20 * train.stride()], &train.labels[..20]);
    let mut waiting = session(small(), set(&train, &validation, 10));
    let mut all = session(small(), set(&train, &validation, 10));
    run(async {
        let (none, sets) = (receptive::data::Pictures::new(32, 32), Sets { train: &train, validation: &validation });
        let few = Sets { train: &half, validation: &none };
        assert_eq!(waiting.advance(few, 1).await, Ok(Advance::Stepped));
        assert_eq!(waiting.advance(few, 1).await, Ok(Advance::Stepped));
        assert_eq!(waiting.advance(few, 1).await, Ok(Advance::Starved), "20 of 24 are there");
        steps(&mut waiting, sets, 3).await;
        assert_eq!(
            waiting.advance(Sets { validation: &none, ..sets }, 1).await,
            Ok(Advance::Starved),
            "not measured yet"
        );
        steps(&mut all, sets, 5).await;
        assert!(state(&waiting).await == state(&all).await, "the order does not depend on the network");
    });
}

#[test]
fn few_images_are_the_first_and_every_seed_draws_its_own() {
    let (train, validation) = (pictures(40, 10), pictures(10, 10));
    let sets = Sets { train: &train, validation: &validation };
    let mut few = session(GooglenetSettings { images: 16, ..small() }, set(&train, &validation, 10));
    assert_eq!((few.course.images(), few.course.steps_per_epoch()), (16, 2));
    assert_eq!(few.course.part(Part::Train), (0..16).collect::<Vec<u32>>());
    let mut all = session(GooglenetSettings { images: 1_000, ..small() }, set(&train, &validation, 10));
    assert_eq!((all.course.images(), all.course.steps_per_epoch()), (40, 5));
    let (first, _) = few.course.batch(sets, 0).expect("they are there");
    let (again, _) = few.course.batch(sets, 0).expect("they are there");
    let (later, _) = few.course.batch(sets, 2).expect("they are there");
    assert!(first == again, "a step shows the same whenever it is taken");
    assert!(first != later, "and another epoch another");
    assert!(all.course.batch(sets, 0).is_some());
    let other = session(GooglenetSettings { seed: 2, ..small() }, set(&train, &validation, 10));
    run(async { assert!(state(&few).await != state(&other).await) });
}

#[test]
fn statistics_go_back_with_the_weights_after_a_divergence() {
    let train = pictures(40, 10);
    let sets = Sets { train: &train, validation: &train };
    let settings = GooglenetSettings { batch_norm: true, dropout: 0.0, ..small() };
    let mut session = session(settings, set(&train, &train, 10));
    run(async {
        steps(&mut session, sets, 2).await;
        let before = state(&session).await;
        session.break_weights();
        let diverged = session.advance(sets, 1).await.expect("the CPU is never lost");
        let Advance::Diverged { good_step, .. } = diverged else { panic!("{diverged:?}") };
        assert!(good_step < 2 && session.step() == good_step);
        session.rewind(1e-3);
        steps(&mut session, sets, 2 - good_step).await;
        assert!(state(&session).await == before);
        assert!(before.0.iter().chain(&before.1).all(|value| value.is_finite()));
    });
}

#[test]
fn a_loss_that_nothing_comes_back_from_ends_the_run() {
    let train = pictures(64, 10);
    let sets = Sets { train: &train, validation: &train };
    let mut session = session(GooglenetSettings { learning_rate: 0.05, ..small() }, set(&train, &train, 10));
    run(async {
        let diverged = loop {
            match session.advance(sets, 1).await.expect("the CPU is never lost") {
                Advance::Diverged { step, loss, good_step } => break Some((step, loss, good_step)),
                Advance::Finished => break None,
                _ => {}
            }
        };
        let (step, loss, good_step) = diverged.expect("steps of 0.05 throw the weights away");
        // A number still, and more than a hundred times that of guessing.
        assert!(loss.parse::<f64>().is_ok_and(|loss| loss > 100.0 * 10.0_f64.ln()), "{loss}");
        assert!(good_step < step && session.step() == good_step);
    });
}

#[test]
fn a_run_can_begin_with_the_weights_of_another() {
    let train = pictures(16, 10);
    let sets = Sets { train: &train, validation: &train };
    let settings = GooglenetSettings { batch_norm: true, branch_relu: true, ..small() };
    let mut first = session(settings.clone(), set(&train, &train, 10));
    run(async {
        steps(&mut first, sets, 2).await;
        let file = first.epoch_weights().await.expect("it can be written");
        let weights = EpochWeights::from_bytes("epoch", &file).expect("it was just written");
        let mut same = session(GooglenetSettings { seed: 3, ..settings.clone() }, set(&train, &train, 10));
        same.begin_with(&weights);
        let (wanted, got) = (state(&first).await, state(&same).await);
        for (wanted, got) in wanted.0.iter().zip(&got.0) {
            assert!((wanted - got).abs() <= 1e-3 * wanted.abs().max(1e-3), "{got} for {wanted}");
        }
        assert!(wanted.1 == got.1, "statistics are kept whole");
        // Another stem and other classes: what does not fit stays as it was drawn.
        let other = GooglenetSettings { stem: Stem::Small, seed: 3, ..settings };
        let mut other = session(other, set(&train, &train, 7));
        let drawn = state(&other).await;
        other.begin_with(&weights);
        let parameters = other.course.network.architecture.parameters();
        let (mut from, mut got) = (0, state(&other).await.0.into_iter());
        for parameter in parameters.iter().filter(|p| p.trainable) {
            let size: usize = parameter.shape.iter().product();
            let own: Vec<f32> = got.by_ref().take(size).collect();
            let stays = parameter.name == "conv1.conv.weight" || parameter.name.starts_with("fc.");
            // Batch norms begin alike with every seed.
            if stays || parameter.shape.len() > 1 {
                assert_eq!(own == drawn.0[from..from + size], stays, "{}", parameter.name);
            }
            from += size;
        }
    });
}

#[test]
fn a_run_of_other_pictures_is_refused() {
    let train = pictures(8, 10);
    let mut saved = session(small(), set(&train, &train, 10));
    run(async {
        let file = saved.save(Vec::with_capacity).await.expect("CPU");
        let checkpoint = GooglenetCheckpoint::from_bytes("saved", &file).expect("it was just written");
        let restore =
            |checkpoint, set| GooglenetSession::restore(checkpoint, set, Backend::Cpu, Device::flex()).map(|_| ());
        let other = receptive::train::googlenet::PictureSet { name: "other".to_owned(), ..set(&train, &train, 10) };
        assert_eq!(restore(checkpoint.clone(), other), Err(Fault::OtherPictures));
        assert_eq!(restore(checkpoint.clone(), set(&train, &train, 9)), Err(Fault::OtherPictures));
        let mut beyond = checkpoint.clone();
        beyond.meta.step = 3;
        assert!(matches!(restore(beyond, set(&train, &train, 10)), Err(Fault::BadFile { .. })));
        assert_eq!(restore(checkpoint, set(&train, &train, 10)), Ok(()));
    });
}
