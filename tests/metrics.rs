//! Metrics against values computed by hand.

use receptive::metrics::{classes, confusion, softmax, worst_mistakes};

#[test]
fn confusion_counts_and_shares() {
    // Zeros: 3 right, 1 taken for a one. Ones: 2 right, 2 taken for a zero. One seven, taken for a one.
    let actual = [0, 0, 0, 0, 1, 1, 1, 1, 7];
    let predicted = [0, 0, 0, 1, 1, 1, 0, 0, 1];
    let report = confusion(&actual, &predicted, 10);
    assert_eq!(report.counts[0][..2], [3, 1]);
    assert_eq!(report.counts[1][..2], [2, 2]);
    assert_eq!(report.counts[7][1], 1);
    assert_eq!(report.counts.iter().flatten().sum::<u32>(), 9);
    // Called zero: 5, of which 3 were. Called one: 4, of which 2 were. Nothing was called seven.
    assert_eq!(report.precision[..2], [Some(3.0 / 5.0), Some(2.0 / 4.0)]);
    assert_eq!(report.recall[..2], [Some(3.0 / 4.0), Some(2.0 / 4.0)]);
    // 2 x 0.6 x 0.75 / (0.6 + 0.75) = 2/3.
    assert_eq!(report.f1[..2], [Some(2.0 / 3.0), Some(0.5)]);
    assert_eq!((report.precision[7], report.recall[7], report.f1[7]), (None, Some(0.0), Some(0.0)));
    assert_eq!((report.precision[5], report.recall[5], report.f1[5]), (None, None, None));
}

#[test]
fn confusion_of_nothing_is_empty() {
    let report = confusion(&[], &[], 10);
    assert_eq!(report.counts, vec![vec![0; 10]; 10]);
    assert_eq!(report.precision, vec![None; 10]);
}

#[test]
fn softmax_of_known_logits() {
    // exp(0), exp(ln 2), exp(ln 5): 1, 2 and 5 of 8.
    let probabilities = softmax(&[0.0, 2_f32.ln(), 5_f32.ln()]);
    for (got, expected) in probabilities.iter().zip([0.125, 0.25, 0.625]) {
        assert!((got - expected).abs() < 1e-6, "{probabilities:?}");
    }
}

#[test]
fn softmax_survives_large_logits() {
    assert_eq!(softmax(&[1000.0, 1000.0]), [0.5, 0.5]);
    assert_eq!(softmax(&[0.0, -1000.0, 1000.0]), [0.0, 0.0, 1.0]);
}

/// Ten probabilities: `p` for one class, `q` for another, nothing for the rest.
fn row((first, p): (usize, f32), (second, q): (usize, f32)) -> [f32; 10] {
    let mut row = [0.0; 10];
    (row[first], row[second]) = (p, q);
    row
}

#[test]
fn the_most_confident_wrong_answers_come_first() {
    let probabilities = [
        row((3, 0.75), (5, 0.25)),
        row((3, 0.5), (8, 0.25)),
        row((1, 1.0), (2, 0.0)),
        row((9, 0.875), (4, 0.125)),
        row((0, 0.75), (6, 0.125)),
    ]
    .concat();
    assert_eq!(classes(&probabilities, 10), [3, 3, 1, 9, 0]);
    // Pictures 0, 1, 3 and 4 are wrong; 0 and 4 are equally sure.
    let actual = [5, 8, 1, 4, 6];
    let mistakes = worst_mistakes(&probabilities, &actual, 3, |i| vec![i as u8]);
    let seen: Vec<_> = mistakes
        .iter()
        .map(|m| (m.index, m.actual, m.predicted, m.probability, m.probability_of_actual, m.pixels[0]))
        .collect();
    assert_eq!(seen, [(3, 4, 9, 0.875, 0.125, 3), (0, 5, 3, 0.75, 0.25, 0), (4, 6, 0, 0.75, 0.125, 4)]);
}

#[test]
fn no_mistakes_where_all_is_right() {
    assert_eq!(worst_mistakes(&row((3, 1.0), (4, 0.0)), &[3], 24, |_| Vec::new()), []);
}

#[test]
fn equal_probabilities_mean_the_first_class() {
    assert_eq!(classes(&[0.1; 10], 10), [0]);
    assert_eq!(classes(&row((4, 0.5), (2, 0.5)), 10), [2]);
}
