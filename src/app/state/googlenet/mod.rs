//! The lab in which a GoogLeNet learns small pictures for hours: what it knows and shows, as signals.
//!
//! Runs are kept in the browser's storage ([`crate::app::googlenet_store`]); the worker is told what it needs, and can
//! be told all of it again when one died.

mod advice;
mod begin;
mod keeping;
mod kept_runs;
mod lapse;
mod own_picture;
mod run_events;
mod runs;
mod setup;
mod speed;
mod worker;

pub use advice::{Advice, Comparison};
pub use begin::Begin;
pub use kept_runs::when;
pub use lapse::{Lapse, Seen};
pub use runs::Runs;
pub use setup::{Preset, Setup, entries};

use super::desk::{AtDesk, Desk};
use super::inside::Device;
use super::{NoticeAction, NoticeBoard, Tone};
use crate::app::browser;
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, GooglenetCommand, RequestId};
use leptos::prelude::*;

/// Everything about the lab. A handful of signals, cheap to copy; lives as long as the page.
#[derive(Clone, Copy)]
pub struct Googlenet {
    pub device: RwSignal<Device>,
    pub setup: Setup,
    pub runs: Runs,
    pub lapse: Lapse,
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
    Benchmark,
    Look,
    Fetch,
}

impl Googlenet {
    /// A lab that has not begun to do anything.
    pub fn new() -> Self {
        Self {
            device: RwSignal::new(Device::Starting(Backend::Cpu)),
            setup: Setup::new(),
            runs: Runs::new(),
            lapse: Lapse::new(),
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
            self.open_runs();
            self.open_speed();
            self.open_lapse();
            self.start_worker(backend);
        } else {
            self.write_address();
        }
    }

    /// Called when the page is left: the address belongs to another page now.
    pub fn leave(&self) {
        self.inner.update_value(|inner| inner.on_page = false);
    }

    fn read_address(&self) -> Backend {
        let (mut backend, mut complaints) = (Backend::Cpu, Vec::new());
        let mut settings = self.setup.settings.get_untracked();
        for (key, value) in browser::query() {
            match key.as_str() {
                "backend" => backend = if value == "webgpu" { Backend::Webgpu } else { Backend::Cpu },
                "test" => self.inner.update_value(|inner| inner.test = true),
                _ => {
                    complaints.extend(settings.set(&key, &value).err());
                    self.setup.address_asks(&key);
                }
            }
        }
        self.setup.settings.set(settings);
        if !complaints.is_empty() {
            let list = complaints.join("; ");
            let text =
                format!("The address asks for something this lab does not have, so the default is used: {list}.");
            self.notify(Tone::Warning, text, None);
        }
        backend
    }

    /// Writes settings and device into the address, as long as it is this page's.
    fn write_address(&self) {
        if !self.inner.with_value(|inner| inner.on_page) {
            return;
        }
        let mut pairs: Vec<(&str, String)> =
            self.setup.changes().into_iter().map(|(h, value)| (h.key, value)).collect();
        if self.is_test() {
            pairs.push(("test", "1".to_owned()));
        }
        if self.device.with_untracked(Device::backend) == Backend::Webgpu {
            pairs.push(("backend", "webgpu".to_owned()));
        }
        browser::replace_query(&pairs);
    }

    /// Whether the address has `?test`, so that tests may break things on purpose.
    fn is_test(&self) -> bool {
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
    fn ask(
        &self,
        asked: Asked,
        buffers: Vec<Vec<u8>>,
        make: impl FnOnce(RequestId) -> GooglenetCommand,
    ) -> Option<RequestId> {
        let packet = |request| Packet::with(Command::Googlenet(make(request)), buffers);
        self.desk(|desk| desk.ask(asked, packet)).flatten()
    }

    /// Gives an order that is not answered; without a worker it is dropped, because a new one is told everything.
    fn order(&self, command: GooglenetCommand, buffers: Vec<Vec<u8>>) {
        self.desk(|desk| desk.order(Packet::with(Command::Googlenet(command), buffers)));
    }
}

/// The lab, from any component below the app.
pub fn use_googlenet() -> Googlenet {
    // Provided by the root component.
    expect_context::<Googlenet>()
}
