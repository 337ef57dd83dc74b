//! A run of this lab on disk: the parameters that learn, and everything needed to go on or to be used.

use super::{Familiarity, Taught, TaughtSession};
use crate::protocol::teach_catalog::CLASSES;
use crate::protocol::{Fault, TeachSettings};
use crate::train::Parts;
use crate::train::checkpoint::{Meta, bad_file, close, floats, open};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// No run of ours is larger; what claims to be is refused before it is read.
const MAX_BYTES: usize = 1 << 30;
const FIRST: &str = "optimizer.first";
const SECOND: &str = "optimizer.second";
const BEST: &str = "best";
const LEARNED: &str = "familiarity";

/// A saved run.
#[derive(Clone, Debug, PartialEq)]
pub struct TaughtCheckpoint {
    pub settings: TeachSettings,
    pub classes: Vec<String>,
    /// Stands for the pictures it learned from and their classes.
    pub pictures: String,
    /// Names and shapes of the parameters that learn, in order.
    pub parameters: Vec<(String, Vec<usize>)>,
    /// Flat, those that learn.
    pub weights: Vec<f32>,
    /// The optimizer's memories, flat.
    pub first: Option<Vec<f32>>,
    pub second: Option<Vec<f32>>,
    pub meta: Meta,
    /// Epoch, validation loss and weights of the best epoch.
    pub best: Option<(usize, f32, Vec<f32>)>,
    pub familiarity: Option<Familiarity>,
}

/// What the metadata holds, as JSON.
#[derive(Serialize, Deserialize)]
struct Metadata {
    settings: TeachSettings,
    classes: Vec<String>,
    pictures: String,
    /// Names of the parameters, in order.
    parameters: Vec<String>,
    run: Meta,
    best: Option<(usize, f32)>,
    /// Features of a picture, and the distance within which one is familiar.
    familiarity: Option<(usize, f32)>,
}

/// # Errors
/// Only if the file cannot be put together, which is a defect.
pub fn to_bytes(checkpoint: &TaughtCheckpoint) -> Result<Vec<u8>, Fault> {
    let TaughtCheckpoint { weights, first, second, best, familiarity, .. } = checkpoint;
    let mut tensors = Vec::new();
    let mut rest = weights.as_slice();
    for (name, shape) in &checkpoint.parameters {
        let (own, others) = rest.split_at(shape.iter().product());
        rest = others;
        tensors.push((name.as_str(), shape.clone(), own));
    }
    let best_weights = best.as_ref().map(|(_, _, weights)| weights);
    let others = [(FIRST, first.as_ref()), (SECOND, second.as_ref()), (BEST, best_weights)];
    tensors.extend(others.into_iter().filter_map(|(name, values)| values.map(|v| (name, vec![v.len()], v.as_slice()))));
    if let Some(Familiarity { learned, features, .. }) = familiarity {
        tensors.push((LEARNED, vec![learned.len() / features, *features], learned));
    }
    let metadata = Metadata {
        settings: checkpoint.settings.clone(),
        classes: checkpoint.classes.clone(),
        pictures: checkpoint.pictures.clone(),
        parameters: checkpoint.parameters.iter().map(|(name, _)| name.clone()).collect(),
        run: checkpoint.meta.clone(),
        best: best.as_ref().map(|(epoch, loss, _)| (*epoch, *loss)),
        familiarity: familiarity.as_ref().map(|f| (f.features, f.within)),
    };
    close(tensors, &metadata)
}

