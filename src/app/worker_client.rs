//! The only place that knows a compute worker is a Web Worker.

use super::browser;
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, Event, FaultSite};
use async_channel::{Receiver, Sender};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// How long a graphics device may take to be ready, in milliseconds.
const PATIENCE: u32 = 120_000;

/// What comes from a worker.
pub enum Arrival {
    Event(Box<Packet<Event>>),
    /// The worker stopped or could not start; with the browser's words.
    Died(String),
}

/// A running compute worker. Dropping it ends it.
pub struct WorkerClient {
    worker: Worker,
    pub backend: Backend,
    pub arrivals: Receiver<Arrival>,
    sender: Sender<Arrival>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl WorkerClient {
    /// Starts downloading and running the module for this device. It is told where the assets are first.
    ///
    /// # Errors
    /// When the browser refuses to start workers at all.
    pub fn start(backend: Backend) -> Result<Self, String> {
        let root = browser::site_root();
        let loader = match backend {
            Backend::Cpu => "worker_cpu_loader.js",
            Backend::Webgpu => "worker_gpu_loader.js",
        };
        let worker = Worker::new(&format!("{root}{loader}")).map_err(|e| in_words(&e))?;
        let (sender, arrivals) = async_channel::unbounded();

        let to = sender.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let arrival = match Packet::decode(event.data()) {
                Ok(packet) => Arrival::Event(Box::new(packet)),
                Err(error) => Arrival::Died(format!("it sent a message of another version: {error}")),
            };
            // Fails only after the receiver is gone, when nobody wants it any more.
            to.try_send(arrival).ok();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

        let to = sender.clone();
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            // A loader that is missing gives a plain event without a message.
            let message = Reflected(&event).text("message").unwrap_or_else(|| "it could not be loaded".to_owned());
            to.try_send(Arrival::Died(message)).ok();
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));

        let client = Self { worker, backend, arrivals, sender, _on_message: on_message, _on_error: on_error };
        client.send(Packet::new(Command::Open { assets: root }));
        Ok(client)
    }

    /// Hands a command over; its buffers are transferred.
    pub fn send(&self, packet: Packet<Command>) {
        let sent = packet
            .encode()
            .map_err(JsValue::from)
            .and_then(|(message, transfer)| self.worker.post_message_with_transfer(&message, &transfer));
        if let Err(error) = sent {
            self.sender.try_send(Arrival::Died(in_words(&error))).ok();
        }
    }

    /// The next event of a worker that is not in use yet, or why it cannot be used.
    ///
    /// # Errors
    /// When it refuses or stopped; in words, without a full stop.
    pub async fn next(&self) -> Result<Event, String> {
        match self.arrivals.recv().await {
            Ok(Arrival::Event(packet)) => match packet.body {
                Event::Failed { at: FaultSite::Worker | FaultSite::Request(_), fault } => {
                    Err(fault.to_string().trim_end_matches('.').to_owned())
                }
                event => Ok(event),
            },
            Ok(Arrival::Died(reason)) => Err(reason),
            Err(_) => Err("it was stopped".to_owned()),
        }
    }

    /// Counts it as dead.
    pub fn give_up(&self, reason: &str) {
        self.sender.try_send(Arrival::Died(reason.to_owned())).ok();
    }
}

impl Drop for WorkerClient {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        self.sender.close();
    }
}

/// Starts a worker and waits until it is ready; with its own name for the device.
///
/// # Errors
/// When it cannot be used; in words, without a full stop.
pub async fn start_and_wait(backend: Backend) -> Result<(Rc<WorkerClient>, String), String> {
    if backend == Backend::Webgpu && !browser::has_webgpu().await {
        return Err("this browser offers none".to_owned());
    }
    let client = Rc::new(WorkerClient::start(backend)?);
    let weak = Rc::downgrade(&client);
    // The CPU is always waited for.
    let _impatience = (backend == Backend::Webgpu).then(|| {
        Timeout::new(PATIENCE, move || {
            if let Some(client) = weak.upgrade() {
                client.give_up("it took too long to get ready");
            }
        })
    });
    loop {
        if let Event::Ready { device, .. } = client.next().await? {
            return Ok((client, device));
        }
    }
}

/// Reads members that the type promises but the browser may leave out.
struct Reflected<'a>(&'a JsValue);

impl Reflected<'_> {
    fn text(&self, name: &str) -> Option<String> {
        js_sys::Reflect::get(self.0, &name.into()).ok()?.as_string().filter(|text| !text.is_empty())
    }
}

fn in_words(error: &JsValue) -> String {
    Reflected(error).text("message").unwrap_or_else(|| "the browser refused".to_owned())
}
