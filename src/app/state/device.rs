//! Which device does the work: asked for, remembered, or measured.

use super::{Lab, Tone};
use crate::app::erase;
use crate::app::worker_client::WorkerClient;
use crate::app::{browser, words};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, BackendChoice, Command, Event, Fault, Settings};
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use std::rc::Rc;

/// How long the graphics device may take to be ready, in milliseconds; and once somebody waits for it.
const PATIENCE: f64 = 120_000.0;
const PATIENCE_WHEN_WAITED_FOR: f64 = 5_000.0;

/// What is known about the device.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceState {
    Starting,
    /// Auto: this device is being timed.
    Measuring(Backend),
    Ready(Chosen),
    /// The worker stopped and nothing took over yet.
    Gone,
}

/// The device in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub backend: Backend,
    /// The worker's own name for it.
    pub device: String,
    /// Why this one, in words.
    pub why: String,
    /// Whether the two were timed, so that timing them again makes sense.
    pub measured: bool,
}

/// Speeds measured once for a training step, in images per second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measured {
    cpu: f64,
    webgpu: f64,
}

impl Measured {
    fn faster(self) -> Backend {
        if self.webgpu > self.cpu { Backend::Webgpu } else { Backend::Cpu }
    }

    fn sentence(self) -> String {
        let figures =
            format!("CPU: {} images/s, WebGPU: {} images/s", words::speed(self.cpu), words::speed(self.webgpu));
        match self.faster() {
            Backend::Cpu => format!("{figures}; the CPU is faster for so small a network."),
            Backend::Webgpu => format!("{figures}; WebGPU is faster on this device."),
        }
    }
}

/// Where the measurement for the training step of these settings is remembered.
fn memory(settings: &Settings) -> String {
    let step = ["activation", "pooling", "optimizer", "batch"].map(|key| settings.get(key)).join(".");
    format!("receptive.lenet.speed.{step}")
}

fn remembered(settings: &Settings) -> Option<Measured> {
    let text = browser::remembered(&memory(settings))?;
    let (cpu, webgpu) = text.split_once(' ')?;
    Some(Measured { cpu: browser::number(cpu)?, webgpu: browser::number(webgpu)? })
}

/// The choice was overtaken by a newer one.
struct Overtaken;

/// Why a worker is not ready.
enum NotReady {
    Overtaken,
    Failed(String),
}

impl From<Overtaken> for NotReady {
    fn from(_: Overtaken) -> Self {
        Self::Overtaken
    }
}

impl Lab {
    /// Chooses a device for the settings as they are and makes it take over. Ends the worker there was.
    pub fn choose_device(&self) {
        let lab = *self;
        let choice = self.new_choice();
        erase::spawn(async move {
            // An overtaken choice has nothing left to say.
            lab.choose(choice).await.ok();
        });
    }

    /// Forgets what was measured for these settings and measures again.
    pub fn measure_again(&self) {
        browser::forget(&self.settings.with_untracked(memory));
        self.choose_device();
    }

    /// Starts the CPU worker and lets it take over, with this explanation.
    pub(super) fn continue_on_cpu(&self, why: String) {
        let lab = *self;
        let choice = self.new_choice();
        erase::spawn(async move {
            lab.take(choice, Backend::Cpu, why).await.ok();
        });
    }

    fn new_choice(&self) -> u32 {
        self.device.set(DeviceState::Starting);
        self.inner
            .try_update_value(|inner| {
                inner.active = None;
                inner.choice += 1;
                inner.choice
            })
            // The value lives as long as the page.
            .unwrap_or_default()
    }

    fn still(&self, choice: u32) -> Result<(), Overtaken> {
        if self.inner.with_value(|inner| inner.choice == choice) { Ok(()) } else { Err(Overtaken) }
    }

    async fn choose(&self, choice: u32) -> Result<(), Overtaken> {
        let settings = self.settings.get_untracked();
        if settings.backend == BackendChoice::Cpu {
            return self.take(choice, Backend::Cpu, "You chose the CPU.".to_owned()).await;
        }
        let webgpu = browser::has_webgpu().await;
        self.still(choice)?;
        match (settings.backend, webgpu) {
            (BackendChoice::Webgpu, true) => self.take(choice, Backend::Webgpu, "You chose WebGPU.".to_owned()).await,
            (BackendChoice::Webgpu, false) => {
                let reason = "no graphics device was found for it".to_owned();
                self.notify(
                    Tone::Warning,
                    format!("{} The CPU does the work instead.", Fault::NoWebgpu { reason }),
                    None,
                );
                self.take(choice, Backend::Cpu, "This browser offers no WebGPU.".to_owned()).await
            }
            (_, false) => {
                let why = "This browser offers no WebGPU, so the CPU does the work.".to_owned();
                self.take(choice, Backend::Cpu, why).await
            }
            (_, true) => self.choose_the_faster(choice, settings).await,
        }
    }

