//! What is said about a classifier, against values computed by hand and by scikit-learn 1.9 (`roc_curve` with
//! `drop_intermediate=False`, `roc_auc_score`, `balanced_accuracy_score`, `precision_recall_fscore_support`) and SciPy
//! (`ks_2samp`).

use receptive::metrics::{
    Threshold, accuracy, balanced_accuracy, called, class_roc, confusion, drift, drift_by_chance, median, roc,
};

const CLASSES: usize = 3;
/// Twelve pictures, with equal probabilities among them.
#[rustfmt::skip]
const PROBABILITIES: [f32; 36] = [
    0.7, 0.2, 0.1,  0.5, 0.3, 0.2,  0.2, 0.6, 0.2,  0.1, 0.8, 0.1,  0.3, 0.3, 0.4,  0.4, 0.4, 0.2,
    0.25, 0.25, 0.5,  0.1, 0.2, 0.7,  0.6, 0.1, 0.3,  0.2, 0.5, 0.3,  0.3, 0.1, 0.6,  0.2, 0.2, 0.6,
];
const ACTUAL: [u8; 12] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 2, 2];

fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
}

fn all_close(got: &[Option<f64>], expected: [f64; 3]) {
    for (got, expected) in got.iter().zip(expected) {
        close(got.unwrap_or(f64::NAN), expected);
    }
}

#[test]
fn the_most_probable_class_counts() {
    let calls = called(&PROBABILITIES, CLASSES, None);
    assert_eq!(calls, [0, 0, 1, 1, 2, 0, 2, 2, 0, 1, 2, 2]);
    let report = confusion(&ACTUAL, &calls, CLASSES);
    assert_eq!(report.counts, [[2, 1, 0], [1, 2, 1], [1, 0, 4]]);
    close(accuracy(&report).unwrap_or(0.0), 8.0 / 12.0);
    close(balanced_accuracy(&report).unwrap_or(0.0), 0.655_555_555_555_555_6);
    all_close(&report.precision, [1.0 / 2.0, 2.0 / 3.0, 4.0 / 5.0]);
    all_close(&report.f1, [4.0 / 7.0, 4.0 / 7.0, 4.0 / 5.0]);
}

#[test]
fn a_lower_threshold_finds_more_and_takes_more_for_it() {
    let calls = called(&PROBABILITIES, CLASSES, Some(Threshold { class: 2, least: 0.3 }));
    assert_eq!(calls, [0, 0, 1, 1, 2, 0, 2, 2, 2, 2, 2, 2]);
    let report = confusion(&ACTUAL, &calls, CLASSES);
    assert_eq!(report.counts, [[2, 1, 0], [1, 1, 2], [0, 0, 5]]);
    close(balanced_accuracy(&report).unwrap_or(0.0), 0.638_888_888_888_888_8);
    all_close(&report.precision, [2.0 / 3.0, 1.0 / 2.0, 5.0 / 7.0]);
    all_close(&report.recall, [2.0 / 3.0, 1.0 / 4.0, 1.0]);
}

#[test]
fn a_threshold_out_of_reach_leaves_a_class_to_the_others() {
    // Class 1 would be first in four rows; now the best of the others is.
    let calls = called(&PROBABILITIES, CLASSES, Some(Threshold { class: 1, least: 1.1 }));
    assert_eq!(calls, [0, 0, 0, 0, 2, 0, 2, 2, 0, 2, 2, 2]);
    // A threshold of nothing takes every picture; one for a class that is not there changes nothing.
    assert_eq!(called(&PROBABILITIES, CLASSES, Some(Threshold { class: 1, least: 0.0 })), [1; 12]);
    let none = called(&PROBABILITIES, CLASSES, Some(Threshold { class: 7, least: 0.0 }));
    assert_eq!(none, called(&PROBABILITIES, CLASSES, None));
}

#[test]
fn numbers_of_nothing_are_none() {
    let report = confusion(&[], &called(&[], CLASSES, None), CLASSES);
    assert_eq!((accuracy(&report), balanced_accuracy(&report)), (None, None));
    // A class without pictures has no recall and does not pull the mean down.
    let report = confusion(&[0, 0, 1], &[0, 1, 1], 3);
    close(balanced_accuracy(&report).unwrap_or(0.0), 0.75);
}

#[test]
fn curves_and_areas_are_scikit_learns() {
    let areas = [0, 1, 2].map(|class| class_roc(&PROBABILITIES, &ACTUAL, CLASSES, class).area.unwrap_or(0.0));
    for (got, expected) in areas.into_iter().zip([0.740_740_740_740_740_7, 0.890_625, 0.957_142_857_142_857_2]) {
        close(got, expected);
    }
    let curve = class_roc(&PROBABILITIES, &ACTUAL, CLASSES, 2);
    let (sevenths, fifths) = ([0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 5.0, 7.0], [0.0, 1.0, 3.0, 4.0, 4.0, 5.0, 5.0, 5.0]);
    assert_eq!(curve.points.len(), 8);
    for ((point, others), found) in curve.points.iter().zip(sevenths).zip(fifths) {
        close(point.false_positives, others / 7.0);
        close(point.true_positives, found / 5.0);
    }
    let thresholds: Vec<f32> = curve.points.iter().map(|point| point.least).collect();
    assert_eq!(thresholds, [f32::INFINITY, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]);
}

#[test]
fn areas_at_the_ends() {
    let of = |scores: &[f32], positive: &[bool]| roc(scores, positive).area;
    assert_eq!(of(&[0.9, 0.8, 0.2, 0.1], &[true, true, false, false]), Some(1.0));
    assert_eq!(of(&[0.1, 0.2, 0.8, 0.9], &[true, true, false, false]), Some(0.0));
    // The same score for all says nothing.
    assert_eq!(of(&[0.5; 4], &[true, false, true, false]), Some(0.5));
    assert_eq!(of(&[0.5, 0.6], &[true, true]), None);
    assert_eq!(of(&[], &[]), None);
}

#[test]
fn drift_is_scipys() {
    let (before, now) = ([0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.8], [0.25, 0.3, 0.6, 0.7, 0.9]);
    close(drift(&before, &now).unwrap_or(0.0), 0.457_142_857_142_857_13);
    close(drift(&now, &before).unwrap_or(0.0), 0.457_142_857_142_857_13);
    assert_eq!(drift(&before, &before), Some(0.0));
    assert_eq!(drift(&[0.1, 0.2], &[0.3, 0.4]), Some(1.0));
    assert_eq!(drift(&[], &now), None);
    assert_eq!(drift(&[f32::NAN], &now), None);
    // Of 100 and 100: 1.358 times the root of 2/100.
    close(drift_by_chance(100, 100), 0.192_050_201_770_265_8);
}

#[test]
fn the_median_is_in_the_middle() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    assert_eq!(median(&[]), None);
}
