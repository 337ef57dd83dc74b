use super::largest_first;

/// How many of a class are found, and how many others are taken for it, for every threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Roc {
    /// Loosest last: from nothing called so to everything called so. One for every distinct score, and the beginning.
    pub points: Vec<RocPoint>,
    /// Area below the curve: how often one of the class gets a higher score than one of the others. `None` where
    /// there are only pictures of the class, or none.
    pub area: Option<f64>,
}

/// What one threshold gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// Scores from here on count as the class.
    pub least: f32,
    /// Share of the others that count as the class, 0..=1.
    pub false_positives: f64,
    /// Share of the class that counts as it, 0..=1: its recall.
    pub true_positives: f64,
}

/// The receiver operating characteristic of a score: `positive` says which pictures are of the class. Pairs beyond the
/// shorter of the two slices are left out.
pub fn roc(scores: &[f32], positive: &[bool]) -> Roc {
    let count = scores.len().min(positive.len());
    let there = positive[..count].iter().filter(|p| **p).count();
    let (yes, no) = (there as f64, (count - there) as f64);
    let share = |part: usize, whole: f64| if whole > 0.0 { part as f64 / whole } else { 0.0 };
    let keys: Vec<f64> = scores[..count].iter().map(|score| f64::from(*score)).collect();
    let order = largest_first(&keys);
    let mut points = vec![RocPoint { least: f32::INFINITY, false_positives: 0.0, true_positives: 0.0 }];
    let (mut found, mut taken) = (0, 0);
    // Twice the area in squares of one picture by one picture: exact.
    let mut twice_area = 0_usize;
    for run in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let here = run.iter().filter(|place| positive[**place]).count();
        let others = run.len() - here;
        twice_area += others * (2 * found + here);
        found += here;
        taken += others;
        let least = scores[run[0]];
        points.push(RocPoint { least, false_positives: share(taken, no), true_positives: share(found, yes) });
    }
    let area = (yes > 0.0 && no > 0.0).then(|| twice_area as f64 / 2.0 / (yes * no));
    Roc { points, area }
}

/// As [`roc`], of one class against all others.
///
/// - `probabilities`: `[n, classes]` row-major
/// - `actual`: `n` right answers
pub fn class_roc(probabilities: &[f32], actual: &[u8], classes: usize, class: usize) -> Roc {
    let scores: Vec<f32> =
        probabilities.chunks_exact(classes.max(1)).filter_map(|row| row.get(class)).copied().collect();
    let positive: Vec<bool> = actual.iter().map(|actual| usize::from(*actual) == class).collect();
    roc(&scores, &positive)
}