/// Reads what [`to_bytes`] wrote. Whether the weights fit a network is seen by [`TaughtCheckpoint::fits`].
///
/// # Errors
/// [`Fault::BadFile`] with the byte where it stops making sense.
pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<TaughtCheckpoint, Fault> {
    let bad = bad_file(name);
    let (file, entry) = open(name, bytes, MAX_BYTES)?;
    let entry = entry.ok_or_else(|| bad(8, "it holds no run of this lab".to_owned()))?;
    let Metadata { settings, classes, pictures, parameters, run, best, familiarity } =
        serde_json::from_str(&entry).map_err(|e| bad(8, format!("its settings and history cannot be read: {e}")))?;
    settings.check().map_err(|reason| bad(8, reason))?;
    let (fewest, most) = CLASSES;
    if !(fewest..=most).contains(&classes.len()) {
        return Err(bad(8, format!("it has {} classes, and there are {fewest} to {most}", classes.len())));
    }
    // One tensor under many names would take many times its memory.
    if parameters.iter().collect::<HashSet<_>>().len() < parameters.len() {
        return Err(bad(8, "it names a layer twice".to_owned()));
    }
    let vector = |tensor: &str| match file.tensor(tensor) {
        Ok(view) => floats(name, tensor, view.shape(), &view).map(Some),
        Err(_) => Ok(None),
    };
    let (mut shapes, mut weights) = (Vec::new(), Vec::new());
    for parameter in parameters {
        let view = file.tensor(&parameter).map_err(|_| bad(8, format!("it has no tensor called {parameter}")))?;
        weights.extend(floats(name, &parameter, view.shape(), &view)?);
        shapes.push((parameter, view.shape().to_vec()));
    }
    let best = best.zip(vector(BEST)?).map(|((epoch, loss), weights)| (epoch, loss, weights));
    let learned = vector(LEARNED)?;
    let familiarity = familiarity
        .zip(learned)
        .filter(|((features, _), learned)| *features > 0 && learned.len().is_multiple_of(*features));
    Ok(TaughtCheckpoint {
        familiarity: familiarity.map(|((features, within), learned)| Familiarity { learned, features, within }),
        first: vector(FIRST)?,
        second: vector(SECOND)?,
        meta: run,
        best,
        settings,
        classes,
        pictures,
        parameters: shapes,
        weights,
    })
}

impl TaughtCheckpoint {
    /// Whether its parameters are those of this course.
    ///
    /// # Errors
    /// [`Fault::ShapeMismatch`]
    pub fn fits(&self, course: &Taught) -> Result<(), Fault> {
        let mismatch = |layer: &str, expected: Vec<usize>, got: Vec<usize>| {
            Err(Fault::ShapeMismatch { name: "the saved run".to_owned(), layer: layer.to_owned(), expected, got })
        };
        for (place, wanted) in course.parameters.iter().enumerate() {
            match self.parameters.get(place) {
                Some((name, shape)) if *name == wanted.name && *shape == wanted.shape => {}
                other => {
                    let got = other.map(|(_, shape)| shape.clone()).unwrap_or_default();
                    return mismatch(&wanted.name, wanted.shape.clone(), got);
                }
            }
        }
        if let Some((name, shape)) = self.parameters.get(course.parameters.len()) {
            return mismatch(name, Vec::new(), shape.clone());
        }
        let best = self.best.as_ref().map(|(_, _, weights)| weights);
        let memories = [self.first.as_ref(), self.second.as_ref(), best];
        match memories.into_iter().flatten().find(|values| values.len() != self.weights.len()) {
            None => Ok(()),
            Some(values) => mismatch(FIRST, vec![self.weights.len()], vec![values.len()]),
        }
    }
}

impl TaughtSession {
    /// Everything needed to go on later.
    ///
    /// # Errors
    /// When the device was lost.
    pub async fn checkpoint(&mut self, familiarity: Option<Familiarity>) -> Result<TaughtCheckpoint, Fault> {
        let Parts { weights, first, second, meta } = self.parts().await?;
        let best = match &self.course.best {
            Some((epoch, loss, weights)) => Some((*epoch, *loss, super::read(weights.clone()).await?)),
            None => None,
        };
        Ok(TaughtCheckpoint {
            settings: self.course.settings.clone(),
            classes: self.course.classes.clone(),
            pictures: self.course.digest(),
            parameters: self.course.parameters.iter().map(|p| (p.name.clone(), p.shape.clone())).collect(),
            weights,
            first,
            second,
            meta,
            best,
            familiarity,
        })
    }

    /// Goes on where a checkpoint was taken.
    ///
    /// # Errors
    /// When it is of another network.
    pub fn restored(
        mut course: Taught,
        checkpoint: TaughtCheckpoint,
        backend: crate::protocol::Backend,
    ) -> Result<Self, Fault> {
        checkpoint.fits(&course)?;
        let learner = course.restored(&checkpoint);
        let device = course.device().clone();
        course.best = checkpoint.best.map(|(epoch, loss, w)| (epoch, loss, Tensor::from_floats(w.as_slice(), &device)));
        Ok(Self::at(course, backend, learner, checkpoint.meta))
    }
}
