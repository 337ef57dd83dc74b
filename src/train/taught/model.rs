//! A taught network in one file: every weight under PyTorch's name, and in the metadata everything else that is needed
//! to use it. Written for other programs; read again by the page that is exported with it.

use super::{Familiarity, TaughtSession};
use crate::data::{Piece, Preprocessing, Rgb, Square, mask_borders};
use crate::metrics::balanced_accuracy;
use crate::models::architecture::Parameter;
use crate::models::{Network, architecture, taught};
use crate::protocol::{Backend, Fault, Head, PointOf, TeachSettings, teach_catalog};
use crate::train::checkpoint::{bad_file, close, floats, open};
use crate::train::read;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The tensor with the directions of what was learned from, beside the weights.
const LEARNED: &str = "familiarity";
/// No network here is larger; what claims to be is refused before it is read.
const MAX_BYTES: usize = 1 << 30;
/// The only form of [`Facts`] there is so far.
const FORM: u32 = 1;
/// Hexadecimal digits of a SHA-256 that name a version.
const DIGITS: usize = 16;
/// Distances between directions are 0 to 2.
const FARTHEST: f32 = 2.0;
const LONGEST_NAME: usize = 1_000;

/// What belongs to the weights; the file's metadata, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub form: u32,
    /// What the visitor calls it.
    pub name: String,
    /// Key of the architecture, which is torchvision's name of it.
    pub architecture: String,
    pub head: Head,
    pub classes: Vec<String>,
    pub preprocessing: Input,
    /// Names of the parameters that learned; all others are as they were before.
    pub learned: Vec<String>,
    pub settings: TeachSettings,
    pub results: Results,
    /// Pictures farther than this from all that was learned from are not familiar.
    pub within: Option<f32>,
    /// Digest of the weights: the same network has the same version.
    pub version: String,
    /// Digest of the pictures it learned from and of their classes.
    pub pictures: String,
}

/// How a picture becomes the network's input: the shorter side scaled to `side`, the middle cut out, a border of the
/// share `mask` painted grey, then `(value / 255 - mean) / deviation`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub mean: [f32; 3],
    pub deviation: [f32; 3],
    pub side: usize,
    pub mask: f64,
}

/// How the run went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    pub epochs: Vec<PointOf>,
    pub seconds: f64,
    pub test: Option<Tested>,
}

/// What was measured at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// 0..=1
    pub accuracy: f64,
    pub balanced_accuracy: Option<f64>,
    pub loss: f64,
    pub pictures: usize,
    pub device: String,
}

impl TaughtSession {
    /// What belongs to the network as it stands, and the file with both.
    ///
    /// # Errors
    /// When the device was lost, or the weights are not finite.
    pub async fn model_file(&self, name: &str, familiarity: Option<&Familiarity>) -> Result<(Facts, Vec<u8>), Fault> {
        let network = self.course.network_of(&self.learner);
        let weights = weights(&network).await?;
        if weights.iter().any(|(_, values)| values.iter().any(|value| !value.is_finite())) {
            return Err(Fault::Diverged { step: self.step(), loss: "not a number".to_owned() });
        }
        let facts = Facts { version: version(&weights), ..self.facts(name, familiarity) };
        let mut tensors: Vec<_> =
            weights.iter().map(|(p, values)| (p.name.as_str(), p.shape.clone(), values.as_slice())).collect();
        if let Some(Familiarity { learned, features, .. }) = familiarity {
            tensors.push((LEARNED, vec![learned.len() / features, *features], learned));
        }
        let bytes = close(tensors, &facts)?;
        Ok((facts, bytes))
    }

    /// All but the version, which needs the weights.
    fn facts(&self, name: &str, familiarity: Option<&Familiarity>) -> Facts {
        let course = &self.course;
        let Preprocessing { mean, deviation } = course.preprocessing;
        let [_, side, _] = course.network.architecture.input();
        let test = self.history.report.as_ref().map(|report| Tested {
            accuracy: report.test_accuracy,
            balanced_accuracy: balanced_accuracy(&report.confusion),
            loss: report.test_loss,
            pictures: report.confusion.counts.iter().flatten().sum::<u32>() as usize,
            device: in_words(report.backend).to_owned(),
        });
        Facts {
            form: FORM,
            name: name.to_owned(),
            architecture: course.network.architecture.card.key.to_owned(),
            head: course.settings.head,
            classes: course.classes.clone(),
            preprocessing: Input { mean, deviation, side, mask: course.settings.mask },
            learned: course.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            settings: course.settings.clone(),
            results: Results { epochs: self.history.epochs.clone(), seconds: self.progress().seconds, test },
            within: familiarity.map(|familiarity| familiarity.within),
            version: String::new(),
            pictures: course.digest()[..DIGITS].to_owned(),
        }
    }
}

/// A device in a sentence.
pub(super) fn in_words(backend: Backend) -> &'static str {
    match backend {
        Backend::Cpu => "the CPU, in a browser",
        Backend::Webgpu => "the GPU (WebGPU), in a browser",
    }
}

