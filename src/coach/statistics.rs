//! Trend and chance in a short series of numbers, one for each epoch.

/// The median of so many epochs is a level.
pub const LEVEL: usize = 3;
/// The deviation of the difference of two such medians, for values of deviation 1: a median of three has 0.67.
const LEVELS_APART: f64 = 0.95;
/// A difference of so many deviations is not chance. A run is judged after every epoch, so this is more than the usual 2.
const REAL: f64 = 3.5;
/// Deviation of a second difference of independent values of deviation 1, and of a bell curve with median size 1.
const SECOND: f64 = 2.449_489_742_783_178;
const MEDIAN_TO_DEVIATION: f64 = 1.482_602_218_505_602;
/// Noise is that of so many last epochs: early ones bend too much to tell.
const RECENT: usize = 10;

/// The middle value, the mean of the two middle ones of an even number; NaN for none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n.is_multiple_of(2) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// The median of every three values in a row: the one at place `i` is that of `i`, `i + 1`, `i + 2`.
pub fn levels(series: &[f64]) -> Vec<f64> {
    series.windows(LEVEL).map(median).collect()
}

/// The median of the last three values, or of all if there are fewer.
pub fn level(series: &[f64]) -> f64 {
    median(last(series, LEVEL))
}

/// The deviation of single values from a smooth curve: from second differences, in which a straight trend cancels out. Their
/// median, so that one jump does not count as noise of all. 0 for fewer than three values.
pub fn deviation(values: &[f64]) -> f64 {
    let seconds: Vec<f64> = values.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).collect();
    if seconds.is_empty() { 0.0 } else { median(&seconds) * MEDIAN_TO_DEVIATION / SECOND }
}

/// The deviation of the last epochs from a smooth curve, at least `floor`.
pub fn noise(series: &[f64], floor: f64) -> f64 {
    deviation(last(series, RECENT)).max(floor)
}

/// The least difference between two levels that is not chance, where single values have this noise.
pub fn real(noise: f64) -> f64 {
    REAL * LEVELS_APART * noise
}

/// A straight line through values at 0, 1, 2, …
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Change from one value to the next, and its standard error.
    pub slope: f64,
    pub error: f64,
    /// The line at the last value.
    pub end: f64,
}

/// The line with the least squared distances; the values have at least this noise. `None` for fewer than three.
pub fn line(series: &[f64], noise: f64) -> Option<Line> {
    if series.len() < 3 {
        return None;
    }
    let n = series.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let mean = series.iter().sum::<f64>() / n;
    let places = || series.iter().enumerate().map(|(i, y)| (i as f64 - middle, y - mean));
    let spread: f64 = places().map(|(x, _)| x * x).sum();
    let slope = places().map(|(x, y)| x * y).sum::<f64>() / spread;
    let rest: f64 = places().map(|(x, y)| (y - slope * x).powi(2)).sum();
    let deviation = (rest / (n - 2.0)).sqrt().max(noise);
    Some(Line { slope, error: deviation / spread.sqrt(), end: mean + slope * middle })
}

/// The last `count` values, or all if there are fewer.
pub fn last(series: &[f64], count: usize) -> &[f64] {
    &series[series.len().saturating_sub(count)..]
}

/// The place of the smallest value, the first of equal ones; `None` for no values.
pub fn lowest(series: &[f64]) -> Option<usize> {
    (0..series.len()).min_by(|&a, &b| series[a].total_cmp(&series[b]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_forget_one_odd_value() {
        assert_eq!(levels(&[1.0, 9.0, 1.0, 1.0, 1.0]), [1.0, 1.0, 1.0]);
        assert_eq!(level(&[5.0, 2.0, 2.0, 7.0]), 2.0);
        assert_eq!(level(&[4.0, 2.0]), 3.0);
        assert!(level(&[]).is_nan());
    }

    #[test]
    fn a_straight_line_has_no_noise() {
        assert_eq!(noise(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0), 0.0);
        assert_eq!(noise(&[1.0, 2.0, 3.0], 0.5), 0.5);
        // Second differences of 2: 2 x 1.4826 / 2.4495.
        assert!((noise(&[0.0, 1.0, 0.0, 1.0, 2.0, 1.0], 0.0) - 1.210_6).abs() < 1e-4);
    }

    #[test]
    fn a_line_is_the_one_computed_by_hand() {
        // Slope 7 / 5; squared distances 0.01 + 0.09 + 0.09 + 0.01 over 2, over the spread of 5; mean 2.5 + 1.5 x 1.4.
        let fitted = line(&[0.5, 1.5, 3.5, 4.5], 0.0).unwrap();
        assert!((fitted.slope - 1.4).abs() < 1e-12);
        assert!((fitted.error - 0.141_421).abs() < 1e-6, "{}", fitted.error);
        assert!((fitted.end - 4.6).abs() < 1e-12);
        assert_eq!(line(&[1.0, 2.0], 0.0), None);
    }
}
