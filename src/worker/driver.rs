//! The loop that owns the run, and what it does with commands about the run.

use super::assets::Download;
use super::breathe::Breather;
use super::device::{self, Opened};
use super::googlenet::Googlenet;
use super::inside::Inside;
use super::teach::Teach;
use super::{Input, outbox};
use crate::data::Digits;
use crate::explain::Look;
use crate::protocol::catalog::{MNIST_TEST, MNIST_TRAIN};
use crate::protocol::wire::Packet;
use crate::protocol::{Command, Digit, Event, Fault, FaultSite, History, RunId, RunState, Settings};
use crate::train::{Advance, Checkpoint, Learner, LenetSession, Pictures};
use async_channel::{Receiver, Sender};
use web_time::Instant;

/// Seconds between two reports of progress, two pictures of the watched digit, two saves.
const NEWS: f64 = 0.2;
const WATCH: f64 = 0.5;
const SAVE: f64 = 10.0;
/// How long a benchmark may take, in seconds, after its warm-up.
const BENCHMARK: f64 = 0.8;

pub(super) struct Driver {
    pub opened: Option<Opened>,
    assets: String,
    queue: Sender<Input>,
    download: Option<Download>,
    pub train: Digits,
    pub test: Digits,
    run: RunId,
    pub session: Option<LenetSession>,
    state: RunState,
    /// Pause after the next learning step.
    single: bool,
    /// The next pictures are not here yet.
    starved: bool,
    /// Questions about test images, asked before those were loaded.
    waiting: Vec<Packet<Command>>,
    pub watched: Option<(u32, Digit, Vec<u8>)>,
    pub look: Option<Look>,
    /// The lab that looks inside a network.
    inside: Inside,
    /// The lab that is taught.
    teach: Teach,
    /// The lab in which a GoogLeNet learns.
    googlenet: Googlenet,
    last_news: Instant,
    last_watch: Instant,
    last_save: Instant,
}

/// Serves until the worker is ended.
pub async fn run(queue: Sender<Input>, inbox: Receiver<Input>) {
    let Ok(mut breather) = Breather::new() else { return };
    let now = Instant::now();
    let mut driver = Driver {
        opened: None,
        assets: String::new(),
        inside: Inside::new(queue.clone()),
        teach: Teach::new(queue.clone()),
        googlenet: Googlenet::new(queue.clone()),
        queue,
        download: None,
        train: Digits::default(),
        test: Digits::default(),
        run: RunId::new(),
        session: None,
        state: RunState::Fresh,
        single: false,
        starved: false,
        waiting: Vec::new(),
        watched: None,
        look: None,
        last_news: now,
        last_watch: now,
        last_save: now,
    };
    loop {
        let next = if driver.anything_to_do() {
            inbox.try_recv().ok()
        } else {
            let Ok(input) = inbox.recv().await else { return };
            Some(input)
        };
        match next {
            Some(input) => driver.receive(input).await,
            None => {
                if let Err(fault) = driver.advance().await {
                    // Only a lost device gets here.
                    driver.session = None;
                    fail(FaultSite::Worker, fault);
                }
                breather.breathe().await;
            }
        }
    }
}

pub(super) fn fail(at: FaultSite, fault: Fault) {
    outbox::post(Event::Failed { at, fault });
}

impl Driver {
    fn anything_to_do(&self) -> bool {
        self.working() || self.inside.working() || self.teach.working() || self.googlenet.working()
    }

    fn working(&self) -> bool {
        self.session.is_some() && !self.starved && matches!(self.state, RunState::Training | RunState::Testing)
    }

