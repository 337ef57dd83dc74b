//! One run, from its first step to its test: a state machine that advances a little at a time.

use super::checkpoint::Meta;
use super::clock::now;
use super::course::{Course, Evaluation, Parts};
use super::pace::Pace;
use super::step::{Measured, read};
use crate::metrics;
use crate::protocol::{Backend, Fault, History, KernelFrame, Part, PointOf, Progress, RunReport, TrainPoint};
use burn::tensor::Tensor;

/// About this many points and kernel pictures are kept of a run, however long it is.
const POINTS: usize = 600;
const FRAMES: usize = 150;
/// What [`Session::advance`] did.
#[derive(Debug, PartialEq)]
pub enum Advance {
    Stepped,
    /// The next pictures are not loaded yet; nothing was done.
    Starved,
    /// A chunk of a measurement was done.
    Measuring,
    EpochEnded(PointOf),
    Diverged {
        step: usize,
        loss: String,
        good_step: usize,
    },
    Finished,
}

/// A run. See [`Session::advance`].
pub struct Session<C: Course> {
    /// What is learned: network, pictures, settings.
    pub course: C,
    pub backend: Backend,
    pub history: History,
    pub learner: C::Learner,
    step: usize,
    pace: Pace,
    epoch_sum: Measured,
    point_sum: Measured,
    evaluation: Option<Evaluation>,
    /// Asked to stop: go to the test as soon as possible.
    stopping: bool,
    /// The course asked to: what comes next is the test.
    enough: bool,
    /// Steps whose logits have not been read yet, oldest first.
    unread: Vec<(Tensor<2>, Vec<u8>)>,
    /// Taken before the first of the unread steps: good if that step's loss turns out to be no more than
    /// [`Course::good_loss`].
    before_unread: Option<Good<C::Learner>>,
    good: Option<Good<C::Learner>>,
    /// Points and kernels not yet told to anybody.
    pub news: History,
    /// Softmax outputs for the pictures last measured, `[pictures, classes]`.
    pub probabilities: Vec<f32>,
    /// Softmax outputs for the test images, `[pictures, classes]`, once measured with the present weights.
    pub test_probabilities: Option<Vec<f32>>,
}

/// A state to go back to.
#[derive(Clone)]
struct Good<L> {
    learner: L,
    step: usize,
    epoch_sum: Measured,
    point_sum: Measured,
}

impl<C: Course> Session<C> {
    /// A run where `meta` says it was.
    pub fn at(mut course: C, backend: Backend, learner: C::Learner, meta: Meta) -> Self {
        let epochs = &meta.history.epochs;
        let epoch_over = meta.history.report.is_none() && epochs.last().is_some_and(|epoch| epoch.step == meta.step);
        let enough = epoch_over && course.enough(&learner, &meta.history);
        Self {
            course,
            backend,
            learner,
            step: meta.step,
            pace: Pace::after(meta.seconds),
            epoch_sum: meta.epoch_sum,
            point_sum: meta.point_sum,
            history: meta.history,
            evaluation: None,
            stopping: false,
            enough,
            unread: Vec::new(),
            before_unread: None,
            good: None,
            news: History::default(),
            probabilities: Vec::new(),
            test_probabilities: None,
        }
    }

    /// Does the next small thing: one training step, one chunk of a measurement.
    ///
    /// Losses are read back every `read_every` steps, which changes nothing but the speed.
    ///
    /// # Errors
    /// When the device was lost; the session is of no more use then.
    pub async fn advance(&mut self, pictures: C::Pictures<'_>, read_every: usize) -> Result<Advance, Fault> {
        if self.history.report.is_some() {
            return Ok(Advance::Finished);
        }
        let start = now();
        if self.evaluation.is_some() {
            let testing = self.testing();
            let done = self.measure(pictures, testing).await?;
            if !testing {
                self.pace.measured(start.elapsed().as_secs_f64());
            }
            return Ok(done);
        }
        if self.due_for_measurement() {
            return Ok(self.begin_measurement(pictures));
        }
        let Some((batch, labels)) = self.course.batch(pictures, self.step) else { return Ok(Advance::Starved) };
        if self.step == 0 && self.history.kernels.is_empty() {
            self.record_kernels().await?;
        }
        if self.unread.is_empty() {
            self.before_unread = Some(self.here());
        }
        let logits = self.course.learn(&mut self.learner, batch, &labels, self.step);
        let images = labels.len();
        self.unread.push((logits, labels));
        self.step += 1;
        let epoch_over = self.step.is_multiple_of(self.course.steps_per_epoch());
        let mut outcome = Advance::Stepped;
        if self.unread.len() >= read_every || epoch_over || self.kernels_due() {
            if let Some(diverged) = self.read_losses().await? {
                outcome = diverged;
            } else if self.kernels_due() {
                self.record_kernels().await?;
            }
        }
        self.pace.stepped(start.elapsed().as_secs_f64(), images, self.unread.is_empty());
        Ok(outcome)
    }

