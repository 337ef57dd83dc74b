//! Made-up curves.

use receptive::protocol::{GooglenetSettings, History, PointOf, TrainPoint};

/// Of 50,000 pictures in batches of 128.
pub const STEPS: usize = 391;

/// The course notebook's settings with these changes.
pub fn settings(pairs: &[(&str, &str)]) -> GooglenetSettings {
    let mut settings = GooglenetSettings::default();
    pairs.iter().for_each(|(key, value)| settings.set(key, value).unwrap());
    settings
}

/// Of rows of training loss and accuracy, validation loss and accuracy.
pub fn history(rows: impl IntoIterator<Item = [f64; 4]>) -> History {
    let epochs = rows.into_iter().zip(1..).map(|(row, epoch)| {
        let [train_loss, train_accuracy, loss, accuracy] = row.map(|value| value as f32);
        PointOf {
            epoch,
            step: epoch * STEPS,
            train_loss,
            train_accuracy,
            validation_loss: Some(loss),
            validation_accuracy: Some(accuracy),
            seconds: 60.0,
        }
    });
    History { epochs: epochs.collect(), ..History::default() }
}

/// The same without validation.
pub fn only_training(history: &History) -> History {
    let mut history = history.clone();
    history.epochs.iter_mut().for_each(|e| (e.validation_loss, e.validation_accuracy) = (None, None));
    history
}

/// The same with a point after every thirteenth step, thirty in an epoch.
pub fn with_points(history: &History, mut loss: impl FnMut() -> f64) -> History {
    let points = 1..=history.epochs.len() * 30;
    let points = points.map(|i| TrainPoint { step: i * 13, loss: loss() as f32, accuracy: 0.45 }).collect();
    History { points, ..history.clone() }
}

/// A loss that goes with an accuracy, roughly: guessing's of ten classes at a tenth, none at 1.
pub fn cross_entropy(accuracy: f64) -> f64 {
    -accuracy.ln()
}

/// Chance that is the same every time.
pub struct Dice(pub u64);

impl Dice {
    /// 0..1, by SplitMix64 (Steele and others, 2014).
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 0 with this deviation: the sum of twelve has nearly the bell's shape.
    pub fn bell(&mut self, deviation: f64) -> f64 {
        deviation * ((0..12).map(|_| self.even()).sum::<f64>() - 6.0)
    }
}
