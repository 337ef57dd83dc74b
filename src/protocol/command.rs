use super::{BackendChoice, GooglenetCommand, InsideCommand, Settings, TeachCommand};
use serde::{Deserialize, Serialize};

/// Names one run from its first step to its last, over reloads and changes of device.
pub type RunId = String;
/// Pairs an answer with its question.
pub type RequestId = u32;

/// App to worker, imperative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// First message: where the static assets are (an absolute URL ending in `/`). Answered by [`super::Event::Ready`] or a fault.
    Open {
        assets: String,
    },
    /// Time the training step these settings describe, on made-up pictures. Answered by `Benchmarked`.
    Benchmark {
        request: RequestId,
        settings: Settings,
    },
    /// Fetch the data set (from the cache where it is there) without training. Emits `Loading`.
    Load,
    /// Stop a download in progress.
    CancelLoad,
    /// Make the network of these settings at step 0, ready to be started. Emits `State`.
    Prepare {
        run: RunId,
        settings: Settings,
    },
    /// Go on (or begin) training until the last epoch, or until told otherwise.
    Train,
    /// Take exactly one step, then pause.
    Step,
    Pause,
    /// End the run here and measure it on the test images.
    Stop,
    /// Back to the same initial weights; the history is emptied.
    Reset,
    /// Go back to the newest good state with this learning rate, after a divergence.
    Rewind {
        learning_rate: f64,
    },
    /// Make a saved state the current run. Buffer 0: the checkpoint. Emits `State` and `History`.
    Restore {
        run: RunId,
    },
    /// Answered by `Saved`.
    Save,
    /// Probabilities for a digit. `Digit::Drawn` carries buffer 0: 28x28 grey bytes after centring. Answered by `Predicted`.
    Predict {
        request: RequestId,
        digit: Digit,
    },
    /// All feature maps for a digit; kept up to date during training until another digit is watched. Same buffer as `Predict`.
    Watch {
        request: RequestId,
        digit: Digit,
    },
    Unwatch,
    /// How one value of the watched digit's feature maps came about. Answered by `Explained`.
    Explain {
        request: RequestId,
        at: LayerPixel,
    },
    /// Test pictures of one cell of the confusion matrix, at most `limit`. Answered by `Cell`.
    Cell {
        request: RequestId,
        actual: u8,
        predicted: u8,
        limit: usize,
    },
    /// Answered by `Exported`.
    Export {
        request: RequestId,
        what: Export,
    },
    /// Replace the weights by those of a safetensors file. Buffer 0: the file. Answered by `Imported` or a fault.
    Import {
        request: RequestId,
        name: String,
        run: RunId,
    },
    /// The lab that looks inside a network.
    Inside(InsideCommand),
    /// The lab that is taught the visitor's own pictures.
    Teach(TeachCommand),
    /// The lab in which a GoogLeNet learns small pictures.
    Googlenet(GooglenetCommand),
    /// For tests: behave as if the device were lost now.
    Test(TestLoss),
}

/// What the tests may break on purpose. The page only sends these when its URL has `?test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestLoss {
    LoseDevice,
    Diverge,
}

/// Which picture is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Digit {
    /// The visitor's own drawing: the pixels are in the message's buffer 0, as raw grey bytes
    /// (0 = paper, 255 = ink) of `side` x `side`; the worker centres and scales them as MNIST was made.
    Drawn { side: usize },
    /// The n-th of the 10,000 test images.
    Test { index: usize },
}

/// One value of one feature map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerPixel {
    /// A name from [`super::Activation::layer`].
    pub layer: String,
    pub channel: usize,
    pub y: usize,
    pub x: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Export {
    /// The ten weight and bias arrays, with the settings in the metadata.
    Safetensors,
    /// One line per measured point.
    HistoryCsv,
    /// A script that loads the safetensors file and reproduces the test accuracy.
    PytorchScript,
}

impl BackendChoice {
    /// Which of the two compute modules serves this choice first; `Auto` asks both.
    pub fn may_use_webgpu(self) -> bool {
        self != Self::Cpu
    }
}
