//! The lab that looks inside a network: what it knows and shows, as signals, and what keeps it true.
//!
//! Everything the visitor asked for (network, photo, layer, map) is kept here, so that a new worker can be told all
//! of it again when one died.

mod address;
mod events;
mod faults;
mod kept;
mod ledgers;
mod maps;
mod networks;
mod photos;
mod questions;
mod worker;

pub use ledgers::Ledgers;
pub use maps::{Looked, Maps};
pub use networks::{Networks, OpenNetwork, bytes_of};
pub use photos::{Photo, PhotoChoice, Photos};
pub use questions::{Cam, Classes, Details, Kernels};

use super::{NoticeAction, NoticeBoard, Tone};
use crate::app::state::desk::{AtDesk, Desk};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, Group, InsideCommand, RequestId};
use leptos::prelude::*;

/// Everything about the lab. A handful of signals, cheap to copy; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Inside {
    pub device: RwSignal<Device>,
    pub networks: Networks,
    pub photos: Photos,
    pub maps: Maps,
    pub details: Details,
    pub classes: Classes,
    pub ledgers: Ledgers,
    pub notices: NoticeBoard,
    /// The newest sentence for screen readers.
    pub announcement: RwSignal<String>,
    /// How many times a photo went through everything of the network that is here.
    pub computed: RwSignal<usize>,
    inner: StoredValue<Inner, LocalStorage>,
}

/// The worker, as the visitor sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Device {
    Starting(Backend),
    /// With the worker's own name for it.
    Ready(Backend, String),
    /// It stopped too often.
    Gone,
}

impl Device {
    /// The device that computes now.
    pub fn ready(&self) -> Option<Backend> {
        match self {
            Self::Ready(backend, _) => Some(*backend),
            Self::Starting(_) | Self::Gone => None,
        }
    }

    /// The device wanted.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Starting(backend) | Self::Ready(backend, _) => *backend,
            Self::Gone => Backend::Cpu,
        }
    }
}

/// What is not shown.
#[derive(Default)]
struct Inner {
    opened: bool,
    /// The page is there, so that the address is ours to write.
    on_page: bool,
    desk: Desk<Asked>,
    /// How much of the network was wanted so far.
    group: Option<Group>,
    /// The visitor wants all of the network, however large.
    all_of_it: bool,
    /// What the worker was last told to look at.
    told_layer: Option<String>,
    /// From the address, until there is a network in which to look for it.
    layer: Option<String>,
    map: Option<usize>,
    /// The photo on its way to the worker.
    sent: Option<(RequestId, PhotoChoice)>,
    /// The last photo that could be used.
    good: Option<PhotoChoice>,
    /// Which answer is being measured; an older one gives up.
    measuring: u32,
}

/// What a request was about, for the case that it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    List,
    Ledger,
    Open,
    Photo,
    Look,
    Kernels,
    Explain,
    Patches,
    Cam,
}

impl Inside {
    /// A lab that has not begun to do anything.
    pub fn new() -> Self {
        Self {
            device: RwSignal::new(Device::Starting(Backend::Cpu)),
            networks: Networks::default(),
            photos: Photos::default(),
            maps: Maps::new(),
            details: Details::default(),
            classes: Classes::new(),
            ledgers: Ledgers::new(),
            notices: NoticeBoard::default(),
            announcement: RwSignal::new(String::new()),
            computed: RwSignal::new(0),
            inner: StoredValue::new_local(Inner::default()),
        }
    }

    /// Called when the page is shown: the first time it starts everything, later it only restores the address.
    pub fn open(&self) {
        let first = self.inner.try_update_value(|inner| {
            inner.on_page = true;
            !std::mem::replace(&mut inner.opened, true)
        });
        if first == Some(true) {
            let backend = self.read_address();
            self.start_worker(backend);
        } else {
            self.write_address();
        }
    }

    /// Called when the page is left: the address belongs to another page now.
    pub fn leave(&self) {
        self.inner.update_value(|inner| inner.on_page = false);
    }

    /// Says a sentence to screen readers.
    pub fn announce(&self, sentence: impl Into<String>) {
        self.announcement.set(sentence.into());
    }

    pub fn notify(&self, tone: Tone, text: impl Into<String>, action: Option<NoticeAction>) {
        self.notices.post(tone, text.into(), action);
    }

    /// Whether an answer is still to come, so that what is shown may change by itself.
    pub fn is_busy(&self) -> bool {
        matches!(self.device.get(), Device::Starting(_))
            || self.networks.opening.with(Option::is_some)
            || self.photos.reading.get()
            || self.maps.waiting.get()
            || self.classes.waiting.get()
    }

    /// Sends a question, with the buffers it carries; without a worker it is dropped, because everything is asked
    /// again once there is one.
    fn ask_with(
        &self,
        asked: Asked,
        buffers: Vec<Vec<u8>>,
        make: impl FnOnce(RequestId) -> InsideCommand,
    ) -> Option<RequestId> {
        let packet = |request| Packet::with(Command::Inside(make(request)), buffers);
        self.desk(|desk| desk.ask(asked, packet)).flatten()
    }

    fn ask(&self, asked: Asked, make: impl FnOnce(RequestId) -> InsideCommand) -> Option<RequestId> {
        self.ask_with(asked, Vec::new(), make)
    }

    /// An answer (or a refusal) came: what the question was about.
    fn answered(&self, request: RequestId) -> Option<Asked> {
        self.desk(|desk| desk.answered(request)).flatten()
    }
}

/// The lab, from any component below the app.
pub fn use_inside() -> Inside {
    // Provided by the root component.
    expect_context::<Inside>()
}
