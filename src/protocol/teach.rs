//! What app and worker say to each other in the lab that is taught a visitor's own pictures (`/teach`).
//!
//! The page owns the projects: it keeps pictures, classes and runs in the browser's storage. The worker is told what it
//! needs: it turns picture files into small pictures to keep ([`TeachCommand::Scale`] and its neighbours), and trains
//! on those ([`TeachCommand::Prepare`]). Pictures cross as blobs, whose bytes stay with the browser until they are read.

use super::teach_settings::Augmentation;
use super::{
    Fault, Head, History, PointOf, Progress, RequestId, RunId, RunReport, RunState, TeachSettings, TrainPoint,
};
use serde::{Deserialize, Serialize};

/// Names a kept picture; one number for each in this browser.
pub type PictureId = u32;

/// App to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TeachCommand {
    /// Which backbones and sample sets there are. Answered by `Listed`.
    List {
        request: RequestId,
    },
    /// Decode and scale picture files. Blobs: the files, in the order of `names`. Each is answered by `Scaled` or `Refused`,
    /// all together by `Collected`.
    Scale {
        request: RequestId,
        names: Vec<String>,
    },
    /// Blob 0: a zip. A project's own is answered by `ProjectFound` first. Then every picture in it as with `Scale`.
    Unzip {
        request: RequestId,
        name: String,
    },
    /// All pictures of a data set that this host installed, answered as with `Scale`.
    Dataset {
        request: RequestId,
        name: String,
    },
    /// Pictures drawn by the page itself, answered as with `Scale`.
    Generate {
        request: RequestId,
        per_class: usize,
        seed: u32,
    },
    /// Stops whatever is being scaled; what is already told stays.
    CancelCollect,
    /// Puts pictures into one zip. Blobs: the pictures, in the order of `names`, which are paths in the zip.
    /// Answered by `Zipped`.
    Zip {
        request: RequestId,
        project: String,
        names: Vec<String>,
    },
    /// Show what augmentation does. Blob 0: a picture. Answered by `Previewed`.
    Preview {
        request: RequestId,
        augmentation: Augmentation,
        mask: f64,
        seed: u32,
    },
    /// Make the run of these settings at step 0. Blobs: the pictures, in the order of `pictures`.
    /// Buffer 0, if any: the checkpoint of an earlier run, with whose weights the layers that learn begin.
    /// Emits `Opening` while the backbone is fetched, then `State`.
    Prepare {
        run: RunId,
        settings: TeachSettings,
        classes: Vec<String>,
        pictures: Vec<Labelled>,
    },
    /// Take a saved run up again. Buffer 0: the checkpoint; blobs as with `Prepare`. The pictures may have changed: then the
    /// run can be used, but not gone on with.
    Restore {
        run: RunId,
        classes: Vec<String>,
        pictures: Vec<Labelled>,
    },
    Train,
    Pause,
    /// End the run here and measure it on its test part.
    Stop,
    /// Go back to the newest good state with this learning rate, after a divergence.
    Rewind {
        learning_rate: f64,
    },
    Save,
    /// What the network of this run says of one picture. Blob 0: a picture file; or buffer 0: `side * side * 4` bytes of
    /// red, green, blue and opacity of a square. Answered by `Classified`.
    Classify {
        request: RequestId,
        side: Option<usize>,
        explain: Option<Explain>,
    },
    /// Answered by `Exported`.
    Export {
        request: RequestId,
        what: TeachExport,
        name: String,
    },
    /// Answer `Classify` with the network of this file from now on. Buffer 0: a file of [`TeachExport::Safetensors`], which
    /// needs nothing else. For the exported page. Answered by `Used`.
    Use {
        request: RequestId,
        name: String,
    },
    /// For tests: the next loss will not be finite.
    Diverge,
}

/// A picture to learn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    pub id: PictureId,
    /// Place among the classes.
    pub class: usize,
    /// 16 hexadecimal digits: equal for equal pictures.
    pub sha: String,
}

