//! Fewer points for a line, without losing its peaks. Pure.

/// Keeps at most about `most` points: of every stretch its lowest and its highest, in order, and both ends.
///
/// A long run stays quick to draw, and a single bad step stays visible.
pub fn extremes(points: &[(f64, f64)], most: usize) -> Vec<(f64, f64)> {
    if points.len() <= most.max(4) {
        return points.to_vec();
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    let inner = &points[1..points.len() - 1];
    let stretch = inner.len().div_ceil((most.max(4) - 2) / 2);
    let mut kept = vec![first];
    for part in inner.chunks(stretch) {
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        // A chunk is never empty, so both exist.
        let (Some(low), Some(high)) = (part.iter().min_by(by_value), part.iter().max_by(by_value)) else { continue };
        let (a, b) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        kept.push(*a);
        if a != b {
            kept.push(*b);
        }
    }
    kept.push(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_stay_as_they_are() {
        let points = [(0.0, 1.0), (1.0, 2.0)];
        assert_eq!(extremes(&points, 400), points);
    }

    #[test]
    fn many_points_become_few_and_the_peak_stays() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        points[5_003].1 = 99.0;
        let kept = extremes(&points, 400);
        assert!(kept.len() <= 400, "{} points", kept.len());
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert!(kept.contains(&(5_003.0, 99.0)));
        assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
    }
}
