//! Drives the run: one small thing at a time, and tells what came of it.

use super::{Running, Teach, post, post_with};
use crate::data::Rgb;
use crate::protocol::{Fault, Labelled, Part, Progress, RunState, TeachEvent};
use crate::train::taught::{Familiarity, SEEN_AT_ONCE, to_bytes};
use crate::train::{Advance, Course, read};
use crate::worker::{blob, picture};
use std::mem::take;
use web_time::Instant;

/// Seconds between two reports of progress, and two saves.
const NEWS: f64 = 0.2;
const SAVE: f64 = 10.0;
/// No kept picture is larger.
const LARGEST: u64 = 64 << 20;

/// Features of pictures, computed after the last step to know what is familiar.
#[derive(Default)]
pub struct Calibration {
    /// Places of the pictures still to come: first those learned from, then the validated and tested ones.
    left: Vec<u32>,
    learned: Vec<f32>,
    others: Vec<(u32, Vec<f32>)>,
}

impl Teach {
    pub(super) fn train(&mut self) -> Result<(), Fault> {
        let run = self.running()?;
        if !run.same_pictures {
            return Err(Fault::OtherPictures);
        }
        run.session.go_on();
        run.last_save = Instant::now();
        self.tell_state(RunState::Training);
        Ok(())
    }

    pub(super) async fn pause(&mut self) -> Result<(), Fault> {
        if self.cancel_opening() {
            return Ok(());
        }
        if self.working() {
            let saved = self.save().await;
            self.tell_news(true);
            self.tell_state(RunState::Paused);
            saved?;
        }
        Ok(())
    }

    pub(super) fn stop(&mut self) -> Result<(), Fault> {
        self.running()?.session.stop();
        self.tell_state(RunState::Testing);
        Ok(())
    }

    pub(super) fn rewind(&mut self, learning_rate: f64) -> Result<(), Fault> {
        self.running()?.session.rewind(learning_rate);
        self.tell_history();
        self.tell_state(RunState::Paused);
        Ok(())
    }

