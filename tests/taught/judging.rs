//! Losses, learning rates, class weights and familiarity against PyTorch and against sums done by hand.

use crate::common::run;
use crate::parity::expected;
use burn::tensor::{Device, Tensor, TensorData};
use receptive::models::formula;
use receptive::protocol::{ClassWeights, Schedule, TeachSettings};
use receptive::train::loss;
use receptive::train::read;
use receptive::train::taught::{Familiarity, blended, class_weights, learning_rate};

fn near(got: f64, wanted: f64) -> bool {
    (got - wanted).abs() < 1e-6 * wanted.abs().max(1.0)
}

#[test]
fn losses_and_their_gradients_are_pytorchs() {
    let device = Device::flex();
    run(async {
        for case in &expected().losses {
            let logits: Vec<f32> = formula::noise("logits", 15).map(|v| 3.0 * v).collect();
            let logits = Tensor::<2>::from_data(TensorData::new(logits, [5, 3]), &device).autodiff().require_grad();
            let loss = loss(logits.clone(), &case.labels, &[], &case.weights, case.smoothing, &device);
            let gradients = loss.backward();
            let got = f64::from(read(loss.inner()).await.expect("CPU")[0]);
            assert!(near(got, case.loss), "{:?} {}: {got} for {}", case.weights, case.smoothing, case.loss);
            let gradient = read(logits.grad(&gradients).expect("the loss depends on them")).await.expect("CPU");
            assert_eq!(gradient.len(), case.gradient.len());
            for (got, wanted) in gradient.iter().zip(&case.gradient) {
                assert!(near(f64::from(*got), *wanted), "{:?} {}: {got} for {wanted}", case.weights, case.smoothing);
            }
        }
    });
}

#[test]
fn a_blend_is_so_much_of_the_next_picture_and_of_its_label() {
    let device = Device::flex();
    run(async {
        let x = Tensor::<1>::from_floats([0.0, 10.0, 20.0, 30.0, 5.0, 6.0], &device).reshape([3, 2, 1, 1]);
        let x = read(blended(x, &[0.5, 0.0, 0.25]).reshape([6])).await.expect("CPU");
        assert_eq!(x, [10.0, 20.0, 20.0, 30.0, 3.75, 7.0]);

        // Probabilities of 3/4 and 1/4 for both pictures.
        let logits = Tensor::<2>::from_floats([[3.0_f32.ln(), 0.0], [3.0_f32.ln(), 0.0]], &device).autodiff();
        let loss = loss(logits, &[0, 1], &[0.2, 0.4], &[1.0, 1.0], 0.0, &device);
        let (likely, unlikely) = (0.75_f64.ln(), 0.25_f64.ln());
        let by_hand = -(0.8 * likely + 0.2 * unlikely + 0.6 * unlikely + 0.4 * likely) / 2.0;
        assert!(near(f64::from(read(loss.inner()).await.expect("CPU")[0]), by_hand));
    });
}

#[test]
fn pictures_whose_mistakes_count_nothing_teach_nothing() {
    let device = Device::flex();
    run(async {
        let logits = Tensor::<2>::from_data(TensorData::new(vec![1.0_f32, -1.0], [1, 2]), &device);
        let logits = logits.autodiff().require_grad();
        let gradients = loss(logits.clone(), &[0], &[], &[0.0, 1.0], 0.0, &device).backward();
        let gradient = read(logits.grad(&gradients).expect("it has one")).await.expect("CPU");
        assert_eq!(gradient, [0.0, 0.0]);
    });
}