/// All parameters and statistics with their values, read layer by layer.
async fn weights(network: &Network) -> Result<Vec<(Parameter, Vec<f32>)>, Fault> {
    let mut all = Vec::new();
    for layer in 0..network.architecture.layers.len() {
        let own = network.architecture.parameters_of(layer);
        if own.is_empty() {
            continue;
        }
        let values = read(network.flat(&own)).await?;
        let mut rest = values.as_slice();
        for parameter in own {
            let (values, others) = rest.split_at(parameter.shape.iter().product());
            rest = others;
            all.push((parameter, values.to_vec()));
        }
    }
    Ok(all)
}

/// The beginning of the SHA-256 of all values, as bytes in the file, in the alphabetical order of the names.
fn version(weights: &[(Parameter, Vec<f32>)]) -> String {
    let mut sorted: Vec<_> = weights.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let mut digest = Sha256::new();
    sorted.iter().for_each(|(_, values)| digest.update(bytemuck::cast_slice::<f32, u8>(values)));
    digest.finalize().iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

/// A taught network that was read from its file.
pub struct Model {
    pub facts: Facts,
    pub network: Network,
    pub familiarity: Option<Familiarity>,
}

impl Model {
    /// Reads what [`TaughtSession::model_file`] wrote.
    ///
    /// # Errors
    /// [`Fault::BadFile`] with the byte where it stops making sense, [`Fault::ShapeMismatch`] when the weights are of
    /// another network.
    pub fn from_bytes(name: &str, bytes: &[u8], device: &Device) -> Result<Self, Fault> {
        let bad = |reason: String| bad_file(name)(8, reason);
        let (file, entry) = open(name, bytes, MAX_BYTES)?;
        let entry = entry.ok_or_else(|| bad("it was not exported by this lab".to_owned()))?;
        let facts: Facts =
            serde_json::from_str(&entry).map_err(|e| bad(format!("what it says about itself cannot be read: {e}")))?;
        facts.check().map_err(bad)?;
        let backbone = architecture(&facts.architecture)
            .filter(|a| a.input() == [3, facts.preprocessing.side, facts.preprocessing.side]);
        let backbone = backbone.ok_or_else(|| bad(format!("its network {} is not known here", facts.architecture)))?;
        let mut network = Network::new(taught::with_head(&backbone, facts.head, facts.classes.len()), device);
        for Parameter { name: tensor, shape, .. } in network.architecture.parameters() {
            let view = file.tensor(&tensor).map_err(|_| bad(format!("it has no tensor called {tensor}")))?;
            let values = floats(name, &tensor, &shape, &view)?;
            network.insert(name, Piece { tensor, first_row: 0, shape, values })?;
        }
        let [features, ..] = network.architecture.layers[network.architecture.classifier() - 1].shape;
        let familiarity = match (facts.within, file.tensor(LEARNED)) {
            (Some(within), Ok(view)) => {
                let pictures = view.shape().first().copied().unwrap_or_default();
                let learned = floats(name, LEARNED, &[pictures, features], &view)?;
                Some(Familiarity { learned, features, within })
            }
            _ => None,
        };
        Ok(Self { facts, network, familiarity })
    }

    /// A picture as the network takes it.
    pub fn input(&self, picture: &Rgb) -> Tensor<4> {
        let Input { mean, deviation, side, mask } = self.facts.preprocessing;
        let mut square = picture.cut(Square::of(picture.width, picture.height, side, side));
        mask_borders(&mut square, mask);
        let values = square.normalised(&Preprocessing { mean, deviation });
        Tensor::from_data(TensorData::new(values, [1, 3, side, side]), self.network.device())
    }
}

impl Facts {
    /// Whether a network can be made and used with them.
    fn check(&self) -> Result<(), String> {
        let refuse = |reason: &str| Err(reason.to_owned());
        let Input { mean, deviation, mask, .. } = self.preprocessing;
        let (fewest, most) = teach_catalog::CLASSES;
        if self.form != FORM {
            return Err(format!("it is of form {}, and only {FORM} is known", self.form));
        }
        if !(fewest..=most).contains(&self.classes.len()) {
            return Err(format!("it has {} classes; {fewest} to {most} are possible", self.classes.len()));
        }
        if self.classes.iter().chain([&self.name]).any(|name| name.len() > LONGEST_NAME) {
            return refuse("one of its names is far too long");
        }
        if !mean.iter().all(|v| v.is_finite()) || !deviation.iter().all(|v| v.is_finite() && *v > 0.0) {
            return refuse("its pictures would not become finite numbers");
        }
        if !(0.0..=0.5).contains(&mask) {
            return refuse("its mask is larger than the picture");
        }
        if self.within.is_some_and(|within| !(0.0..=FARTHEST).contains(&within)) {
            return refuse("its distance of familiar pictures is none");
        }
        self.settings.check()
    }
}
