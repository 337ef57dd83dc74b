use crate::protocol::ConfusionReport;

/// From which probability on a picture is called a certain class, whatever the other classes get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub class: usize,
    pub least: f32,
}

/// What every picture is called: the most probable class, the first of equals. With a threshold, its class exactly
/// where that class has at least the probability, and else the most probable of the others.
///
/// - `probabilities`: `[n, classes]` row-major; at most 256 classes
pub fn called(probabilities: &[f32], classes: usize, threshold: Option<Threshold>) -> Vec<u8> {
    let call = |row: &[f32]| {
        let out_of_race = threshold.map(|t| t.class).filter(|class| *class < classes);
        if let (Some(class), Some(t)) = (out_of_race, threshold)
            && row[class] >= t.least
        {
            return class as u8;
        }
        let others = (0..classes).filter(|class| classes == 1 || Some(*class) != out_of_race);
        others.reduce(|best, class| if row[class] > row[best] { class } else { best }).unwrap_or(0) as u8
    };
    probabilities.chunks_exact(classes.max(1)).map(call).collect()
}

/// The share of pictures that were called what they are; `None` without pictures.
pub fn accuracy(report: &ConfusionReport) -> Option<f64> {
    let all: u32 = report.counts.iter().flatten().sum();
    let right: u32 = report.counts.iter().enumerate().filter_map(|(class, row)| row.get(class)).sum();
    (all > 0).then(|| f64::from(right) / f64::from(all))
}

/// The mean of all classes' recalls, so that a rare class counts as much as a common one. Classes without pictures
/// have no recall and are left out.
pub fn balanced_accuracy(report: &ConfusionReport) -> Option<f64> {
    let recalls: Vec<f64> = report.recall.iter().copied().flatten().collect();
    (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
}
