//! Finished runs that a site has: made elsewhere, by the same code, so that nobody has to wait for curves and weights.

use super::shard::{read_planes, write_planes};
use super::{DataError, MAX_CLASSES, Problem};
use crate::protocol::{GooglenetSettings, History, RunReport};
use serde::{Deserialize, Serialize};

/// No record is larger.
const MAX_RECORD_BYTES: usize = 1 << 20;
/// No file of weights is larger, unpacked.
const MAX_WEIGHTS_BYTES: usize = 32 << 20;
/// Weights are kept in pieces of so many bytes.
const PIECE_BYTES: usize = 8 << 20;

/// A run in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstalledRun {
    pub name: String,
    pub title: String,
    /// Where, when and on which form of the data it was trained.
    pub made: String,
    /// Its pictures were stored with loss: its accuracies cannot be compared with published ones.
    pub lossy: bool,
    /// Path of its [`RunRecord`] as JSON.
    pub record: String,
    /// Its weights are those after this epoch.
    pub epoch: usize,
    /// Paths of the pieces of its weights, in order: joined, they are what [`pack_weights`] made.
    pub weights: Vec<String>,
}

impl InstalledRun {
    /// Paths of everything that belongs to it.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.record).chain(&self.weights)
    }
}

/// What is known of a finished run besides its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub settings: GooglenetSettings,
    pub classes: Vec<String>,
    /// Without kernels: those are in the weights.
    pub history: History,
}

impl RunRecord {
    /// Reads a record.
    ///
    /// # Errors
    /// When it is no JSON of this form, larger than 1 MB, or says something that no run can have come to.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, DataError> {
        let bad = |reason: String| DataError::new(file, 0, Problem::BadRecord { reason });
        if bytes.len() > MAX_RECORD_BYTES {
            let problem = Problem::TooLarge { limit: MAX_RECORD_BYTES as u64 };
            return Err(DataError::new(file, MAX_RECORD_BYTES, problem));
        }
        let mut record: Self = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        record.history.kernels.clear();
        record.fault().map_or(Ok(record), |reason| Err(bad(reason)))
    }

    /// Why it cannot be true.
    fn fault(&self) -> Option<String> {
        if let Err(reason) = self.settings.check() {
            return Some(reason);
        }
        let classes = self.classes.len();
        if !(2..=MAX_CLASSES).contains(&classes) {
            return Some(format!("it has {classes} classes"));
        }
        let History { points, epochs, report, .. } = &self.history;
        if epochs.is_empty() || epochs.len() > self.settings.epochs {
            return Some(format!("it has {} epochs of {}", epochs.len(), self.settings.epochs));
        }
        let mut step = 0;
        for (epoch, point) in (1..).zip(epochs) {
            let losses = [Some(point.train_loss), point.validation_loss];
            let accuracies = [Some(point.train_accuracy), point.validation_accuracy];
            let possible = losses.into_iter().flatten().all(is_loss)
                && accuracies.into_iter().flatten().all(is_share)
                && is_loss(point.seconds as f32);
            if point.epoch != epoch || point.step <= step || !possible {
                return Some(format!("what it says of epoch {epoch} cannot be"));
            }
            step = point.step;
        }
        let mut step = 0;
        for point in points {
            if point.step <= step || !is_loss(point.loss) || !is_share(point.accuracy) {
                return Some(format!("what it says of step {} cannot be", point.step));
            }
            step = point.step;
        }
        let fits = |report: &RunReport| {
            let confusion = &report.confusion;
            let of_classes = [&confusion.precision, &confusion.recall, &confusion.f1];
            is_share(report.test_accuracy as f32)
                && is_loss(report.test_loss as f32)
                && confusion.counts.len() == classes
                && confusion.counts.iter().all(|row| row.len() == classes)
                && of_classes.iter().all(|values| values.len() == classes)
        };
        report.as_ref().is_some_and(|report| !fits(report)).then(|| "its result cannot be".to_owned())
    }
}

fn is_loss(value: f32) -> bool {
    value.is_finite() && value >= 0.0
}

fn is_share(value: f32) -> bool {
    (0.0..=1.0).contains(&value)
}

