//! The curves as the verdicts read them: series over the epochs, and what is known of chance.

use super::Curves;
use super::statistics::noise;
use crate::protocol::{GooglenetSettings, PointOf, Schedule, TrainPoint};

/// An accuracy is known no better than this. 10,000 pictures of which half are known have a standard error of 0.005; the
/// jumps of the curve say when it is more.
const ACCURACY_FLOOR: f64 = 0.005;
/// A loss is known no better than this share of it.
const LOSS_FLOOR: f64 = 0.005;

/// All series are of one length: the epochs up to the first that is no number. Validation's are empty where an epoch was not
/// validated.
pub struct Seen<'a> {
    pub settings: &'a GooglenetSettings,
    pub points: &'a [TrainPoint],
    /// Known from two epochs on, or from one that begins the history.
    pub steps_per_epoch: Option<usize>,
    pub train_loss: Vec<f64>,
    /// 0..=1, as the next but one.
    pub train_accuracy: Vec<f64>,
    pub validation_loss: Vec<f64>,
    pub validation_accuracy: Vec<f64>,
    /// Accuracy and loss of guessing.
    pub guess: f64,
    pub guess_loss: f64,
}

impl<'a> Seen<'a> {
    pub fn new(curves: &Curves<'a>) -> Self {
        let finite = |e: &&PointOf| {
            [Some(e.train_loss), Some(e.train_accuracy), e.validation_loss, e.validation_accuracy]
                .into_iter()
                .flatten()
                .all(f32::is_finite)
        };
        let epochs: Vec<&PointOf> = curves.history.epochs.iter().take_while(finite).collect();
        let series = |of: fn(&PointOf) -> Option<f32>| {
            epochs.iter().map(|e| of(e).map(f64::from)).collect::<Option<Vec<f64>>>().unwrap_or_default()
        };
        let (mut validation_loss, mut validation_accuracy) =
            (series(|e| e.validation_loss), series(|e| e.validation_accuracy));
        if validation_loss.len() != validation_accuracy.len() {
            (validation_loss, validation_accuracy) = (Vec::new(), Vec::new());
        }
        let classes = curves.classes.max(2) as f64;
        Self {
            settings: curves.settings,
            points: &curves.history.points,
            steps_per_epoch: match epochs[..] {
                [first, second, ..] => second.step.checked_sub(first.step),
                [first] => Some(first.step),
                [] => None,
            },
            train_loss: series(|e| Some(e.train_loss)),
            train_accuracy: series(|e| Some(e.train_accuracy)),
            validation_loss,
            validation_accuracy,
            guess: 1.0 / classes,
            guess_loss: classes.ln(),
        }
    }

    /// Epochs that are over.
    pub fn epochs(&self) -> usize {
        self.train_loss.len()
    }

    /// Whether at least so many epochs are over, and all were validated.
    pub fn validated(&self, epochs: usize) -> bool {
        self.epochs() >= epochs && !self.validation_loss.is_empty()
    }

    /// Whether all epochs that were asked for are over.
    pub fn finished(&self) -> bool {
        self.epochs() >= self.settings.epochs
    }

    /// How much better than guessing an accuracy is: 0 for guessing, 1 for no mistake.
    pub fn ability(&self, accuracy: f64) -> f64 {
        (accuracy - self.guess) / (1.0 - self.guess)
    }

    /// Whether the learning rate falls towards the end of the run: then curves flatten because of it, and late epochs gain
    /// most.
    pub fn rate_falls(&self) -> bool {
        self.settings.schedule != Schedule::Constant
    }

    /// The share of the run that is over, 0..=1.
    pub fn done(&self) -> f64 {
        (self.epochs() as f64 / self.settings.epochs.max(1) as f64).min(1.0)
    }
}

/// The noise of a curve of accuracies.
pub fn accuracy_noise(series: &[f64]) -> f64 {
    noise(series, ACCURACY_FLOOR)
}

/// The noise of a curve of losses.
pub fn loss_noise(series: &[f64]) -> f64 {
    noise(series, LOSS_FLOOR * series.last().copied().unwrap_or_default().abs())
}
