//! Drives the run: one small thing at a time, and tells what came of it.

use super::{Googlenet, post, post_with};
use crate::protocol::{Event, Fault, FaultSite, GooglenetEvent, History, RequestId, RunId, RunState};
use crate::train::Advance;
use crate::train::googlenet::{GooglenetSession, SpeedTest};
use crate::worker::js_file::JsFile;
use crate::worker::{driver, outbox};
use std::mem::take;
use web_time::Instant;

/// Seconds between two reports of progress, and two saves: a file has three numbers for every weight.
const NEWS: f64 = 0.2;
const SAVE: f64 = 60.0;
/// A benchmark's first steps, which compile kernels and fill caches, end after so many or after so many seconds.
const WARM_STEPS: usize = 2;
const WARM_SECONDS: f64 = 2.0;
/// How long it takes after that, in seconds.
const BENCHMARK: f64 = 3.0;

/// The run there is.
pub struct Running {
    pub id: RunId,
    pub session: GooglenetSession,
    pub state: RunState,
    /// The next pictures are not here yet.
    pub starved: bool,
    last_news: Instant,
    last_save: Instant,
}

/// A benchmark under way.
pub struct Benchmark {
    pub request: RequestId,
    pub test: SpeedTest,
    /// Whether its first steps are over.
    pub warm: bool,
}

impl Running {
    pub fn new(id: RunId, session: GooglenetSession, state: RunState) -> Self {
        let now = Instant::now();
        Self { id, session, state, starved: false, last_news: now, last_save: now }
    }

    /// Whether it goes on by itself.
    pub fn is_moving(&self) -> bool {
        matches!(self.state, RunState::Training | RunState::Testing)
    }
}

impl Googlenet {
    pub(super) fn train(&mut self) -> Result<(), Fault> {
        let run = self.running()?;
        run.session.go_on();
        run.last_save = Instant::now();
        self.load();
        self.tell_state(RunState::Training);
        Ok(())
    }

    pub(super) async fn pause(&mut self) -> Result<(), Fault> {
        if self.run.as_ref().is_some_and(Running::is_moving) {
            // Saving reads the outstanding losses, so that the last points are told too.
            let saved = self.save().await;
            self.tell_news(true);
            self.end_download()?;
            self.tell_state(RunState::Paused);
            saved?;
        }
        Ok(())
    }

    pub(super) async fn stop(&mut self) -> Result<(), Fault> {
        // Before the measurement, which takes a while.
        let saved = self.save().await;
        self.running()?.session.stop();
        self.load();
        self.tell_state(RunState::Testing);
        saved
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
        if self.benchmark.is_some() {
            return self.measure_speed().await;
        }
        match self.next().await {
            Err(fault @ Fault::DeviceLost { .. }) => {
                self.run = None;
                Err(fault)
            }
            Err(fault) => {
                self.tell_state(RunState::Paused);
                driver::fail(FaultSite::Run, fault);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn next(&mut self) -> Result<(), Fault> {
        let read_every = self.device.as_ref().map_or(1, |(_, _, read_every)| *read_every);
        let (Some(run), Some(pictures)) = (&mut self.run, &self.pictures) else { return Ok(()) };
        let outcome = run.session.advance(pictures.sets(), read_every).await?;
        match outcome {
            Advance::Stepped => {}
            Advance::Measuring => {
                if run.session.testing() && run.state != RunState::Testing {
                    self.tell_state(RunState::Testing);
                }
            }
            Advance::Starved => {
                run.starved = true;
                post(run.as_event(RunState::Loading));
                self.load();
            }
            Advance::EpochEnded(point) => {
                let weights = run.session.epoch_weights().await?;
                let (run, progress) = (run.id.clone(), run.session.progress());
                self.tell_news(true);
                post_with(GooglenetEvent::EpochEnded { run, point, progress }, vec![weights]);
                self.save().await?;
            }
            Advance::Diverged { step, loss, good_step } => {
                let suggested_learning_rate = run.session.course.settings.learning_rate / 10.0;
                let run = run.id.clone();
                self.tell_history();
                self.tell_state(RunState::Diverged);
                post(GooglenetEvent::Diverged { run, step, loss, good_step, suggested_learning_rate });
            }
            Advance::Finished => {
                let (run, report) = (run.id.clone(), run.session.history.report.clone());
                self.tell_news(true);
                if let Some(report) = report {
                    post(GooglenetEvent::Finished { run, report });
                }
                self.tell_state(RunState::Finished);
                self.save().await?;
            }
        }
        let is_due = |run: &Running| run.state == RunState::Training && run.last_save.elapsed().as_secs_f64() > SAVE;
        if self.run.as_ref().is_some_and(is_due) {
            self.save().await?;
        }
        self.tell_news(false);
        Ok(())
    }

    /// One step of the benchmark.
    async fn measure_speed(&mut self) -> Result<(), Fault> {
        let Some(mut benchmark) = self.benchmark.take() else { return Ok(()) };
        let test = &mut benchmark.test;
        test.step().await?;
        if benchmark.warm && test.seconds() > BENCHMARK {
            post(GooglenetEvent::Benchmarked { request: benchmark.request, speed: test.speed() });
            return Ok(());
        }
        if !benchmark.warm && (test.steps() >= WARM_STEPS || test.seconds() > WARM_SECONDS) {
            test.warm();
            benchmark.warm = true;
        }
        self.benchmark = Some(benchmark);
        Ok(())
    }

    pub(super) async fn save(&mut self) -> Result<(), Fault> {
        let Some(run) = &mut self.run else { return Ok(()) };
        run.last_save = Instant::now();
        let file = match run.session.save(JsFile::new).await {
            // The next step will report it.
            Err(Fault::Diverged { .. }) => return Ok(()),
            other => other?,
        };
        let event = GooglenetEvent::Saved {
            run: run.id.clone(),
            settings: run.session.course.settings.clone(),
            progress: run.session.progress(),
            finished: run.session.history.report.is_some(),
        };
        outbox::post_file(&Event::Googlenet(event), file);
        Ok(())
    }

    pub(super) fn tell_state(&mut self, state: RunState) {
        let Some(run) = &mut self.run else { return };
        run.state = state;
        post(run.as_event(state));
    }

    pub(super) fn tell_history(&mut self) {
        let Some(run) = &mut self.run else { return };
        // All points are in it.
        run.session.news = History::default();
        post(GooglenetEvent::History { run: run.id.clone(), history: run.session.history.clone() });
    }

    fn tell_news(&mut self, at_once: bool) {
        let Some(run) = &mut self.run else { return };
        if !at_once && run.last_news.elapsed().as_secs_f64() < NEWS {
            return;
        }
        run.last_news = Instant::now();
        let points = take(&mut run.session.news).points;
        post(GooglenetEvent::Trained { run: run.id.clone(), points, progress: run.session.progress() });
    }
}

impl Running {
    fn as_event(&self, state: RunState) -> GooglenetEvent {
        let (settings, progress) = (self.session.course.settings.clone(), self.session.progress());
        GooglenetEvent::State { run: self.id.clone(), state, settings, progress }
    }
}