    /// # Errors
    /// When the device was lost; what concerns the run alone pauses it and is told.
    pub async fn advance(&mut self) -> Result<(), Fault> {
        match self.next().await {
            Err(fault @ Fault::DeviceLost { .. }) => Err(fault),
            Err(fault) => {
                self.tell_state(RunState::Paused);
                crate::worker::driver::fail(crate::protocol::FaultSite::Run, fault);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn next(&mut self) -> Result<(), Fault> {
        let read_every = self.device.as_ref().map_or(1, |(_, _, read_every)| *read_every);
        let Some(run) = &mut self.run else { return Ok(()) };
        if run.calibration.is_some() {
            return self.calibrate().await;
        }
        let unseen = run.session.course.unseen();
        if !unseen.is_empty() {
            return run.see(&unseen).await;
        }
        match run.session.advance((), read_every).await? {
            Advance::Stepped => {}
            Advance::Measuring => {
                if run.session.testing() && run.state != RunState::Testing {
                    self.tell_state(RunState::Testing);
                }
            }
            Advance::Starved => {
                for place in run.session.course.wanted().to_vec() {
                    let picture = run.picture(place).await?;
                    run.session.course.hand_in(place, &picture);
                }
            }
            Advance::EpochEnded(point) => {
                let best = run.session.course.best.as_ref().is_some_and(|(epoch, ..)| *epoch == point.epoch);
                let (id, progress) = (run.id.clone(), run.session.progress());
                self.tell_news(true);
                post(TeachEvent::EpochEnded { run: id, point, best, progress });
                self.tell_judged(Part::Validation, Vec::new());
                self.save().await?;
            }
            Advance::Diverged { step, loss, good_step } => {
                let suggested_learning_rate = run.session.course.settings.learning_rate / 10.0;
                let run = run.id.clone();
                self.tell_history();
                self.tell_state(RunState::Diverged);
                post(TeachEvent::Diverged { run, step, loss, good_step, suggested_learning_rate });
            }
            Advance::Finished => {
                let division = &run.session.course.division;
                let mut left = division.train.clone();
                left.extend(division.part(Part::Validation));
                left.extend(&division.test);
                run.calibration = Some(Calibration { left, ..Calibration::default() });
            }
        }
        if self.run.as_ref().is_some_and(|run| run.last_save.elapsed().as_secs_f64() > SAVE) {
            self.save().await?;
        }
        self.tell_news(false);
        Ok(())
    }

    /// Some more features; after the last of them the run is finished.
    async fn calibrate(&mut self) -> Result<(), Fault> {
        let Some(run) = &mut self.run else { return Ok(()) };
        let Some(mut calibration) = run.calibration.take() else { return Ok(()) };
        let places: Vec<u32> = calibration.left.drain(..calibration.left.len().min(SEEN_AT_ONCE)).collect();
        if !places.is_empty() {
            for place in places {
                let values = match run.session.course.features_kept(place) {
                    Some(values) => values,
                    None => {
                        let picture = run.picture(place).await?;
                        let input = run.session.course.input(&picture);
                        read(run.session.course.features(&run.session.learner, input)).await?
                    }
                };
                if run.session.course.division.train.binary_search(&place).is_ok() {
                    calibration.learned.extend(values);
                } else {
                    calibration.others.push((place, values));
                }
            }
            run.calibration = Some(calibration);
            return Ok(());
        }
        let division = &run.session.course.division;
        let features = calibration.others.first().map_or(1, |(_, values)| values.len());
        let of = |part: Part| {
            let place = |place: &u32| calibration.others.iter().find(|(other, _)| other == place);
            division.part(part).iter().filter_map(place).flat_map(|(_, values)| values.iter().copied())
        };
        let validation: Vec<f32> = of(Part::Validation).collect();
        let tested: Vec<f32> = of(Part::Test).collect();
        let familiarity = Familiarity::new(&calibration.learned, &validation, features);
        let distances: Vec<f32> = tested.chunks_exact(features).map(|row| familiarity.distance(row)).collect();
        let (id, familiar_within) = (run.id.clone(), familiarity.within);
        run.familiarity = Some(familiarity);
        let report = run.session.history.report.clone();
        self.tell_news(true);
        self.tell_judged(Part::Test, distances);
        if let Some(report) = report {
            post(TeachEvent::Finished { run: id, report, familiar_within });
        }
        self.tell_state(RunState::Finished);
        self.save().await
    }

    pub(super) async fn save(&mut self) -> Result<(), Fault> {
        let Some(run) = &mut self.run else { return Ok(()) };
        run.last_save = Instant::now();
        let checkpoint = match run.session.checkpoint(run.familiarity.clone()).await {
            // The next step will report it.
            Err(Fault::Diverged { .. }) => return Ok(()),
            other => other?,
        };
        let event = TeachEvent::Saved {
            run: run.id.clone(),
            settings: checkpoint.settings.clone(),
            progress: run.session.progress(),
            finished: run.familiarity.is_some(),
        };
        post_with(event, vec![to_bytes(&checkpoint)?]);
        Ok(())
    }

    pub(super) fn tell_state(&mut self, state: RunState) {
        let Some(run) = &mut self.run else { return };
        run.state = state;
        let (settings, progress) = (run.session.course.settings.clone(), run.session.progress());
        post(TeachEvent::State { run: run.id.clone(), state, settings, progress });
    }

    pub(super) fn tell_history(&self) {
        let Some(run) = &self.run else { return };
        post(TeachEvent::History { run: run.id.clone(), history: run.session.history.clone() });
    }

    fn tell_news(&mut self, at_once: bool) {
        let Some(run) = &mut self.run else { return };
        if !at_once && run.last_news.elapsed().as_secs_f64() < NEWS {
            return;
        }
        run.last_news = Instant::now();
        let points = take(&mut run.session.news.points);
        let progress: Progress = run.session.progress();
        post(TeachEvent::Trained { run: run.id.clone(), points, progress });
    }

    /// What was measured last, picture by picture.
    fn tell_judged(&self, part: Part, distances: Vec<f32>) {
        let Some(run) = &self.run else { return };
        let course = &run.session.course;
        let pictures: Vec<Labelled> =
            course.part(part).iter().map(|&place| course.pictures[place as usize].clone()).collect();
        let bytes = |values: &[f32]| bytemuck::cast_slice::<f32, u8>(values).to_vec();
        let buffers = vec![bytes(&run.session.probabilities), bytes(&distances)];
        post_with(TeachEvent::Judged { run: run.id.clone(), part, pictures }, buffers);
    }
}

impl Running {
    /// Reads and decodes a picture.
    async fn picture(&self, place: u32) -> Result<Rgb, Fault> {
        let gone = || Fault::Internal { message: "a picture is missing".to_owned() };
        let file = self.blobs.get(place as usize).ok_or_else(gone)?;
        let bytes = blob::bytes("a picture of this project", file, LARGEST).await?;
        Ok(picture::decode("a picture of this project", &bytes).await?.rgb)
    }

    /// Puts the next few pictures through the frozen layers.
    async fn see(&mut self, unseen: &[u32]) -> Result<(), Fault> {
        let start = Instant::now();
        let places = &unseen[..unseen.len().min(SEEN_AT_ONCE)];
        for &place in places {
            let picture = self.picture(place).await?;
            self.session.course.hand_in(place, &picture);
        }
        self.session.course.see(places).await?;
        // What makes a new layer learn so fast is that this is done only once; it belongs to the training time.
        self.session.count_in(start.elapsed().as_secs_f64());
        let (done, total) = self.session.course.seen();
        post(TeachEvent::Seen { run: self.id.clone(), done, total });
        Ok(())
    }
}
