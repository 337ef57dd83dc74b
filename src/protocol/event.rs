use super::{Digit, Export, Fault, GooglenetEvent, InsideEvent, LayerPixel, RequestId, RunId, Settings, TeachEvent};
use serde::{Deserialize, Serialize};

/// Worker to app, past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Ready {
        backend: Backend,
        device: String,
    },
    Benchmarked {
        request: RequestId,
        images_per_second: f64,
    },
    /// Bytes so far and in all; `file` is the asset being read. `images` training pictures are ready.
    Loading {
        file: String,
        done: u64,
        total: u64,
        images: usize,
    },
    /// All pictures are in memory.
    Loaded,
    /// Sent whenever the state of the run changes.
    State {
        run: RunId,
        state: RunState,
        settings: Settings,
        progress: Progress,
    },
    /// The whole history, after `Restore` and `Reset`.
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
    /// Training and validation were measured at the end of an epoch.
    EpochEnded {
        run: RunId,
        point: PointOf,
        progress: Progress,
    },
    /// Buffer 0: the checkpoint (opaque to the app), to be kept in the browser's storage.
    Saved {
        run: RunId,
        settings: Settings,
        progress: Progress,
        finished: bool,
    },
    /// A kernel picture was recorded for the replay.
    KernelsRecorded {
        run: RunId,
        frame: KernelFrame,
    },
    /// The test images were used, once, at the end.
    Finished {
        run: RunId,
        report: RunReport,
    },
    /// Loss became NaN or infinite. The run is paused at its last good state, `good_step`.
    Diverged {
        run: RunId,
        step: usize,
        loss: String,
        good_step: usize,
        suggested_learning_rate: f64,
    },
    /// Buffer 0: the 28x28 picture as the network's data set has it.
    Predicted {
        request: RequestId,
        prediction: Prediction,
    },
    /// Buffers: one little-endian f32 array per entry of `activations`, in order, then one per entry of `weights`.
    Watched {
        request: RequestId,
        digit: Digit,
        step: usize,
        activations: Vec<Activation>,
        weights: Vec<WeightInfo>,
        prediction: Prediction,
    },
    Explained {
        request: RequestId,
        arithmetic: Arithmetic,
    },
    /// Buffer 0: `indices.len()` pictures of 28x28 grey bytes.
    Cell {
        request: RequestId,
        actual: u8,
        predicted: u8,
        total: usize,
        indices: Vec<usize>,
        probabilities: Vec<f32>,
    },
    /// Buffer 0: the file.
    Exported {
        request: RequestId,
        what: Export,
        name: String,
    },
    Imported {
        request: RequestId,
        run: RunId,
        accuracy: Option<f64>,
    },
    /// The lab that looks inside a network.
    Inside(InsideEvent),
    /// The lab that is taught the visitor's own pictures.
    Teach(TeachEvent),
    /// The lab in which a GoogLeNet learns small pictures.
    Googlenet(GooglenetEvent),
    /// Something could not be done. `at` tells the app what is over because of it.
    Failed {
        at: FaultSite,
        fault: Fault,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    Cpu,
    Webgpu,
}

/// What a fault ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultSite {
    /// One question; everything else goes on.
    Request(RequestId),
    /// The current run is paused or gone; the worker lives.
    Run,
    /// The data could not be loaded; `Load` may be tried again.
    Load,
    /// This worker is of no more use; another one must take over.
    Worker,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// At step 0, never started.
    Fresh,
    /// Waiting for the first pictures.
    Loading,
    Training,
    Paused,
    /// The test images are being measured.
    Testing,
    Diverged,
    Finished,
}

/// Where a run is and how fast it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps taken in all.
    pub step: usize,
    pub steps_in_all: usize,
    /// Epochs completed.
    pub epoch: usize,
    pub epochs: usize,
    /// Seconds spent training so far, pauses left out.
    pub seconds: f64,
    pub images_per_second: f64,
    /// Seconds still needed at the present speed; absent before the first measurement.
    pub seconds_left: Option<f64>,
}

