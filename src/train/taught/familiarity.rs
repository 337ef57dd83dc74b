//! Whether a picture looks like anything that was learned from.

/// Directions of what was learned from, in the space of the features; cosine distances to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Familiarity {
    /// Unit vectors, `[pictures, features]` row-major.
    pub learned: Vec<f32>,
    pub features: usize,
    /// Nearly all pictures of the validation part are within this distance of one of them.
    pub within: f32,
}

/// This share of the validation part is called familiar.
const SHARE: f64 = 0.95;

impl Familiarity {
    /// - `learned`: features of the pictures learned from, `[pictures, features]`
    /// - `validation`: those of pictures that are familiar but were not learned from
    pub fn new(learned: &[f32], validation: &[f32], features: usize) -> Self {
        let features = features.max(1);
        let mut all = Self { learned: learned.chunks_exact(features).flat_map(unit).collect(), features, within: 1.0 };
        let mut distances: Vec<f32> = validation.chunks_exact(features).map(|row| all.distance(row)).collect();
        distances.sort_by(f32::total_cmp);
        let last = (distances.len() as f64 * SHARE).ceil() as usize;
        all.within = distances.get(last.saturating_sub(1)).copied().unwrap_or(1.0);
        all
    }

    /// One minus the cosine of the smallest angle with anything learned: 0 for the same direction.
    pub fn distance(&self, features: &[f32]) -> f32 {
        let features = unit(features);
        let cosine = |row: &[f32]| row.iter().zip(&features).map(|(a, b)| a * b).sum::<f32>();
        let nearest = self.learned.chunks_exact(self.features).map(cosine).fold(-1.0, f32::max);
        (1.0 - nearest).max(0.0)
    }
}

fn unit(row: &[f32]) -> Vec<f32> {
    let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
    row.iter().map(|v| if length > 0.0 { v / length } else { 0.0 }).collect()
}
