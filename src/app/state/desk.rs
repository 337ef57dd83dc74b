//! A lab's worker: started, asked, and let go of when it died. What each lab does with it differs; this does not.

use super::inside::Device;
use super::{NoticeAction, Tone};
use crate::app::erase;
use crate::app::worker_client::{WorkerClient, start_and_wait};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, RequestId};
use leptos::prelude::*;
use std::rc::Rc;

/// The worker and what it was asked. `A` says what a request was about, for the case that it fails.
pub struct Desk<A> {
    pub worker: Option<Rc<WorkerClient>>,
    /// How often a worker died since something last came of it, or the visitor last chose something.
    pub deaths: u32,
    /// Counts starts of a worker; an older one still under way gives up when it sees a newer one.
    starts: u32,
    requests: RequestId,
    asked: Vec<(RequestId, A)>,
}

impl<A> Default for Desk<A> {
    fn default() -> Self {
        Self { worker: None, deaths: 0, starts: 0, requests: 0, asked: Vec::new() }
    }
}

impl<A> Desk<A> {
    /// Ends the worker there is and forgets its questions. Returns the number of the start that follows.
    fn clear(&mut self) -> u32 {
        self.worker = None;
        self.asked.clear();
        self.starts += 1;
        self.starts
    }

    /// Sends a question; `None` without a worker.
    pub fn ask(&mut self, about: A, make: impl FnOnce(RequestId) -> Packet<Command>) -> Option<RequestId> {
        let worker = self.worker.as_ref()?;
        self.requests += 1;
        worker.send(make(self.requests));
        self.asked.push((self.requests, about));
        Some(self.requests)
    }

    /// Gives an order that is not answered; without a worker it is dropped, because a new one is told everything.
    pub fn order(&self, packet: Packet<Command>) {
        if let Some(worker) = &self.worker {
            worker.send(packet);
        }
    }

    /// The last answer (or a refusal) came: what the question was about.
    pub fn answered(&mut self, request: RequestId) -> Option<A> {
        let place = self.asked.iter().position(|(r, _)| *r == request)?;
        Some(self.asked.swap_remove(place).1)
    }

    /// The worker died: on which device it computed, and how many have died by now.
    pub fn lost(&mut self) -> Option<(Backend, u32)> {
        let dead = self.worker.take()?;
        self.deaths += 1;
        Some((dead.backend, self.deaths))
    }
}

/// A lab with a worker.
pub trait AtDesk: Copy + 'static {
    type Asked;
    /// What is not lost when no worker can be started, in words that a sentence begins with; may be empty.
    const SAFE: &str;

    fn device(&self) -> RwSignal<Device>;
    fn desk<R>(&self, f: impl FnOnce(&mut Desk<Self::Asked>) -> R) -> Option<R>;
    /// Nothing is under way any more.
    fn worker_went(&self);
    fn activate(&self, client: Rc<WorkerClient>);
    fn notify(&self, tone: Tone, text: String, action: Option<NoticeAction>);
    fn write_address(&self);

    /// Does the work on this device from now on. Nothing is lost by it.
    fn choose_device(&self, backend: Backend) {
        self.desk(|desk| desk.deaths = 0);
        self.start_worker(backend);
        self.write_address();
    }

    /// Ends the worker there was and starts one for this device; without WebGPU, for the CPU.
    fn start_worker(&self, backend: Backend) {
        let lab = *self;
        self.device().set(Device::Starting(backend));
        let start = self.desk(Desk::clear);
        self.worker_went();
        erase::spawn(async move {
            let started = start_and_wait(backend).await;
            if lab.desk(|desk| desk.starts) != start {
                return;
            }
            match started {
                Ok((client, device)) => {
                    lab.device().set(Device::Ready(client.backend, device));
                    lab.desk(|desk| desk.worker = Some(client.clone()));
                    lab.activate(client);
                }
                Err(reason) if backend == Backend::Webgpu => {
                    let text = format!("WebGPU could not be used: {reason}. The CPU does the work instead.");
                    lab.notify(Tone::Warning, text, None);
                    lab.start_worker(Backend::Cpu);
                    lab.write_address();
                }
                Err(reason) => {
                    lab.device().set(Device::Gone);
                    let safe = Self::SAFE;
                    let text = format!(
                        "The part of this page that computes could not be started: {reason}. {safe}Check the connection and reload the page."
                    );
                    lab.notify(Tone::Error, text, Some(NoticeAction::ReloadPage));
                }
            }
        });
    }
}