/// Which class a heat map is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Explain {
    /// The one with the highest probability.
    Best,
    Class(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeachExport {
    /// All weights, and how the network is built, in one file.
    Safetensors,
    /// A script that loads that file, reproduces the predictions and trains on.
    PytorchScript,
    /// A zip with a page that classifies.
    Page,
    /// What the model is, on what it was trained, how good it is.
    ModelCard,
    HistoryCsv,
}

/// Worker to app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TeachEvent {
    Listed {
        request: RequestId,
        backbones: Vec<Backbone>,
        sets: Vec<SampleSet>,
    },
    /// Buffer 0: the picture to keep, a JPEG file.
    Scaled {
        request: RequestId,
        picture: ScaledPicture,
        done: usize,
        total: usize,
    },
    /// One picture could not be used; the others go on.
    Refused {
        request: RequestId,
        name: String,
        fault: Fault,
        done: usize,
        total: usize,
    },
    /// What the project that was put into this zip says about itself (JSON).
    ProjectFound {
        request: RequestId,
        json: String,
    },
    /// Everything of that request is told. `classes` in the order of the source, where it has one.
    Collected {
        request: RequestId,
        scaled: usize,
        refused: usize,
        classes: Vec<String>,
        cancelled: bool,
    },
    /// Buffer 0: the zip.
    Zipped {
        request: RequestId,
    },
    /// Buffers: the augmented pictures, each `side * side * 4` bytes.
    Previewed {
        request: RequestId,
        side: usize,
    },
    /// Bytes of the backbone fetched so far and in all.
    Opening {
        run: RunId,
        done: u64,
        total: u64,
    },
    /// The frozen part of the network has seen `done` of `total` pictures.
    Seen {
        run: RunId,
        done: usize,
        total: usize,
    },
    /// Whenever the state of the run changes.
    State {
        run: RunId,
        state: RunState,
        settings: TeachSettings,
        progress: Progress,
    },
    History {
        run: RunId,
        history: History,
    },
    Trained {
        run: RunId,
        points: Vec<TrainPoint>,
        progress: Progress,
    },
    /// `best`: whether this is the best epoch so far. Followed by `Judged` for the validation part.
    EpochEnded {
        run: RunId,
        point: PointOf,
        best: bool,
        progress: Progress,
    },
    /// What the network thinks of every picture of a part. Buffers: probabilities, f32 `[pictures, classes]`, in the order of
    /// `pictures`; their distance from what was learned, f32 `[pictures]` (empty except at the end). Where nothing is held out, the test part is the validated one.
    Judged {
        run: RunId,
        part: Part,
        pictures: Vec<Labelled>,
    },
    /// Buffer 0: the checkpoint.
    Saved {
        run: RunId,
        settings: TeachSettings,
        progress: Progress,
        finished: bool,
    },
    Finished {
        run: RunId,
        report: RunReport,
        familiar_within: f32,
    },
    Diverged {
        run: RunId,
        step: usize,
        loss: String,
        good_step: usize,
        suggested_learning_rate: f64,
    },
    /// Buffer 0: the heat map, f32 `[height, width]`, where one was wanted.
    Classified {
        request: RequestId,
        answer: Answer,
    },
    /// Buffer 0: the file.
    Exported {
        request: RequestId,
        what: TeachExport,
        name: String,
    },
    /// What the file said about its network. `network` is the architecture's title, `accuracy` that of the test, 0..=1.
    Used {
        request: RequestId,
        name: String,
        network: String,
        version: String,
        classes: Vec<String>,
        accuracy: Option<f64>,
    },
}

/// One part of the pictures of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Train,
    Validation,
    Test,
}

/// A picture as it is kept: shorter side at most 256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaledPicture {
    pub name: String,
    /// The innermost folder it was in, or the class of a sample set.
    pub class: Option<String>,
    /// 16 hexadecimal digits of the SHA-256 of the file that is kept.
    pub sha: String,
    pub width: u32,
    pub height: u32,
}

/// A network that can be taught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backbone {
    /// The set of weights, [`super::NetworkInfo`]'s name.
    pub name: String,
    pub title: String,
    /// Whether this host has its weights, and otherwise the command that installs them.
    pub installed: bool,
    pub command: Option<String>,
    /// Bytes to download for the layers before the classifier, and for the classifier.
    pub features_bytes: u64,
    pub classifier_bytes: u64,
    /// Blocks that can be unfrozen, the last first.
    pub blocks: Vec<Block>,
    /// Multiply-accumulates of one picture through all layers before the classifier.
    pub multiply_accumulates: u64,
    /// Numbers the light head learns from.
    pub features: usize,
    /// What each head costs. In the order of [`Head`].
    pub heads: Vec<HeadInfo>,
    /// Of all weights before the classifier, as 32-bit floats.
    pub weight_bytes: u64,
    pub batch_norm: bool,
    pub licence: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadInfo {
    pub head: Head,
    /// For two classes.
    pub parameters: u64,
    /// Memory that training it takes at its peak, batch 16, activations included.
    pub training_bytes: u64,
}

/// Some layers that are unfrozen together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub name: String,
    pub parameters: u64,
    /// Multiply-accumulates of one picture from this block's input to the end.
    pub multiply_accumulates: u64,
    /// Memory that training from here takes for each picture of a batch: activations and their gradients.
    pub bytes_per_picture: u64,
}

/// A data set that can be taught without own pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleSet {
    pub name: String,
    pub title: String,
    pub classes: Vec<String>,
    pub pictures: usize,
    pub bytes: u64,
    pub licence: String,
    pub source: String,
}

/// What the network says of one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// One for each class.
    pub probabilities: Vec<f32>,
    /// Distance from the nearest picture learned from, in the space of the features: 0 for the same direction, 1 for none.
    pub distance: f32,
    /// Beyond this it is called unfamiliar: 95 of 100 pictures of the validation part are nearer.
    pub familiar_within: f32,
    /// Height and width of the heat map, and the class it is for.
    pub heat: Option<(usize, usize, usize)>,
    /// From pixels to probabilities.
    pub milliseconds: f64,
}