    async fn receive(&mut self, input: Input) {
        match input {
            Input::Pictures(part) => {
                let store = if part.test { &mut self.test } else { &mut self.train };
                store.push_shard(&part.digits.pixels, &part.digits.labels);
                if std::mem::take(&mut self.starved) {
                    self.tell_state(self.state);
                }
                if self.test.len() == MNIST_TEST {
                    for packet in std::mem::take(&mut self.waiting) {
                        drop(self.queue.try_send(Input::Command(packet)));
                    }
                }
            }
            Input::Inside(arrived) => self.inside.receive(arrived),
            Input::Teach(run, weights) => self.teach.receive(&run, weights),
            Input::Googlenet(arrived) => self.googlenet.receive(arrived),
            Input::LoadFailed(fault) => {
                self.download = None;
                self.starved = false;
                (self.train, self.test) = (Digits::default(), Digits::default());
                if matches!(self.state, RunState::Training | RunState::Testing) {
                    self.tell_state(RunState::Paused);
                }
                fail(FaultSite::Load, fault);
            }
            Input::Command(packet) => {
                if let Err((at, fault)) = self.obey(packet).await {
                    fail(at, fault);
                }
            }
        }
    }

    async fn obey(&mut self, packet: Packet<Command>) -> Result<(), (FaultSite, Fault)> {
        let run = |fault| (FaultSite::Run, fault);
        match packet.body {
            Command::Open { assets } => {
                self.assets = assets;
                let opened = device::open().await.map_err(|f| (FaultSite::Worker, f))?;
                self.inside.open(&self.assets, &opened.device);
                self.teach.open(&self.assets, &opened.device, opened.backend, opened.read_every);
                self.googlenet.open(&self.assets, &opened.device, opened.backend, opened.read_every);
                outbox::post(Event::Ready { backend: opened.backend, device: opened.name.clone() });
                self.opened = Some(opened);
            }
            Command::Benchmark { request, settings } => {
                let images_per_second =
                    self.benchmark(&settings).await.map_err(|f| (FaultSite::Request(request), f))?;
                outbox::post(Event::Benchmarked { request, images_per_second });
            }
            Command::Load => self.load(),
            Command::CancelLoad => {
                if let Some(download) = &self.download {
                    download.cancel();
                }
            }
            Command::Prepare { run: id, settings } => {
                let session = self.new_session(settings).map_err(run)?;
                self.adopt(id, session, RunState::Fresh);
            }
            Command::Reset => {
                let settings = self.session.as_ref().ok_or((FaultSite::Run, Fault::NoRun))?.course.settings.clone();
                let session = self.new_session(settings).map_err(run)?;
                let id = self.run.clone();
                self.adopt(id, session, RunState::Fresh);
                self.watch_now().await.map_err(run)?;
            }
            Command::Restore { run: id } => {
                let file = packet.buffers.first().map(Vec::as_slice).unwrap_or_default();
                let checkpoint = Checkpoint::from_bytes("the saved run", file).map_err(run)?;
                self.restore(id, checkpoint).map_err(run)?;
            }
            Command::Train => self.go(false).map_err(run)?,
            Command::Step => self.go(true).map_err(run)?,
            Command::Pause => self.pause().await.map_err(run)?,
            Command::Stop => {
                self.session.as_mut().ok_or((FaultSite::Run, Fault::NoRun))?.stop();
                self.load();
                self.tell_state(RunState::Testing);
            }
            Command::Rewind { learning_rate } => {
                let session = self.session.as_mut().ok_or((FaultSite::Run, Fault::NoRun))?;
                session.rewind(learning_rate);
                self.tell_history();
                self.tell_state(RunState::Paused);
            }
            Command::Save => self.save().await.map_err(run)?,
            Command::Inside(command) => self.inside.obey(Packet::with(command, packet.buffers)).await?,
            Command::Teach(body) => {
                self.teach.obey(Packet { body, buffers: packet.buffers, blobs: packet.blobs }).await?;
            }
            Command::Googlenet(command) => self.googlenet.obey(Packet::with(command, packet.buffers)).await?,
            Command::Test(loss) => self.break_something(loss),
            _ => {
                if self.needs_test_images(&packet.body) && self.test.len() < MNIST_TEST {
                    self.load();
                    self.waiting.push(packet);
                } else {
                    self.answer(packet).await?;
                }
            }
        }
        Ok(())
    }