    /// Times both devices, one after the other, unless that was done on an earlier visit.
    async fn choose_the_faster(&self, choice: u32, settings: Settings) -> Result<(), Overtaken> {
        if let Some(measured) = remembered(&settings) {
            let why = format!("Measured on an earlier visit. {}", measured.sentence());
            return self.take(choice, measured.faster(), why).await;
        }
        let (cpu, cpu_device, cpu_speed) = match self.open_and_time(choice, Backend::Cpu, &settings).await {
            Ok(ready) => ready,
            Err(NotReady::Overtaken) => return Err(Overtaken),
            // Nothing to compare; starting it again says what is wrong.
            Err(NotReady::Failed(_)) => return self.take(choice, Backend::Cpu, String::new()).await,
        };
        match self.open_and_time(choice, Backend::Webgpu, &settings).await {
            Err(NotReady::Overtaken) => Err(Overtaken),
            Err(NotReady::Failed(reason)) => {
                let why = format!(
                    "CPU: {} images/s. WebGPU could not be used ({reason}), so the CPU does the work.",
                    words::speed(cpu_speed)
                );
                self.activate(cpu, cpu_device, why, true);
                Ok(())
            }
            Ok((gpu, gpu_device, gpu_speed)) => {
                let measured = Measured { cpu: cpu_speed, webgpu: gpu_speed };
                browser::remember(&memory(&settings), &format!("{cpu_speed:.1} {gpu_speed:.1}"));
                let (client, device) = match measured.faster() {
                    Backend::Cpu => (cpu, cpu_device),
                    Backend::Webgpu => (gpu, gpu_device),
                };
                self.activate(client, device, measured.sentence(), true);
                Ok(())
            }
        }
    }

    /// Opens this device and makes it the one in use; falls back to the CPU, saying so.
    async fn take(&self, choice: u32, backend: Backend, why: String) -> Result<(), Overtaken> {
        self.device.set(DeviceState::Starting);
        let measured = self.settings.with_untracked(|s| s.backend == BackendChoice::Auto && remembered(s).is_some());
        match self.start_worker(choice, backend).await {
            Ok((client, device)) => {
                self.activate(client, device, why, measured);
                Ok(())
            }
            Err(NotReady::Overtaken) => Err(Overtaken),
            Err(NotReady::Failed(reason)) if backend == Backend::Webgpu => {
                self.notify(
                    Tone::Warning,
                    format!("WebGPU could not be used: {reason}. The CPU does the work instead."),
                    None,
                );
                // Boxed because the future contains itself.
                Box::pin(self.take(choice, Backend::Cpu, "WebGPU could not be used.".to_owned())).await
            }
            Err(NotReady::Failed(reason)) => {
                self.device.set(DeviceState::Gone);
                self.waiting_to_train.set(false);
                let text = format!(
                    "The part of this page that computes could not be started: {reason}. Check the connection and reload the page."
                );
                self.notify(Tone::Error, text, Some(super::NoticeAction::ReloadPage));
                Ok(())
            }
        }
    }

    async fn open_and_time(
        &self,
        choice: u32,
        backend: Backend,
        settings: &Settings,
    ) -> Result<(Rc<WorkerClient>, String, f64), NotReady> {
        self.device.set(DeviceState::Measuring(backend));
        let (client, device) = self.start_worker(choice, backend).await?;
        let impatience = self.impatience(&client);
        client.send(Packet::new(Command::Benchmark { request: 0, settings: settings.clone() }));
        let speed = loop {
            if let Event::Benchmarked { images_per_second, .. } = self.next(choice, &client).await? {
                break images_per_second;
            }
        };
        drop(impatience);
        Ok((client, device, speed))
    }

    async fn start_worker(&self, choice: u32, backend: Backend) -> Result<(Rc<WorkerClient>, String), NotReady> {
        let client = Rc::new(WorkerClient::start(backend).map_err(NotReady::Failed)?);
        let impatience = self.impatience(&client);
        loop {
            if let Event::Ready { device, .. } = self.next(choice, &client).await? {
                drop(impatience);
                return Ok((client, device));
            }
        }
    }

    /// Gives up on a graphics device that takes too long; the CPU is always waited for.
    fn impatience(&self, client: &Rc<WorkerClient>) -> Option<Interval> {
        if client.backend == Backend::Cpu {
            return None;
        }
        let (lab, client, start) = (*self, Rc::downgrade(client), browser::now());
        let mut waited_since = None;
        Some(Interval::new(200, move || {
            let now = browser::now();
            if lab.waiting_to_train.get_untracked() {
                waited_since.get_or_insert(now);
            }
            let waited = waited_since.is_some_and(|since| now - since > PATIENCE_WHEN_WAITED_FOR);
            if let Some(client) = client.upgrade().filter(|_| waited || now - start > PATIENCE) {
                client.give_up("it took too long to get ready");
            }
        }))
    }

    /// The next event of a worker that is not in use yet.
    async fn next(&self, choice: u32, client: &WorkerClient) -> Result<Event, NotReady> {
        let event = client.next().await;
        self.still(choice)?;
        event.map_err(NotReady::Failed)
    }
}