/// Mean training loss and accuracy over the steps since the last point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainPoint {
    /// The last step in this point.
    pub step: usize,
    pub loss: f32,
    /// 0..=1
    pub accuracy: f32,
}

/// What was measured at the end of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointOf {
    pub epoch: usize,
    pub step: usize,
    /// Mean over the epoch's steps, while the weights were changing.
    pub train_loss: f32,
    pub train_accuracy: f32,
    pub validation_loss: Option<f32>,
    pub validation_accuracy: Option<f32>,
    pub seconds: f64,
}

/// Everything plotted about a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub points: Vec<TrainPoint>,
    pub epochs: Vec<PointOf>,
    pub kernels: Vec<KernelFrame>,
    pub report: Option<RunReport>,
}

/// First-layer kernels at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KernelFrame {
    pub step: usize,
    /// `[6, 5, 5]`, row-major.
    pub kernels: Vec<f32>,
}

/// The run's result, as the course notebook reports it and more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// 0..=1 over the 10,000 test images.
    pub test_accuracy: f64,
    pub test_loss: f64,
    pub training_seconds: f64,
    pub backend: Backend,
    pub confusion: ConfusionReport,
    /// The most confident wrong answers, worst first.
    pub mistakes: Vec<Mistake>,
}

/// `counts[actual][predicted]`, and what follows from it for each class (`None` where it is 0/0).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfusionReport {
    pub counts: Vec<Vec<u32>>,
    pub precision: Vec<Option<f64>>,
    pub recall: Vec<Option<f64>>,
    pub f1: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// Index among the test images.
    pub index: usize,
    pub actual: u8,
    pub predicted: u8,
    /// Probability given to `predicted`.
    pub probability: f32,
    /// Probability given to `actual`.
    pub probability_of_actual: f32,
    /// 28x28 grey bytes.
    pub pixels: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    pub class: u8,
    /// Softmax output, ten values.
    pub probabilities: Vec<f32>,
    /// The right answer, for test images.
    pub actual: Option<u8>,
}

/// One layer's output for the watched digit; its values are in the buffer of the same position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// `input`, `conv1`, `act1`, `pool1`, `conv2`, `act2`, `pool2`, `fc1`, `fc2`, `logits`.
    pub layer: String,
    /// `[channels, height, width]`; fully connected layers are `[features, 1, 1]`.
    pub shape: [usize; 3],
}

/// Kernels of a convolution: `conv1.weight` `[6, 1, 5, 5]`, `conv2.weight` `[16, 6, 5, 5]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightInfo {
    pub name: String,
    pub shape: [usize; 4],
}

/// A rectangle in some picture, in pixels; `x`, `y` may be negative where padding is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
}

/// How one value came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arithmetic {
    pub at: LayerPixel,
    /// What this pixel can see of the 32x32 input.
    pub receptive_field: Region,
    /// The layer it was computed from, and which part of it.
    pub source_layer: String,
    pub source_region: Region,
    pub terms: Vec<TermGroup>,
    pub bias: Option<f32>,
    /// What the terms and the bias give (or, for an activation or a pool, the result of its rule).
    pub value: f32,
    /// The rule in words: `patch x kernel + bias`, `tanh`, `mean of 4`, `largest of 4`.
    pub rule: String,
    /// What is not in `terms`, where there are too many to spell out: those with the smallest sums.
    pub rest: Option<Rest>,
}

/// Terms that are only summed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    pub terms: usize,
    pub sum: f32,
}

/// One input channel's share of the arithmetic: patch and kernel are `height` x `width`, row-major.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermGroup {
    pub channel: usize,
    pub height: usize,
    pub width: usize,
    pub patch: Vec<f32>,
    /// Empty for activations and pools.
    pub kernel: Vec<f32>,
    /// Sum of patch x kernel; for activations and pools the patch's own value.
    pub sum: f32,
}
