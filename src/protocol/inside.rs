//! What app and worker say to each other in the lab that looks inside a network (`/inside`).
//!
//! The worker holds one network and one photo. As soon as both are there it runs the photo through the network, layer
//! by layer, and tells what is being looked at ([`InsideCommand::Look`]) the moment that layer is computed.

use super::{Arithmetic, LayerPixel, Region, RequestId};
use serde::{Deserialize, Serialize};

/// App to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InsideCommand {
    /// Which networks and sample photos there are. Answered by `Listed`.
    List { request: RequestId },
    /// Layer by layer what a network is made of; needs no weights. Answered by `Ledger`.
    Ledger { request: RequestId, architecture: String },
    /// Make this network the current one and fetch its weights up to and with `group`. Emits `Opening`, then `Opened`;
    /// what was fetched before is kept.
    Open { request: RequestId, network: String, group: Group },
    /// Stop the download of `Open`.
    CancelOpen,
    /// Make this the current photo. `PhotoSource::File` has buffer 0: the file. Answered by `PhotoTaken` or a fault.
    Photo { request: RequestId, source: PhotoSource },
    /// Look at this layer of the current network, now and whenever the photo changes. Answered by `LayerSeen`.
    Look { request: RequestId, layer: String },
    /// Kernels of a convolution. Answered by `KernelsSeen`.
    Kernels { request: RequestId, layer: String, channel: usize },
    /// How one value came about. Answered by `Explained`.
    Explain { request: RequestId, at: LayerPixel },
    /// Where in the photo this feature map is strongest, at most `count` places apart. Answered by `PatchesFound`.
    Patches { request: RequestId, layer: String, channel: usize, count: usize },
    /// Which parts of the photo speak for a class, by Grad-CAM at this layer. Answered by `GradCam`.
    GradCam { request: RequestId, class: usize, layer: String },
    /// For tests: run made-up weights on a made-up picture, both from a formula. Answered by `ParityRun`.
    Parity { request: RequestId, architecture: String, layers: Vec<String> },
    /// For the benchmark: compute all layers before the classifier this many times, with made-up weights. Answered by
    /// `Timed`.
    Time { request: RequestId, architecture: String, times: usize },
}

/// Worker to app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InsideEvent {
    Listed {
        request: RequestId,
        networks: Vec<NetworkInfo>,
        samples: Vec<Sample>,
    },
    Ledger {
        request: RequestId,
        ledger: Ledger,
    },
    /// Bytes fetched so far and in all.
    Opening {
        request: RequestId,
        done: u64,
        total: u64,
    },
    /// The current network, and how much of it is here.
    Opened {
        request: RequestId,
        network: String,
        group: Group,
        layers: Vec<LayerInfo>,
        /// The layer to look at first, and the usual one for Grad-CAM.
        first: String,
        last: String,
    },
    /// Buffer 0: what the network gets to see, `[side, side, 3]` bytes, in twice its resolution where the photo has it.
    PhotoTaken {
        request: RequestId,
        name: String,
        /// Of the photo, turned as its EXIF data says.
        width: u32,
        height: u32,
        side: usize,
        /// Which part of the photo that is.
        crop: Region,
    },
    /// Buffer 0: the maps, `shape` f32 values.
    LayerSeen {
        /// Of the `Look`, or of the `Photo` that came after it.
        request: RequestId,
        layer: String,
        shape: [usize; 3],
        /// Of work, from the photo's file to this layer; absent where a GPU has only queued it, which takes no time.
        milliseconds: Option<f64>,
    },
    /// Best first. Sent when the last layer is computed.
    Predicted {
        request: RequestId,
        top: Vec<ClassScore>,
        /// For the whole network, without decoding the photo.
        milliseconds: f64,
    },
    /// Buffer 0: f32 values `shape`. Of a layer that sees colours (`colour`): all its kernels,
    /// `[kernels, 3, height, width]`; of any other: the kernel of `channel`, `[channels in, 1, height, width]`.
    KernelsSeen {
        request: RequestId,
        layer: String,
        channel: usize,
        colour: bool,
        shape: [usize; 4],
    },
    Explained {
        request: RequestId,
        arithmetic: Arithmetic,
    },
    /// Strongest first.
    PatchesFound {
        request: RequestId,
        layer: String,
        channel: usize,
        patches: Vec<Patch>,
    },
    /// Buffer 0: `height` x `width` f32 values from 0 to 1.
    GradCam {
        request: RequestId,
        class: usize,
        layer: String,
        height: usize,
        width: usize,
    },
    /// Buffers: the layers asked for, f32, in order.
    ParityRun {
        request: RequestId,
        shapes: Vec<[usize; 3]>,
    },
    /// Of every single time.
    Timed {
        request: RequestId,
        milliseconds: Vec<f64>,
    },
}