    /// One small piece of work, for the network looked into or for a run.
    async fn advance(&mut self) -> Result<(), Fault> {
        if self.inside.working() {
            return self.inside.advance().await;
        }
        if self.teach.working() {
            return self.teach.advance().await;
        }
        if self.googlenet.working() {
            return self.googlenet.advance().await;
        }
        let read_every = match &self.opened {
            Some(opened) if !self.single => opened.read_every,
            _ => 1,
        };
        let Some(session) = &mut self.session else { return Ok(()) };
        let pictures = Pictures { train: &self.train, test: &self.test };
        let outcome = session.advance(pictures, read_every).await?;
        let progress = session.progress();
        let run = self.run.clone();
        match outcome {
            Advance::Stepped if self.single => self.pause().await?,
            Advance::Stepped => {}
            Advance::Measuring => {
                if session.testing() && self.state != RunState::Testing {
                    self.tell_state(RunState::Testing);
                }
            }
            Advance::Starved => {
                self.starved = true;
                self.load();
                outbox::post(self.state_event(RunState::Loading));
            }
            Advance::EpochEnded(point) => {
                self.tell_news(true);
                outbox::post(Event::EpochEnded { run, point, progress });
                self.save().await?;
            }
            Advance::Diverged { step, loss, good_step } => {
                let suggested_learning_rate = session.course.settings.learning_rate / 10.0;
                self.tell_history();
                self.tell_state(RunState::Diverged);
                outbox::post(Event::Diverged { run, step, loss, good_step, suggested_learning_rate });
            }
            Advance::Finished => {
                self.tell_news(true);
                if let Some(report) = session_report(self.session.as_ref()) {
                    outbox::post(Event::Finished { run, report });
                }
                self.tell_state(RunState::Finished);
                self.save().await?;
            }
        }
        if self.last_save.elapsed().as_secs_f64() > SAVE && self.state == RunState::Training {
            self.save().await?;
        }
        self.tell_news(false);
        if self.last_watch.elapsed().as_secs_f64() > WATCH {
            self.watch_now().await?;
        }
        Ok(())
    }

    fn new_session(&self, settings: Settings) -> Result<LenetSession, Fault> {
        device::check_batch(settings.batch)?;
        let opened = self.opened.as_ref().ok_or(Fault::NoRun)?;
        Ok(LenetSession::new(settings, opened.backend, opened.device.clone()))
    }

    pub fn restore(&mut self, run: RunId, checkpoint: Checkpoint) -> Result<(), Fault> {
        device::check_batch(checkpoint.settings.batch)?;
        let opened = self.opened.as_ref().ok_or(Fault::NoRun)?;
        let session = LenetSession::restore(checkpoint, opened.backend, opened.device.clone());
        let state = if session.history.report.is_some() {
            RunState::Finished
        } else if session.is_fresh() {
            RunState::Fresh
        } else {
            RunState::Paused
        };
        self.adopt(run, session, state);
        Ok(())
    }

    fn adopt(&mut self, run: RunId, session: LenetSession, state: RunState) {
        self.run = run;
        self.session = Some(session);
        self.look = None;
        self.single = false;
        self.tell_history();
        self.tell_state(state);
    }

    fn go(&mut self, single: bool) -> Result<(), Fault> {
        let session = self.session.as_mut().ok_or(Fault::NoRun)?;
        session.go_on();
        self.single = single;
        self.last_save = Instant::now();
        self.load();
        self.tell_state(RunState::Training);
        Ok(())
    }

    async fn pause(&mut self) -> Result<(), Fault> {
        self.single = false;
        if matches!(self.state, RunState::Training | RunState::Testing) {
            // Saving reads the outstanding losses, so that the last points are told too.
            let saved = self.save().await;
            self.tell_news(true);
            self.tell_state(RunState::Paused);
            self.watch_now().await?;
            saved?;
        }
        Ok(())
    }

    async fn save(&mut self) -> Result<(), Fault> {
        self.last_save = Instant::now();
        let Some(session) = &mut self.session else { return Ok(()) };
        let checkpoint = match session.checkpoint().await {
            // The next step will report it.
            Err(Fault::Diverged { .. }) => return Ok(()),
            other => other?,
        };
        let event = Event::Saved {
            run: self.run.clone(),
            settings: checkpoint.settings.clone(),
            progress: session.progress(),
            finished: session.history.report.is_some(),
        };
        outbox::post_with(event, vec![checkpoint.to_bytes()?]);
        Ok(())
    }

