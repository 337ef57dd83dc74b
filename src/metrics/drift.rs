use super::largest_first;

/// How far two samples are from coming from the same source: the largest difference of their cumulative shares
/// (Kolmogorov and Smirnov), 0 for the same values and 1 for none in common. `None` where one is empty.
pub fn drift(before: &[f32], now: &[f32]) -> Option<f64> {
    let (before, now) = (ascending(before), ascending(now));
    if before.is_empty() || now.is_empty() {
        return None;
    }
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < before.len() && j < now.len() {
        let value = before[i].min(now[j]);
        i += before[i..].iter().take_while(|v| **v <= value).count();
        j += now[j..].iter().take_while(|v| **v <= value).count();
        most = most.max((i as f64 / before.len() as f64 - j as f64 / now.len() as f64).abs());
    }
    Some(most)
}

/// The drift that chance alone exceeds only once in twenty times, for samples of these sizes.
pub fn drift_by_chance(before: usize, now: usize) -> f64 {
    let (before, now) = (before as f64, now as f64);
    1.358 * ((before + now) / (before * now)).sqrt()
}

/// The middle value; of an even number of values the mean of the two in the middle.
pub fn median(values: &[f32]) -> Option<f64> {
    let sorted = ascending(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// Finite values, the smallest first.
fn ascending(values: &[f32]) -> Vec<f64> {
    let keys: Vec<f64> = values.iter().map(|v| f64::from(*v)).filter(|v| v.is_finite()).collect();
    largest_first(&keys).into_iter().rev().map(|place| keys[place]).collect()
}
