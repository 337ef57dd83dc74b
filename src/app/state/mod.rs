//! What the labs know and show, as signals; and the conductor that keeps it true.

mod conductor;
mod desk;
mod device;
mod events;
pub mod googlenet;
pub mod inside;
mod keep_alive;
mod looking;
mod notices;
mod questions;
mod run;
mod saved;
mod settings;
pub mod teach;

pub use desk::AtDesk;
pub use device::{Chosen, DeviceState};
pub use looking::{CellView, Looking, Shown, Watched};
pub use notices::in_words;
pub use notices::{Notice, NoticeAction, NoticeBoard, Tone};
pub use run::{Divergence, Loading, RunView, state_name};

use super::storage::SavedRun;
use super::worker_client::WorkerClient;
use crate::app::ink::Drawing;
use crate::protocol::wire::Packet;
use crate::protocol::{Command, RequestId, RunId, Settings};
use leptos::prelude::*;
use std::rc::Rc;

/// Everything about the LeNet-5 lab. A handful of signals, cheap to copy; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Lab {
    /// What the controls show; the next run is made from it.
    pub settings: RwSignal<Settings>,
    /// The current run, as the worker told it.
    pub run: RunView,
    pub device: RwSignal<DeviceState>,
    /// Train was pressed before a device was chosen.
    pub waiting_to_train: RwSignal<bool>,
    pub loading: RwSignal<Option<Loading>>,
    pub notices: NoticeBoard,
    /// Runs of earlier visits, newest first.
    pub saved_runs: RwSignal<Vec<SavedRun>>,
    pub drawing: RwSignal<Drawing>,
    pub looking: Looking,
    pub cell: RwSignal<Option<CellView>>,
    /// The newest sentence for screen readers.
    pub announcement: RwSignal<String>,
    inner: StoredValue<Inner, LocalStorage>,
}

/// What is not shown.
#[derive(Default)]
struct Inner {
    opened: bool,
    active: Option<Rc<WorkerClient>>,
    /// Counts choices of a device; an older choice still under way gives up when it sees a newer one.
    choice: u32,
    /// Orders given before there was a worker.
    pending: Vec<Packet<Command>>,
    requests: RequestId,
    /// The newest state of the current run, to go on from when a device is lost.
    kept: Option<Kept>,
    /// The state before the last reset.
    before_reset: Option<Kept>,
    /// Storing failed and the visitor was told; not again every ten seconds.
    told_about_storage: bool,
    /// URL parameters that are not settings and stay as they are.
    test: bool,
}

/// A checkpoint and the run it is of.
#[derive(Clone)]
struct Kept {
    run: RunId,
    step: usize,
    bytes: Rc<Vec<u8>>,
}

impl Lab {
    /// A lab that has not begun to do anything.
    pub fn new() -> Self {
        Self {
            settings: RwSignal::new(Settings::default()),
            run: RunView::new(),
            device: RwSignal::new(DeviceState::Starting),
            waiting_to_train: RwSignal::new(false),
            loading: RwSignal::new(None),
            notices: NoticeBoard::default(),
            saved_runs: RwSignal::new(Vec::new()),
            drawing: RwSignal::new(Drawing::new()),
            looking: Looking::new(),
            cell: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            inner: StoredValue::new_local(Inner::default()),
        }
    }

    /// Says a sentence to screen readers.
    pub fn announce(&self, sentence: impl Into<String>) {
        self.announcement.set(sentence.into());
    }

    fn next_request(&self) -> RequestId {
        self.inner
            .try_update_value(|inner| {
                inner.requests += 1;
                inner.requests
            })
            // The value lives as long as the page.
            .unwrap_or_default()
    }

    /// Sends a question; without a worker it is dropped, because everything is asked again once there is one.
    fn ask(&self, packet: Packet<Command>) -> bool {
        self.inner.with_value(|inner| match &inner.active {
            Some(worker) => {
                worker.send(packet);
                true
            }
            None => false,
        })
    }

    /// Gives an order; without a worker it waits for one.
    fn order(&self, packet: Packet<Command>) {
        self.inner.update_value(|inner| match &inner.active {
            Some(worker) => worker.send(packet),
            None => inner.pending.push(packet),
        });
    }
}

/// The lab, from any component below the app.
pub fn use_lab() -> Lab {
    // Provided by the root component.
    expect_context::<Lab>()
}
