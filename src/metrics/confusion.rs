use crate::protocol::ConfusionReport;

/// Counts of `[actual][predicted]`, and precision, recall and F1 of every class.
///
/// - precision: of what was called this class, how much was
/// - recall: of this class, how much was called so
/// - F1: the harmonic mean of both
///
/// A class that never occurred or was never predicted has 0/0 somewhere: `None`.
/// Pairs beyond the shorter of the two slices are left out; both hold classes below `classes`.
pub fn confusion(actual: &[u8], predicted: &[u8], classes: usize) -> ConfusionReport {
    let mut counts = vec![vec![0_u32; classes]; classes];
    for (&actual, &predicted) in actual.iter().zip(predicted) {
        counts[usize::from(actual)][usize::from(predicted)] += 1;
    }
    let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
    let right = |c: usize| counts[c][c];
    let called = |c: usize| counts.iter().map(|row| row[c]).sum::<u32>();
    let there = |c: usize| counts[c].iter().sum::<u32>();
    let precision = (0..classes).map(|c| share(right(c), called(c))).collect();
    let recall = (0..classes).map(|c| share(right(c), there(c))).collect();
    let f1 = (0..classes).map(|c| share(2 * right(c), called(c) + there(c))).collect();
    ConfusionReport { precision, recall, f1, counts }
}
