//! What the app and a compute worker may say to each other. Serde only: no tensors, no DOM.
//!
//! [`Command`] is imperative and goes to the worker, [`Event`] is past tense and comes back. Large
//! pixel and weight buffers ride beside the message as transferred typed arrays
//! ([`wire::Packet::buffers`]); which message carries which buffers is written at its variant.

pub mod catalog;
mod command;
mod event;
mod fault;
#[cfg(target_arch = "wasm32")]
pub mod from_js;
mod googlenet;
pub mod googlenet_catalog;
mod googlenet_settings;
mod inside;
mod settings;
mod teach;
pub mod teach_catalog;
mod teach_settings;
#[cfg(target_arch = "wasm32")]
pub mod wire;

pub use command::{Command, Digit, Export, LayerPixel, RequestId, RunId, TestLoss};
pub use event::{
    Activation, Arithmetic, Backend, ConfusionReport, Event, FaultSite, History, KernelFrame, Mistake, PointOf,
    Prediction, Progress, Region, Rest, RunReport, RunState, TermGroup, TrainPoint, WeightInfo,
};
pub use fault::{Fault, NextAction};
pub use googlenet::{FinishedRun, GooglenetCommand, GooglenetEvent, GooglenetLook, Picture, Speed, TrainingSet};
pub use googlenet_settings::{GooglenetSettings, Stem};
pub use inside::{
    ClassScore, Group, InsideCommand, InsideEvent, Installed, LayerInfo, LayerKind, Ledger, LedgerRow, LedgerTotals,
    NetworkInfo, Patch, PhotoSource, Sample,
};
pub use settings::{Activation as ActivationKind, BackendChoice, Optimizer, Padding, Pooling, Settings};
pub use teach::{
    Answer, Backbone, Block, Explain, HeadInfo, Labelled, Part, PictureId, SampleSet, ScaledPicture, TeachCommand,
    TeachEvent, TeachExport,
};
pub use teach_settings::{Augmentation, ClassWeights, Head, Parts, Schedule, Start, TeachSettings};