    /// Steps taken so far.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Counts in seconds that were spent for this run outside of its steps.
    pub fn count_in(&mut self, seconds: f64) {
        self.pace.seconds += seconds;
    }

    /// Whether nothing has been learned yet.
    pub fn is_fresh(&self) -> bool {
        self.step == 0
    }

    /// Whether the test images are being measured, or must be next.
    pub fn testing(&self) -> bool {
        self.stopping
            || self.enough
            || self.step >= self.steps_in_all() && self.history.epochs.len() >= self.course.epochs()
    }

    /// Ends the run early: what comes next is the test.
    pub fn stop(&mut self) {
        self.stopping = true;
        self.evaluation = None;
    }

    /// Takes a run that was ended early up again; one that took all its steps stays finished, and a test that the course
    /// asked for is still done.
    pub fn go_on(&mut self) {
        self.stopping = false;
        if self.step < self.steps_in_all() {
            self.evaluation = None;
            if self.history.report.take().is_some() {
                self.enough = false;
            }
            self.test_probabilities = None;
        }
    }

    /// Measures some pictures of a part with the present weights, whatever the run is doing.
    ///
    /// # Errors
    /// When the device was lost, or the pictures are not loaded.
    pub async fn measure_now(
        &mut self,
        pictures: C::Pictures<'_>,
        part: Part,
        indices: Vec<u32>,
    ) -> Result<Evaluation, Fault> {
        let mut evaluation = Evaluation::new(indices);
        while !evaluation.finished() {
            let chunk = evaluation.next_chunk(self.course.chunk());
            let logits = self.course.logits(&self.learner, pictures, part, chunk);
            let (logits, labels) = logits.ok_or(Fault::NoRun)?;
            evaluation.take(&read(logits).await?, &labels);
        }
        Ok(evaluation)
    }

    pub fn progress(&self) -> Progress {
        let left = self.steps_in_all().saturating_sub(self.step);
        // One after each epoch, and the test.
        let measurements = self.course.epochs().saturating_sub(self.history.epochs.len()) + 1;
        Progress {
            step: self.step,
            steps_in_all: self.steps_in_all(),
            epoch: self.history.epochs.len(),
            epochs: self.course.epochs(),
            seconds: self.pace.seconds,
            images_per_second: self.pace.images_per_second,
            seconds_left: self.pace.seconds_left(left, measurements),
        }
    }

    /// Everything needed to go on later: weights, the optimizer's memories, and where the run is.
    ///
    /// # Errors
    /// When the device was lost, or the run diverged just now.
    pub async fn parts(&mut self) -> Result<Parts, Fault> {
        let (meta, vectors) = self.at_rest().await?;
        let [weights, first, second] = read_each(vectors).await?;
        Ok(Parts { weights: weights.unwrap_or_default(), first, second, meta })
    }

    /// Where the run is, and what changes with every step, still on the device: weights and the optimizer's memories.
    ///
    /// # Errors
    /// As [`Session::parts`].
    pub async fn at_rest(&mut self) -> Result<(Meta, [Option<Tensor<1>>; 3]), Fault> {
        if let Some(Advance::Diverged { step, loss, .. }) = self.read_losses().await? {
            return Err(Fault::Diverged { step, loss });
        }
        let (weights, optimizer) = C::state(&self.learner);
        let (optimizer_steps, first, second) = optimizer.parts();
        let meta = Meta {
            step: self.step,
            seconds: self.pace.seconds,
            optimizer_steps,
            epoch_sum: self.epoch_sum,
            point_sum: self.point_sum,
            history: self.history.clone(),
        };
        Ok((meta, [Some(weights.clone()), first.cloned(), second.cloned()]))
    }

