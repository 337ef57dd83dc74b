//! Questions about pictures and files, answered from the network as it is now.

use super::driver::{Driver, fail};
use super::outbox;
use crate::data;
use crate::explain;
use crate::models::lenet5::CLASSES;
use crate::protocol::wire::Packet;
use crate::protocol::{
    Activation, Command, Digit, Event, Export, Fault, FaultSite, Part, Prediction, RequestId, WeightInfo,
};
use crate::train::{Checkpoint, LenetSession, Pictures, export, predict};
use web_time::Instant;

/// Name of the exported weights; the script looks for it beside itself.
const WEIGHTS_FILE: &str = "lenet5.safetensors";

impl Driver {
    /// Whether this question is about pictures of the test set.
    pub fn needs_test_images(&self, command: &Command) -> bool {
        matches!(
            command,
            Command::Cell { .. }
                | Command::Predict { digit: Digit::Test { .. }, .. }
                | Command::Watch { digit: Digit::Test { .. }, .. }
        )
    }

    pub async fn answer(&mut self, packet: Packet<Command>) -> Result<(), (FaultSite, Fault)> {
        let Packet { body, buffers, .. } = packet;
        let buffer = buffers.first().map(Vec::as_slice).unwrap_or_default();
        let of = |request: RequestId| move |fault: Fault| (FaultSite::Request(request), fault);
        match body {
            Command::Predict { request, digit } => {
                let image = self.picture(digit, buffer).map_err(of(request))?;
                let session = self.session.as_ref().ok_or(Fault::NoRun).map_err(of(request))?;
                let probabilities =
                    predict(&session.learner, &image, session.course.settings.padding, &session.course.device)
                        .await
                        .map_err(of(request))?;
                let prediction = self.prediction(digit, probabilities);
                outbox::post_with(Event::Predicted { request, prediction }, vec![image]);
            }
            Command::Watch { request, digit } => {
                let image = self.picture(digit, buffer).map_err(of(request))?;
                self.watched = Some((request, digit, image));
                self.watch_now().await.map_err(of(request))?;
            }
            Command::Unwatch => (self.watched, self.look) = (None, None),
            Command::Explain { request, at } => {
                let session = self.session.as_ref().ok_or(Fault::NoRun).map_err(of(request))?;
                let look = self.look.as_ref().ok_or(Fault::NoRun).map_err(of(request))?;
                let arithmetic = explain::explain(look, &at, &session.course.settings).map_err(of(request))?;
                outbox::post(Event::Explained { request, arithmetic });
            }
            Command::Cell { request, actual, predicted, limit } => {
                self.cell(request, actual, predicted, limit).await.map_err(of(request))?;
            }
            Command::Export { request, what } => {
                let session = self.session.as_mut().ok_or(Fault::NoRun).map_err(of(request))?;
                let (name, file) = export_file(session, what).await.map_err(of(request))?;
                outbox::post_with(Event::Exported { request, what, name }, vec![file]);
            }
            Command::Import { request, name, run } => {
                let checkpoint = Checkpoint::from_bytes(&name, buffer).map_err(of(request))?;
                self.restore(run.clone(), checkpoint).map_err(of(request))?;
                let accuracy = self.session.as_ref().and_then(|s| s.history.report.as_ref()).map(|r| r.test_accuracy);
                outbox::post(Event::Imported { request, run, accuracy });
            }
            // Everything else is about the run, and was taken care of before.
            _ => fail(FaultSite::Run, Fault::Internal { message: "an unexpected command".to_owned() }),
        }
        Ok(())
    }

    /// Sends the feature maps of the watched digit, if there is one.
    pub async fn watch_now(&mut self) -> Result<(), Fault> {
        self.last_watch_was(Instant::now());
        let (Some((request, digit, image)), Some(session)) = (&self.watched, &self.session) else { return Ok(()) };
        let (request, digit) = (*request, *digit);
        let look =
            explain::look(&session.learner, image, session.course.settings.padding, &session.course.device).await?;
        let step = session.step();
        let activations = look
            .layers
            .iter()
            .map(|(layer, shape, _)| Activation { layer: (*layer).to_owned(), shape: *shape })
            .collect();
        let kernels = [("conv1.weight", [6, 1, 5, 5]), ("conv2.weight", [16, 6, 5, 5])];
        let weights = kernels.map(|(name, shape)| WeightInfo { name: name.to_owned(), shape }).to_vec();
        let buffers = look
            .layers
            .iter()
            .map(|(_, _, values)| values.as_slice())
            .chain(kernels.iter().filter_map(|(name, _)| look.parameter(name)))
            .map(|values| bytemuck::cast_slice(values).to_vec())
            .collect();
        let prediction = self.prediction(digit, look.probabilities.clone());
        self.look = Some(look);
        outbox::post_with(Event::Watched { request, digit, step, activations, weights, prediction }, buffers);
        Ok(())
    }

    /// The 28x28 picture that is meant; a drawing is centred and scaled as MNIST was made.
    fn picture(&self, digit: Digit, drawing: &[u8]) -> Result<Vec<u8>, Fault> {
        match digit {
            Digit::Test { index } if index < self.test.len() => Ok(self.test.image(index).to_vec()),
            Digit::Test { index } => Err(Fault::BadSettings { reason: format!("there is no test image {index}") }),
            // An empty drawing is an empty picture.
            Digit::Drawn { side } => Ok(data::from_drawing(drawing, side)?.unwrap_or_else(|| vec![0; data::PIXELS])),
        }
    }

    fn prediction(&self, digit: Digit, probabilities: Vec<f32>) -> Prediction {
        let class = (0_u8..).zip(&probabilities).max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class);
        let actual = match digit {
            Digit::Test { index } => self.test.labels.get(index).copied(),
            Digit::Drawn { .. } => None,
        };
        Prediction { class, probabilities, actual }
    }

    async fn cell(&mut self, request: RequestId, actual: u8, predicted: u8, limit: usize) -> Result<(), Fault> {
        let session = self.session.as_mut().ok_or(Fault::NoRun)?;
        if session.test_probabilities.is_none() {
            let pictures = Pictures { train: &self.train, test: &self.test };
            let all = (0..self.test.len() as u32).collect();
            let evaluation = session.measure_now(pictures, Part::Test, all).await?;
            session.test_probabilities = Some(evaluation.probabilities);
        }
        let rows = session.test_probabilities.as_deref().unwrap_or_default();
        let classes = crate::metrics::classes(rows, CLASSES);
        let all: Vec<usize> =
            (0..classes.len()).filter(|&i| self.test.labels[i] == actual && classes[i] == predicted).collect();
        let indices: Vec<usize> = all.iter().copied().take(limit).collect();
        let pictures = indices.iter().flat_map(|&i| self.test.image(i).iter().copied()).collect();
        let probabilities = indices.iter().map(|&i| rows[i * CLASSES + usize::from(predicted)]).collect();
        let event = Event::Cell { request, actual, predicted, total: all.len(), indices, probabilities };
        outbox::post_with(event, vec![pictures]);
        Ok(())
    }
}

async fn export_file(session: &mut LenetSession, what: Export) -> Result<(String, Vec<u8>), Fault> {
    Ok(match what {
        Export::Safetensors => (WEIGHTS_FILE.to_owned(), session.checkpoint().await?.to_weights_file()?),
        Export::HistoryCsv => ("lenet5-history.csv".to_owned(), export::history_csv(&session.history).into_bytes()),
        Export::PytorchScript => {
            ("lenet5.py".to_owned(), export::pytorch_script(&session.course.settings, WEIGHTS_FILE).into_bytes())
        }
    })
}
