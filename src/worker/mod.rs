//! Traffic only: takes commands, drives the [`crate::train::Session`], sends events. No maths.
//!
//! One loop owns everything. Commands, downloaded pictures and faults arrive in one queue, which is emptied
//! between any two training steps: that is what makes pausing, stepping, saving and resuming one mechanism.

mod answers;
mod assets;
mod blob;
mod breathe;
mod device;
mod driver;
mod fetch;
mod googlenet;
mod inside;
mod js_file;
mod memory;
mod outbox;
mod picture;
mod teach;
mod weights;

use crate::protocol::{Command, Event, Fault, FaultSite, RunId, wire::Packet};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What may arrive in the worker's queue.
pub(crate) enum Input {
    Command(Packet<Command>),
    Pictures(assets::Pictures),
    LoadFailed(Fault),
    Inside(inside::Arrived),
    /// Weights for a run of the lab that is taught.
    Teach(RunId, weights::Weights),
    Googlenet(googlenet::Arrived),
}

/// Starts the worker; called once by its binary.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // A panic ends this module; the app must hear of it to take over.
        outbox::post(Event::Failed { at: FaultSite::Worker, fault: Fault::Internal { message: info.to_string() } });
    }));
    let (send, receive) = async_channel::unbounded();
    let inbox = send.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match Packet::<Command>::decode(event.data()) {
            // The queue is unbounded and its receiver lives as long as the worker.
            Ok(packet) => drop(inbox.try_send(Input::Command(packet))),
            Err(error) => outbox::post(Event::Failed {
                at: FaultSite::Worker,
                fault: Fault::Internal { message: format!("a message from another version of this page: {error}") },
            }),
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It serves until the worker ends.
    on_message.forget();
    wasm_bindgen_futures::spawn_local(driver::run(send, receive));
}

/// This worker's global object.
fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
