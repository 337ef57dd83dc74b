//! Real runs that were recorded.

use receptive::coach::Curves;
use receptive::protocol::{GooglenetSettings, History, PointOf, TrainPoint};
use serde::Deserialize;
use std::path::Path;

/// The file of tests/fixtures/make_coach_runs.py.
#[derive(Deserialize)]
struct File {
    settings: GooglenetSettings,
    points: Vec<(usize, f32, f32)>,
    epochs: Vec<(usize, f32, f32, f32, f32)>,
}

pub struct Run {
    pub settings: GooglenetSettings,
    pub history: History,
}

/// The run of this name.
pub fn run(name: &str) -> Run {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/coach/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: File = serde_json::from_str(&text).unwrap();
    let points = file.points.into_iter().map(|(step, loss, accuracy)| TrainPoint { step, loss, accuracy }).collect();
    let epochs =
        file.epochs.into_iter().zip(1..).map(|((step, train_loss, train_accuracy, loss, accuracy), epoch)| PointOf {
            epoch,
            step,
            train_loss,
            train_accuracy,
            validation_loss: Some(loss),
            validation_accuracy: Some(accuracy),
            seconds: 1.0,
        });
    Run { settings: file.settings, history: History { points, epochs: epochs.collect(), ..History::default() } }
}

impl Run {
    /// Its history as it was after so many epochs.
    pub fn until(&self, epochs: usize) -> History {
        let mut history = self.history.clone();
        history.epochs.truncate(epochs);
        let step = history.epochs.last().map_or(0, |e| e.step);
        history.points.retain(|point| point.step <= step);
        history
    }

    pub fn curves<'a>(&'a self, history: &'a History) -> Curves<'a> {
        Curves { history, classes: 10, settings: &self.settings }
    }
}
