//! A tensor as the fixtures keep it: sums over all values, and some of them.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Summary {
    pub sum: f64,
    pub abs_sum: f64,
    pub stride: usize,
    pub samples: Vec<f64>,
    /// Largest magnitude of all values, where it was kept.
    #[serde(default)]
    pub max: Option<f64>,
}

/// Compares all values with a summary; the tolerance is relative to the largest of them.
pub fn assert_summary(what: &str, got: &[f32], expected: &Summary, tolerance: f64) {
    let largest = expected.samples.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale = expected.max.unwrap_or(largest);
    let samples: Vec<f64> = got.iter().step_by(expected.stride).map(|&v| f64::from(v)).collect();
    assert_eq!(samples.len(), expected.samples.len(), "{what}");
    for (i, (g, e)) in samples.iter().zip(&expected.samples).enumerate() {
        assert!((g - e).abs() <= tolerance * scale, "{what}[{}]: {g} for {e}", i * expected.stride);
    }
    let sum: f64 = got.iter().map(|&v| f64::from(v)).sum();
    let abs_sum: f64 = got.iter().map(|&v| f64::from(v.abs())).sum();
    assert!((sum - expected.sum).abs() <= tolerance * expected.abs_sum, "{what}: sum {sum} for {}", expected.sum);
    assert!((abs_sum - expected.abs_sum).abs() <= tolerance * expected.abs_sum, "{what}: {abs_sum}");
}
