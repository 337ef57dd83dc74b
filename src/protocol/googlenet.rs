//! What app and worker say to each other in the GoogLeNet lab (`/googlenet`).
//!
//! The page owns the runs: it keeps checkpoints and the weights of every epoch in the browser's storage. The worker
//! fetches the data set, trains, and looks at pictures with whichever weights it is given.

use super::{GooglenetSettings, History, PointOf, Progress, RequestId, RunId, RunReport, RunState, TrainPoint};
use serde::{Deserialize, Serialize};

/// App to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GooglenetCommand {
    /// Which data sets and finished runs this site has. Answered by `Listed`.
    List {
        request: RequestId,
    },
    /// Make the run of these settings at step 0. Buffer 0, if any: a file of `EpochEnded`, with whose weights it begins as
    /// far as they fit. Emits `History` and `State`.
    Prepare {
        run: RunId,
        settings: GooglenetSettings,
    },
    /// Take a saved run up again. Buffer 0: its checkpoint. Emits `History` and `State`.
    Restore {
        run: RunId,
    },
    Train,
    Pause,
    /// End the run here and measure it.
    Stop,
    /// Go back to the newest good state with this learning rate, after a divergence.
    Rewind {
        learning_rate: f64,
    },
    Save,
    /// Time the training step of these settings on made-up pictures of ten classes. Answered by `Benchmarked`.
    Benchmark {
        request: RequestId,
        settings: GooglenetSettings,
    },
    /// What a network sees in a picture. Buffer 0: a file of `EpochEnded` or a finished run's. For `Picture::Own`, buffer 1:
    /// 32x32 red, green, blue bytes. Answered by `Looked`.
    Look {
        request: RequestId,
        picture: Picture,
        layer: String,
    },
    /// The weights of a finished run that this site has. Answered by `Fetched`.
    Fetch {
        request: RequestId,
        name: String,
    },
    /// For tests: the next loss will not be finite.
    Diverge,
}

/// Which picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Picture {
    /// One of the validated ones, by its place.
    Validated(usize),
    /// The visitor's own.
    Own,
}

/// Worker to app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GooglenetEvent {
    Listed {
        request: RequestId,
        sets: Vec<TrainingSet>,
        finished: Vec<FinishedRun>,
    },
    /// Bytes of the data set fetched so far and in all; `images` pictures are ready.
    Loading {
        done: u64,
        total: u64,
        images: usize,
    },
    /// All pictures are in memory.
    Loaded,
    /// Whenever the state of the run changes.
    State {
        run: RunId,
        state: RunState,
        settings: GooglenetSettings,
        progress: Progress,
    },
    History {
        run: RunId,
        history: History,
    },
    /// New points since the last such event, at most a few a second.
    Trained {
        run: RunId,
        points: Vec<TrainPoint>,
        progress: Progress,
    },
    /// Buffer 0: the weights after this epoch in half precision, a safetensors file.
    EpochEnded {
        run: RunId,
        point: PointOf,
        progress: Progress,
    },
    /// Buffer 0: the checkpoint.
    Saved {
        run: RunId,
        settings: GooglenetSettings,
        progress: Progress,
        finished: bool,
    },
    Finished {
        run: RunId,
        report: RunReport,
    },
    Diverged {
        run: RunId,
        step: usize,
        loss: String,
        good_step: usize,
        suggested_learning_rate: f64,
    },
    Benchmarked {
        request: RequestId,
        speed: Speed,
    },
    /// Buffer 0: the picture, 32x32 red, green, blue bytes; 1: the first layer's kernels, f32 `kernel_shape`; 2: the maps of
    /// the layer asked for, f32 `shape`.
    Looked {
        request: RequestId,
        look: GooglenetLook,
    },
    /// How far such a download is, in bytes.
    Fetching {
        request: RequestId,
        done: u64,
        total: u64,
    },
    /// Buffer 0: the weights in half precision, a file as of `EpochEnded`.
    Fetched {
        request: RequestId,
        name: String,
    },
}

/// A data set that can be learned here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingSet {
    pub name: String,
    pub title: String,
    pub classes: Vec<String>,
    /// Pictures learned from, and pictures only measured.
    pub train: usize,
    pub validation: usize,
    /// To download.
    pub bytes: u64,
    pub licence: String,
    pub source: String,
    /// Some of its files are of a lossy format: its accuracies cannot be compared with published ones.
    pub lossy: bool,
}

/// A run that this site has: made elsewhere, by the same code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinishedRun {
    pub name: String,
    pub title: String,
    /// Where, when and on which form of the data it was trained.
    pub made: String,
    /// As of a [`TrainingSet`].
    pub lossy: bool,
    pub classes: Vec<String>,
    pub settings: GooglenetSettings,
    pub history: History,
    /// After which epoch its weights are, and how many bytes they are to download.
    pub epoch: usize,
    pub bytes: u64,
}

/// How long the parts of a training step take, in seconds for a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    pub images_per_second: f64,
    pub data: f64,
    pub forward: f64,
    pub backward: f64,
    pub optimizer: f64,
}

/// What a network sees in a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GooglenetLook {
    /// Of the weights; 0 before the first.
    pub epoch: usize,
    pub classes: Vec<String>,
    /// The right answer, for validated pictures.
    pub actual: Option<usize>,
    /// One for each class.
    pub probabilities: Vec<f32>,
    /// `[kernels, channels, height, width]` of the first layer.
    pub kernel_shape: [usize; 4],
    /// The layers whose maps can be asked for, and which was.
    pub layers: Vec<String>,
    pub layer: String,
    /// `[channels, height, width]`
    pub shape: [usize; 3],
}