    /// Back to the newest state whose loss was seen to be no more than [`Course::good_loss`], with another learning rate.
    pub fn rewind(&mut self, learning_rate: f64) {
        if let Some(good) = self.good.clone() {
            self.go_back(good);
        }
        self.course.set_learning_rate(learning_rate);
    }

    /// For tests: the next step's loss will not be finite.
    pub fn break_weights(&mut self) {
        C::break_weights(&mut self.learner);
    }

    fn steps_in_all(&self) -> usize {
        self.course.epochs() * self.course.steps_per_epoch()
    }

    fn here(&self) -> Good<C::Learner> {
        Good { learner: self.learner.clone(), step: self.step, epoch_sum: self.epoch_sum, point_sum: self.point_sum }
    }

    fn go_back(&mut self, good: Good<C::Learner>) {
        self.learner = good.learner;
        self.step = good.step;
        self.epoch_sum = good.epoch_sum;
        self.point_sum = good.point_sum;
        self.unread.clear();
        self.evaluation = None;
        self.enough = false;
        let step = self.step;
        self.history.points.retain(|p| p.step <= step);
        self.history.epochs.retain(|p| p.step <= step);
        self.history.kernels.retain(|f| f.step <= step);
        self.course.went_back(self.history.epochs.len());
    }

    fn due_for_measurement(&self) -> bool {
        let epochs_learned = self.step / self.course.steps_per_epoch();
        self.stopping || epochs_learned > self.history.epochs.len() || self.testing()
    }

    fn begin_measurement(&mut self, pictures: C::Pictures<'_>) -> Advance {
        let part = if self.testing() { Part::Test } else { Part::Validation };
        let indices = self.course.part(part);
        if !indices.is_empty() && !self.course.is_ready(pictures, part) {
            return Advance::Starved;
        }
        if part == Part::Test {
            self.course.settle(&mut self.learner);
        }
        self.evaluation = Some(Evaluation::new(indices));
        Advance::Measuring
    }

    async fn measure(&mut self, pictures: C::Pictures<'_>, testing: bool) -> Result<Advance, Fault> {
        let Some(mut evaluation) = self.evaluation.take() else { return Ok(Advance::Measuring) };
        if !evaluation.finished() {
            let chunk = evaluation.next_chunk(self.course.chunk());
            let part = if testing { Part::Test } else { Part::Validation };
            let logits = self.course.logits(&self.learner, pictures, part, chunk);
            let outcome = match logits {
                Some((logits, labels)) => {
                    let logits = read(logits).await?;
                    evaluation.take(&logits, &labels);
                    if !evaluation.sum.loss.is_finite()
                        && let Some(good) = self.good.clone()
                    {
                        // The last step went astray, and no step after it would have told.
                        let (step, good_step) = (self.step, good.step);
                        self.go_back(good);
                        let loss = loss_in_words(evaluation.sum, &logits);
                        return Ok(Advance::Diverged { step, loss, good_step });
                    }
                    Advance::Measuring
                }
                None => Advance::Starved,
            };
            self.evaluation = Some(evaluation);
            return Ok(outcome);
        }
        self.probabilities.clone_from(&evaluation.probabilities);
        if testing {
            self.history.report = Some(self.report(&evaluation, pictures));
            self.test_probabilities = Some(evaluation.probabilities);
            return Ok(Advance::Finished);
        }
        let measured = evaluation.sum.count > 0;
        let point = PointOf {
            epoch: self.history.epochs.len() + 1,
            step: self.step,
            train_loss: self.epoch_sum.mean_loss(),
            train_accuracy: self.epoch_sum.accuracy(),
            validation_loss: measured.then(|| evaluation.sum.mean_loss()),
            validation_accuracy: measured.then(|| evaluation.sum.accuracy()),
            seconds: self.pace.seconds,
        };
        self.pace.epoch_ended();
        self.epoch_sum = Measured::default();
        self.history.epochs.push(point);
        if self.course.enough(&self.learner, &self.history) {
            self.enough = true;
        }
        Ok(Advance::EpochEnded(point))
    }