    /// Starts the download unless it is under way or done.
    fn load(&mut self) {
        if self.train.len() == MNIST_TRAIN && self.test.len() == MNIST_TEST {
            outbox::post(Event::Loaded);
        } else if self.download.is_none() {
            match Download::start(&self.assets, self.queue.clone()) {
                Ok(download) => self.download = Some(download),
                Err(fault) => fail(FaultSite::Load, fault),
            }
        }
    }

    /// Images per second of the training step of these settings, on made-up pictures.
    async fn benchmark(&mut self, settings: &Settings) -> Result<f64, Fault> {
        device::check_batch(settings.batch)?;
        let opened = self.opened.as_ref().ok_or(Fault::NoRun)?;
        let mut learner = Learner::new(settings, &opened.device);
        let pixels: Vec<f32> = (0..settings.batch * 1024).map(|i| (i % 256) as f32 / 255.0).collect();
        let labels: Vec<u8> = (0..settings.batch).map(|i| (i % 10) as u8).collect();
        let mut start = Instant::now();
        let (mut steps, mut warm) = (0, false);
        loop {
            let mut logits = Vec::new();
            for _ in 0..opened.read_every {
                logits.push(learner.learn(pixels.clone(), &labels, settings.learning_rate, &opened.device));
            }
            crate::train::read(burn::tensor::Tensor::cat(logits, 0)).await?;
            steps += opened.read_every;
            let seconds = start.elapsed().as_secs_f64();
            // The first steps compile kernels and fill caches.
            if !warm && (steps >= 3 * opened.read_every || seconds > 2.0) {
                (start, steps, warm) = (Instant::now(), 0, true);
            } else if warm && seconds > BENCHMARK {
                return Ok((steps * settings.batch) as f64 / seconds);
            }
        }
    }

    /// Starts the clock until the watched digit is shown again.
    pub fn last_watch_was(&mut self, now: Instant) {
        self.last_watch = now;
    }

    fn break_something(&mut self, what: crate::protocol::TestLoss) {
        match what {
            crate::protocol::TestLoss::Diverge => {
                if let Some(session) = &mut self.session {
                    session.break_weights();
                }
            }
            crate::protocol::TestLoss::LoseDevice => {
                // The lost-device callback reports it, as it would a real loss.
                #[cfg(feature = "gpu")]
                if let Some(opened) = &self.opened {
                    opened.setup.device.destroy();
                }
                #[cfg(not(feature = "gpu"))]
                fail(FaultSite::Worker, Fault::DeviceLost { reason: "lost on purpose, by a test".to_owned() });
                self.session = None;
            }
        }
    }

    fn state_event(&self, state: RunState) -> Event {
        let (settings, progress) =
            self.session.as_ref().map(|s| (s.course.settings.clone(), s.progress())).unwrap_or_default();
        Event::State { run: self.run.clone(), state, settings, progress }
    }

    fn tell_state(&mut self, state: RunState) {
        self.state = state;
        outbox::post(self.state_event(state));
    }

    fn tell_history(&mut self) {
        let Some(session) = &mut self.session else { return };
        session.news = History::default();
        outbox::post(Event::History { run: self.run.clone(), history: session.history.clone() });
    }

    fn tell_news(&mut self, now: bool) {
        let due = now || self.last_news.elapsed().as_secs_f64() > NEWS;
        let Some(session) = self.session.as_mut().filter(|_| due) else { return };
        self.last_news = Instant::now();
        let news = std::mem::take(&mut session.news);
        let progress = session.progress();
        outbox::post(Event::Trained { run: self.run.clone(), points: news.points, progress });
        for frame in news.kernels {
            outbox::post(Event::KernelsRecorded { run: self.run.clone(), frame });
        }
    }
}

fn session_report(session: Option<&LenetSession>) -> Option<crate::protocol::RunReport> {
    session.and_then(|s| s.history.report.clone())
}