#[test]
fn learning_rates_follow_their_schedules() {
    let rate = |schedule, step, steps| {
        let settings = TeachSettings { learning_rate: 0.4, schedule, ..TeachSettings::default() };
        learning_rate(&settings, step, steps)
    };
    for step in 0..10 {
        assert_eq!(rate(Schedule::Constant, step, 10), 0.4);
    }
    // A tenth after every third, at exactly that step.
    for steps in (3..600).step_by(3) {
        for (step, expected) in [
            (0, 0.4),
            (steps / 3 - 1, 0.4),
            (steps / 3, 0.04),
            (2 * steps / 3 - 1, 0.04),
            (2 * steps / 3, 0.004),
            (steps - 1, 0.004),
        ] {
            assert!(near(rate(Schedule::Step, step, steps), expected), "step {step} of {steps}");
        }
    }
    assert!(near(rate(Schedule::Cosine, 0, 8), 0.4));
    assert!(near(rate(Schedule::Cosine, 2, 8), 0.4 * (1.0 + 0.5_f64.sqrt()) / 2.0));
    assert!(near(rate(Schedule::Cosine, 4, 8), 0.2));
    assert!(rate(Schedule::Cosine, 8, 8).abs() < 1e-12);
    assert!(rate(Schedule::Cosine, 0, 0).is_finite());
}

#[test]
fn class_weights_are_as_the_settings_say() {
    let weights = |class_weights_setting, counts: &[usize]| {
        class_weights(&TeachSettings { class_weights: class_weights_setting, ..TeachSettings::default() }, counts)
    };
    assert_eq!(weights(ClassWeights::Equal, &[3, 9]), [1.0, 1.0]);
    // 12 pictures: 12 / (3 x 2), 12 / (3 x 4), 12 / (3 x 6).
    let inverse = weights(ClassWeights::Inverse, &[2, 4, 6]);
    assert_eq!(inverse, [2.0, 1.0, (12.0 / 18.0) as f32]);
    assert!(weights(ClassWeights::Inverse, &[0, 4]).iter().all(|weight| weight.is_finite()));
    assert_eq!(weights(ClassWeights::Own(vec![0.5, 2.0]), &[3, 9]), [0.5, 2.0]);
    assert_eq!(weights(ClassWeights::Own(vec![0.5]), &[3, 9]), [0.5, 1.0], "a class that came later counts once");
}

#[test]
fn familiarity_is_the_cosine_with_the_nearest_picture_learned_from() {
    // Along the axes, whatever their length.
    let learned = [2.0, 0.0, 0.0, 0.0, 0.5, 0.0];
    // Cosines 1, 0.8, 0.6 and 0.
    let validation = [7.0, 0.0, 0.0, 4.0, 0.0, 3.0, 0.0, 6.0, 8.0, 0.0, 0.0, 1.0];
    let familiarity = Familiarity::new(&learned, &validation, 3);
    for (features, distance) in [
        ([7.0, 0.0, 0.0], 0.0),
        ([4.0, 0.0, 3.0], 0.2),
        ([0.0, 6.0, 8.0], 0.4),
        ([0.0, 0.0, 1.0], 1.0),
        ([-3.0, 0.0, 0.0], 1.0),
        ([-3.0, -3.0, 0.0], 1.0 + 0.5_f32.sqrt()),
        ([0.0, 0.0, 0.0], 1.0),
    ] {
        let got = familiarity.distance(&features);
        assert!((got - distance).abs() < 1e-6, "{features:?}: {got} for {distance}");
    }
    // All four are needed for 95 %.
    assert!((familiarity.within - 1.0).abs() < 1e-6);
    // Of a hundred, the 95th nearest: angles of 1, 2, 3 … degrees.
    let angles: Vec<f32> = (1..=100)
        .flat_map(|degrees| {
            let (sin, cos) = (degrees as f32 * 0.5).to_radians().sin_cos();
            [cos, sin]
        })
        .collect();
    let familiarity = Familiarity::new(&[1.0, 0.0], &angles, 2);
    let wanted = 1.0 - 47.5_f32.to_radians().cos();
    assert!((familiarity.within - wanted).abs() < 1e-6, "{} for {wanted}", familiarity.within);
    // With nothing to go by nothing is called unfamiliar that is not.
    assert_eq!(Familiarity::new(&[1.0, 0.0], &[], 2).within, 1.0);
}
