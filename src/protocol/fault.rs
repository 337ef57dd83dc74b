//! Everything that can go wrong, with a sentence and a next action a visitor understands.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One thing that went wrong. `Display` is the sentence shown to the visitor.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
pub enum Fault {
    #[error("This browser offers no WebGPU ({reason}).")]
    NoWebgpu { reason: String },
    #[error("The graphics device was lost ({reason}).")]
    DeviceLost { reason: String },
    #[error("This needs {needed} bytes of memory, and the device allows {limit}.")]
    OutOfMemory { needed: u64, limit: u64 },
    #[error("{name} cannot be used: {reason} (at byte {at_byte}).")]
    BadFile { name: String, at_byte: u64, reason: String },
    #[error("{layer} in {name} has the shape {got:?}, and this network needs {expected:?}.")]
    ShapeMismatch { name: String, layer: String, expected: Vec<usize>, got: Vec<usize> },
    #[error("{name} is not what this site's manifest promises: {reason}.")]
    WrongAsset { name: String, reason: String },
    #[error("{name} could not be downloaded: {reason}.")]
    AssetMissing { name: String, reason: String },
    #[error("{name} cannot be shown as a picture: {reason}.")]
    BadPicture { name: String, reason: String },
    #[error("The weights of {network} are not installed on this site.")]
    NotInstalled { network: String, command: Option<String> },
    #[error("The pictures called “{name}” are not installed on this site.")]
    DatasetNotInstalled { name: String, command: Option<String> },
    #[error("Training diverged at step {step}: the loss became {loss}.")]
    Diverged { step: usize, loss: String },
    #[error("A setting is out of range: {reason}.")]
    BadSettings { reason: String },
    #[error("The pictures are no longer those that this run learns from.")]
    OtherPictures,
    #[error("Stopped at your request.")]
    Cancelled,
    #[error("There is no network yet to do this with.")]
    NoRun,
    #[error("Something inside went wrong: {message}.")]
    Internal { message: String },
}

/// What the visitor can do about it; the app turns these into a button or a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NextAction {
    UseCpu,
    ContinueOnCpu,
    SmallerBatch,
    ChooseAnotherFile,
    ChooseAnotherPicture,
    InstallWeights,
    ChooseAnotherDataset,
    ReloadData,
    SmallerLearningRate,
    CheckSettings,
    TrainAgain,
    TryAgain,
    PressTrain,
    ReloadPage,
}

impl Fault {
    pub fn next_action(&self) -> NextAction {
        match self {
            Self::NoWebgpu { .. } => NextAction::UseCpu,
            Self::DeviceLost { .. } => NextAction::ContinueOnCpu,
            Self::OutOfMemory { .. } => NextAction::SmallerBatch,
            Self::BadFile { .. } | Self::ShapeMismatch { .. } => NextAction::ChooseAnotherFile,
            Self::BadPicture { .. } => NextAction::ChooseAnotherPicture,
            Self::NotInstalled { .. } => NextAction::InstallWeights,
            Self::DatasetNotInstalled { .. } => NextAction::ChooseAnotherDataset,
            Self::WrongAsset { .. } | Self::AssetMissing { .. } => NextAction::ReloadData,
            Self::Diverged { .. } => NextAction::SmallerLearningRate,
            Self::BadSettings { .. } => NextAction::CheckSettings,
            Self::OtherPictures => NextAction::TrainAgain,
            Self::Cancelled => NextAction::TryAgain,
            Self::NoRun => NextAction::PressTrain,
            Self::Internal { .. } => NextAction::ReloadPage,
        }
    }
}

impl NextAction {
    /// The next action in words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::UseCpu => "Training on the CPU works everywhere; choose CPU under Device.",
            Self::ContinueOnCpu => "The run goes on from its last saved step on the CPU.",
            Self::SmallerBatch => "Choose a smaller batch.",
            Self::ChooseAnotherFile => "Nothing was changed. Choose another file.",
            Self::ChooseAnotherPicture => "Choose another picture; JPEG, PNG, WebP and GIF work in every browser.",
            Self::InstallWeights => "Choose a network that is installed; whoever runs this site can install it.",
            Self::ChooseAnotherDataset => {
                "Choose pictures that are installed; whoever runs this site can install others."
            }
            Self::ReloadData => "Check the connection and press Try again; if it stays, tell whoever runs this site.",
            Self::SmallerLearningRate => "Go back to the last good state with a smaller learning rate.",
            Self::TrainAgain => {
                "Press Train again: a new run learns from them as they are, and this one stays in the list."
            }
            Self::CheckSettings => "Check the settings and try again.",
            Self::TryAgain => "Press the button again to go on.",
            Self::PressTrain => "Press Train first.",
            Self::ReloadPage => "Reload the page; a saved run is offered again.",
        }
    }
}