    fn report(&self, evaluation: &Evaluation, pictures: C::Pictures<'_>) -> RunReport {
        let labels = &evaluation.labels;
        let predicted = metrics::classes(&evaluation.probabilities, self.course.classes());
        RunReport {
            test_accuracy: evaluation.sum.correct as f64 / evaluation.sum.count as f64,
            test_loss: evaluation.sum.loss / evaluation.sum.count as f64,
            training_seconds: self.pace.seconds,
            backend: self.backend,
            confusion: metrics::confusion(labels, &predicted, self.course.classes()),
            mistakes: self.course.mistakes(pictures, &evaluation.probabilities),
        }
    }

    /// Reads the losses of all unread steps into the running sums; stops at the first that is not finite.
    async fn read_losses(&mut self) -> Result<Option<Advance>, Fault> {
        if self.unread.is_empty() {
            return Ok(None);
        }
        let unread = std::mem::take(&mut self.unread);
        let before = self.before_unread.take();
        let mut step = self.step - unread.len();
        let (logits, labels): (Vec<_>, Vec<_>) = unread.into_iter().unzip();
        let all = read(if logits.len() == 1 { logits[0].clone() } else { Tensor::cat(logits, 0) }).await?;
        let mut rows = all.as_slice();
        let mut first_loss = None;
        for labels in labels {
            let (own, rest) = rows.split_at(labels.len() * self.course.classes());
            rows = rest;
            step += 1;
            let measured = Measured::from_logits(own, &labels);
            if !measured.loss.is_finite() || measured.mean_loss() > self.course.most_loss() {
                let good = self.good.clone().or(before).expect("a snapshot is taken before the first unread step");
                let good_step = good.step;
                self.good = Some(good.clone());
                self.go_back(good);
                return Ok(Some(Advance::Diverged { step, loss: loss_in_words(measured, own), good_step }));
            }
            first_loss.get_or_insert(measured.mean_loss());
            self.epoch_sum.add(measured);
            self.point_sum.add(measured);
            if step.is_multiple_of(self.steps_in_all().div_ceil(POINTS)) || step == 1 {
                let sum = std::mem::take(&mut self.point_sum);
                let point = TrainPoint { step, loss: sum.mean_loss(), accuracy: sum.accuracy() };
                self.history.points.push(point);
                self.news.points.push(point);
            }
        }
        // The first unread step's loss came from exactly these weights.
        if first_loss.is_some_and(|loss| loss <= self.course.good_loss()) || self.good.is_none() {
            self.good = before.or(self.good.take());
        }
        Ok(None)
    }

    /// Dense at the beginning, where the kernels change most, then evenly.
    fn kernels_due(&self) -> bool {
        let every = self.steps_in_all().div_ceil(FRAMES);
        self.step.is_multiple_of(every) || self.step < every && self.step.is_power_of_two()
    }

    async fn record_kernels(&mut self) -> Result<(), Fault> {
        let Some(kernels) = self.course.kernels(&self.learner) else { return Ok(()) };
        let frame = KernelFrame { step: self.step, kernels: read(kernels).await? };
        self.history.kernels.push(frame.clone());
        self.news.kernels.push(frame);
        Ok(())
    }
}

/// One after another: read as one, those of a large network would need three times the memory, on the device and here.
async fn read_each(vectors: [Option<Tensor<1>>; 3]) -> Result<[Option<Vec<f32>>; 3], Fault> {
    let mut all = [const { None }; 3];
    for (values, vector) in all.iter_mut().zip(vectors) {
        if let Some(vector) = vector {
            *values = Some(read(vector).await?);
        }
    }
    Ok(all)
}

fn loss_in_words(measured: Measured, logits: &[f32]) -> String {
    match measured.mean_loss() {
        loss if loss.is_finite() => format!("{loss:.0}"),
        _ if logits.iter().any(|v| v.is_nan()) => "not a number (NaN)".to_owned(),
        _ => "infinite".to_owned(),
    }
}