/// A network's weights come in three parts, so that looking at its first kernels does not cost the whole download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// The first convolution.
    First,
    /// All layers before the classifier.
    Features,
    Classifier,
}

impl Group {
    pub const ALL: [Self; 3] = [Self::First, Self::Features, Self::Classifier];
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoSource {
    /// A file of the visitor's, with its name.
    File { name: String },
    /// A sample of this site, by its path in the manifest.
    Sample { path: String },
}

/// A network that may be looked into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkInfo {
    /// What `Open` calls it.
    pub name: String,
    /// What `Ledger` calls it; several sets of weights may share one.
    pub architecture: String,
    pub title: String,
    pub year: u32,
    pub parameters: usize,
    pub multiply_accumulates: u64,
    /// Where this host has the weights; what to do about it where it has not.
    pub installed: Installed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Installed {
    /// Bytes to download for each of [`Group::ALL`].
    Here { bytes: [u64; 3], licence: String, source: String },
    /// The command with which a host installs it; absent where there are no published weights.
    Missing { command: Option<String> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub path: String,
    pub title: String,
    pub licence: String,
    pub source: String,
}

/// One layer of the current network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerInfo {
    pub name: String,
    pub kind: LayerKind,
    /// `[channels, height, width]`; vectors are `[features, 1, 1]`.
    pub shape: [usize; 3],
    /// The layer that applies the activation to this one, where there is one.
    pub activation: Option<String>,
    /// Whether the weights up to here were fetched.
    pub ready: bool,
    pub group: Group,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerKind {
    Input,
    Convolution,
    BatchNorm,
    Activation,
    MaxPool,
    AveragePool,
    Flatten,
    Dropout,
    Linear,
    Add,
    Concatenate,
}

impl LayerKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Convolution => "convolution",
            Self::BatchNorm => "batch normalisation",
            Self::Activation => "activation",
            Self::MaxPool => "max pooling",
            Self::AveragePool => "average pooling",
            Self::Flatten => "flatten",
            Self::Dropout => "dropout (off when not training)",
            Self::Linear => "fully connected",
            Self::Add => "sum",
            Self::Concatenate => "concatenation",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    pub class: usize,
    pub name: String,
    /// Softmax output, 0..=1.
    pub probability: f32,
}

/// A place where a feature map is strong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    pub y: usize,
    pub x: usize,
    pub value: f32,
    /// What that value sees, in pixels of the network's input, cut at its edges.
    pub region: Region,
}

/// A network as a bill: what every layer costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub architecture: String,
    pub title: String,
    pub paper: String,
    pub year: u32,
    /// What the network here does otherwise than the paper.
    pub deviations: String,
    /// What the paper reported, in words.
    pub reported: String,
    pub rows: Vec<LedgerRow>,
    pub totals: LedgerTotals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerTotals {
    pub parameters: usize,
    /// Of convolutions and fully connected layers, for one picture.
    pub multiply_accumulates: u64,
    /// Of all weights as 32-bit floats.
    pub weight_bytes: usize,
    /// Of all activations of one picture as 32-bit floats.
    pub activation_bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub layer: String,
    pub kind: LayerKind,
    /// Of the output: `[channels, height, width]`.
    pub shape: [usize; 3],
    pub kernel: Option<[usize; 2]>,
    pub stride: Option<[usize; 2]>,
    pub padding: Option<[usize; 2]>,
    pub parameters: usize,
    /// `11 x 11 x 3 x 64 + 64 = 23,296`; empty without parameters.
    pub spelt_out: String,
    pub multiply_accumulates: u64,
    pub activation_bytes: usize,
    pub group: Group,
}
