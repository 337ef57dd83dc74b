//! The lab that is taught the visitor's own pictures: what it knows and shows, as signals, and what keeps it true.
//!
//! Projects, pictures and runs are kept in the browser's storage ([`crate::app::projects_store`]); the worker is told
//! what it needs, and can be told all of it again when one died.

mod classes;
mod collecting;
mod compare;
mod edits;
mod exports;
mod gallery;
mod importing;
mod kept_runs;
mod live;
mod log;
mod presets;
mod preview;
mod projects;
mod run_events;
mod runs;
mod setup;
mod tally;
mod training_set;
mod worker;
mod zips;

pub use classes::{FEWEST_CLASSES, MOST_CLASSES, hint as class_hint};
pub use collecting::{Chosen, Collecting, Count, Target};
pub use compare::*;
pub use exports::*;
pub use gallery::{Filter, Gallery};
pub use live::*;
pub use log::*;
pub use presets::*;
pub use preview::*;
pub use projects::{Projects, room_words};
pub use runs::*;
pub use setup::*;

use super::inside::Device;
use super::{NoticeAction, NoticeBoard, Tone};
use crate::app::browser;
use crate::app::state::desk::{AtDesk, Desk};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, RequestId, TeachCommand};
use leptos::prelude::*;
use web_sys::Blob;

/// Everything about the lab. A handful of signals, cheap to copy; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Teach {
    pub device: RwSignal<Device>,
    pub projects: Projects,
    pub collecting: Collecting,
    pub gallery: Gallery,
    pub setup: Setup,
    pub runs: Runs,
    pub live: Live,
    pub notices: NoticeBoard,
    /// The newest sentence for screen readers.
    pub announcement: RwSignal<String>,
    inner: StoredValue<Inner, LocalStorage>,
}

/// What is not shown.
#[derive(Default)]
struct Inner {
    opened: bool,
    /// The page is there, so that the address is ours to write.
    on_page: bool,
    /// The address has `?test`.
    test: bool,
    desk: Desk<Asked>,
}

/// What a request was about, for the case that it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    List,
    Collect,
    Zip,
    Preview,
    Classify,
    Export,
}

impl Teach {
    /// A lab that has not begun to do anything.
    pub fn new() -> Self {
        Self {
            device: RwSignal::new(Device::Starting(Backend::Cpu)),
            projects: Projects::new(),
            collecting: Collecting::new(),
            gallery: Gallery::new(),
            setup: Setup::new(),
            runs: Runs::new(),
            live: Live::new(),
            notices: NoticeBoard::default(),
            announcement: RwSignal::new(String::new()),
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
            self.open_projects();
            self.start_worker(backend);
            self.open_runs();
        } else {
            self.write_address();
        }
    }

    /// Called when the page is left: the address belongs to another page now.
    pub fn leave(&self) {
        self.inner.update_value(|inner| inner.on_page = false);
    }

    fn read_address(&self) -> Backend {
        let mut backend = Backend::Cpu;
        for (key, value) in browser::query() {
            match key.as_str() {
                "backend" if value == "webgpu" => backend = Backend::Webgpu,
                "test" => self.inner.update_value(|inner| inner.test = true),
                _ => {}
            }
        }
        backend
    }

    /// Writes the device into the address, as long as it is this page's.
    fn write_address(&self) {
        if !self.inner.with_value(|inner| inner.on_page) {
            return;
        }
        let mut pairs = Vec::new();
        if self.is_test() {
            pairs.push(("test", "1".to_owned()));
        }
        if self.device.with_untracked(Device::backend) == Backend::Webgpu {
            pairs.push(("backend", "webgpu".to_owned()));
        }
        browser::replace_query(&pairs);
    }

    /// Whether the address has `?test`, so that tests may break things on purpose.
    pub fn is_test(&self) -> bool {
        self.inner.with_value(|inner| inner.test)
    }

    /// Says a sentence to screen readers.
    pub fn announce(&self, sentence: impl Into<String>) {
        self.announcement.set(sentence.into());
    }

    pub fn notify(&self, tone: Tone, text: impl Into<String>, action: Option<NoticeAction>) {
        self.notices.post(tone, text.into(), action);
    }

    /// Sends a question with what it carries; `None` without a worker.
    fn ask_with(
        &self,
        asked: Asked,
        buffers: Vec<Vec<u8>>,
        blobs: Vec<Blob>,
        make: impl FnOnce(RequestId) -> TeachCommand,
    ) -> Option<RequestId> {
        let packet = |request| Packet { body: Command::Teach(make(request)), buffers, blobs };
        self.desk(|desk| desk.ask(asked, packet)).flatten()
    }

    /// Gives an order that is not answered; without a worker it is dropped, because a new one is told everything.
    fn order(&self, command: TeachCommand, buffers: Vec<Vec<u8>>, blobs: Vec<Blob>) {
        self.desk(|desk| desk.order(Packet { body: Command::Teach(command), buffers, blobs }));
    }

    /// The last answer (or a refusal) came: what the question was about.
    fn answered(&self, request: RequestId) -> Option<Asked> {
        self.desk(|desk| desk.answered(request)).flatten()
    }
}

/// The lab, from any component below the app.
pub fn use_teach() -> Teach {
    // Provided by the root component.
    expect_context::<Teach>()
}