/// Compresses a file of half-precision weights, and cuts it into pieces for the manifest.
///
/// # Errors
/// When it is larger than 32 MB.
pub fn pack_weights(file: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>, DataError> {
    if bytes.len() > MAX_WEIGHTS_BYTES {
        let problem = Problem::TooLarge { limit: MAX_WEIGHTS_BYTES as u64 };
        return Err(DataError::new(file, MAX_WEIGHTS_BYTES, problem));
    }
    Ok(write_planes(file, bytes)?.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect())
}

/// The file that was compressed; `packed` are all its pieces, joined.
///
/// # Errors
/// When they are broken or truncated, or unpack to more than 32 MB.
pub fn unpack_weights(file: &str, packed: &[u8]) -> Result<Vec<u8>, DataError> {
    read_planes(file, packed, MAX_WEIGHTS_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Backend, ConfusionReport, PointOf, TrainPoint};

    fn record() -> RunRecord {
        let point = |epoch: usize| PointOf {
            epoch,
            step: epoch * 391,
            train_loss: 1.5,
            train_accuracy: 0.25,
            validation_loss: Some(2.0),
            validation_accuracy: Some(0.5),
            seconds: 60.0,
        };
        let report = RunReport {
            test_accuracy: 0.5,
            test_loss: 1.0,
            training_seconds: 120.0,
            backend: Backend::Cpu,
            confusion: ConfusionReport {
                counts: vec![vec![1, 0], vec![1, 0]],
                precision: vec![Some(0.5), None],
                recall: vec![Some(1.0), Some(0.0)],
                f1: vec![None; 2],
            },
            mistakes: Vec::new(),
        };
        let history = History {
            points: vec![TrainPoint { step: 1, loss: 2.0, accuracy: 0.0 }],
            epochs: vec![point(1), point(2)],
            kernels: Vec::new(),
            report: Some(report),
        };
        let classes = vec!["cat".to_owned(), "dog".to_owned()];
        RunRecord { settings: GooglenetSettings::default(), classes, history }
    }

    fn parsed(record: &RunRecord) -> Result<RunRecord, String> {
        let text = serde_json::to_string(record).expect("it is all numbers and texts");
        RunRecord::parse("runs/a/record.json", text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_comes_back_without_kernels() {
        let mut with_kernels = record();
        with_kernels.history.kernels.push(crate::protocol::KernelFrame { step: 1, kernels: vec![0.0; 9] });
        assert_eq!(parsed(&with_kernels), Ok(record()));
        let mut unfinished = record();
        unfinished.history.report = None;
        assert_eq!(parsed(&unfinished), Ok(unfinished));
    }

    #[test]
    fn records_that_cannot_be_true_are_refused() {
        let refused = |change: &dyn Fn(&mut RunRecord), reason: &str| {
            let mut changed = record();
            change(&mut changed);
            let error = parsed(&changed).expect_err(reason);
            assert!(error.contains("runs/a/record.json") && error.contains(reason), "{error}");
        };
        refused(&|r| r.settings.batch = 0, "Batch size cannot be");
        refused(&|r| r.classes.truncate(1), "it has 1 classes");
        refused(&|r| r.classes = vec!["x".to_owned(); 257], "it has 257 classes");
        refused(&|r| r.history.epochs.clear(), "it has 0 epochs");
        refused(&|r| r.settings.epochs = 1, "it has 2 epochs of 1");
        refused(&|r| r.history.epochs[1].epoch = 3, "epoch 2 cannot be");
        refused(&|r| r.history.epochs[1].step = 391, "epoch 2 cannot be");
        refused(&|r| r.history.epochs[0].train_loss = -1.0, "epoch 1 cannot be");
        refused(&|r| r.history.epochs[0].validation_accuracy = Some(1.5), "epoch 1 cannot be");
        // JSON has no NaN: what is written instead is no number, and means that nothing was measured where that can be.
        refused(&|r| r.history.epochs[0].train_loss = f32::NAN, "invalid type");
        refused(&|r| r.history.points[0].step = 0, "step 0 cannot be");
        refused(&|r| r.history.points[0].accuracy = 2.0, "step 1 cannot be");
        let report = |r: &mut RunRecord, change: fn(&mut RunReport)| r.history.report.iter_mut().for_each(change);
        refused(&|r| report(r, |report| report.confusion.counts[0].push(1)), "its result cannot be");
        refused(&|r| report(r, |report| report.confusion.f1.clear()), "its result cannot be");
        refused(&|r| report(r, |report| report.test_accuracy = 50.0), "its result cannot be");
        let large = vec![b' '; MAX_RECORD_BYTES + 1];
        assert!(RunRecord::parse("a", &large).unwrap_err().to_string().contains("larger"));
        assert!(RunRecord::parse("a", b"[]").is_err() && RunRecord::parse("a", b"").is_err());
        let huge = serde_json::to_string(&record()).unwrap().replace("\"train_loss\":1.5", "\"train_loss\":1e300");
        assert!(RunRecord::parse("a", huge.as_bytes()).unwrap_err().to_string().contains("epoch 1 cannot be"));
    }

    #[test]
    fn weights_come_back_from_their_pieces() {
        // Does not compress, so that there are two pieces.
        let mut number = 1_u32;
        let noise = (0..9_000_001).map(|_| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 24) as u8
        });
        let file: Vec<u8> = noise.collect();
        let pieces = pack_weights("w", &file).unwrap();
        assert_eq!(pieces.iter().map(|piece| piece.len() > PIECE_BYTES).collect::<Vec<_>>(), [false, false]);
        let joined = pieces.concat();
        assert_eq!(unpack_weights("w", &joined).unwrap(), file);
        assert!(unpack_weights("w", &joined[..joined.len() - 1]).is_err());
        assert!(unpack_weights("w", &pieces[1]).is_err());
        assert!(pack_weights("w", &vec![0; MAX_WEIGHTS_BYTES + 1]).unwrap_err().to_string().contains("larger"));
    }
}
