//! The worker of this lab: started, told everything, and replaced when it dies.

use super::{Asked, Googlenet};
use crate::app::browser;
use crate::app::erase;
use crate::app::state::desk::{AtDesk, Desk};
use crate::app::state::in_words;
use crate::app::state::inside::Device;
use crate::app::state::{Notice, NoticeAction, Tone};
use crate::app::worker_client::{Arrival, WorkerClient};
use crate::protocol::{
    Backend, Event, Fault, FaultSite, GooglenetCommand, GooglenetEvent, NextAction, RequestId, RunState,
};
use leptos::prelude::*;
use std::rc::Rc;

/// After so many deaths without anything done in between, it is not started by itself any more.
const AT_ALL: u32 = 3;

impl AtDesk for Googlenet {
    type Asked = Asked;
    const SAFE: &str = "Your runs are safe. ";

    fn device(&self) -> RwSignal<Device> {
        self.device
    }

    fn desk<R>(&self, f: impl FnOnce(&mut Desk<Asked>) -> R) -> Option<R> {
        self.inner.try_update_value(|inner| f(&mut inner.desk))
    }

    fn worker_went(&self) {
        self.setup.measuring.set(false);
        self.runs.loading.set(None);
        self.runs.fetching.set(None);
        // The state to go back to went with it; the last checkpoint is there.
        if self.runs.diverged.with_untracked(Option::is_some) {
            self.runs.diverged.set(None);
            self.runs.state.set(Some(RunState::Paused));
        }
        self.runs.hidden.update_value(|hidden| {
            hidden.in_worker = false;
            hidden.fetching.clear();
        });
        self.look_stopped();
    }

    fn activate(&self, client: Rc<WorkerClient>) {
        let arrivals = client.arrivals.clone();
        // The run is told when the answer is there.
        self.list();
        self.look();
        let lab = *self;
        erase::spawn(async move {
            while let Ok(arrival) = arrivals.recv().await {
                match arrival {
                    Arrival::Event(packet) => match packet.body {
                        Event::Googlenet(event) => lab.handle(event, packet.buffers),
                        Event::Failed { at, fault } => lab.failed(at, &fault),
                        _ => {}
                    },
                    Arrival::Died(message) => lab.worker_died(&Fault::Internal { message }),
                }
            }
        });
    }

    fn notify(&self, tone: Tone, text: String, action: Option<NoticeAction>) {
        self.notices.post(tone, text, action);
    }

    fn write_address(&self) {
        Self::write_address(self);
    }
}

impl Googlenet {
    fn list(&self) {
        self.ask(Asked::List, Vec::new(), |request| GooglenetCommand::List { request });
    }

    /// What did not come is fetched once more.
    fn load_again(&self) {
        self.list();
        self.look_again();
        let stands = self.runs.hidden.try_update_value(|hidden| std::mem::take(&mut hidden.load_failed));
        if stands == Some(true) && self.runs.state.get_untracked() == Some(RunState::Paused) {
            self.go_on();
        }
    }

    fn answered(&self, request: RequestId) -> Option<Asked> {
        self.desk(|desk| desk.answered(request)).flatten()
    }

    fn handle(&self, event: GooglenetEvent, mut buffers: Vec<Vec<u8>>) {
        match event {
            GooglenetEvent::Listed { request, sets, finished } => {
                self.answered(request);
                self.sets_listed(sets);
                self.finished_listed(finished);
                self.tell_run();
            }
            GooglenetEvent::Benchmarked { request, speed } => {
                self.answered(request);
                self.step_timed(speed);
            }
            GooglenetEvent::Looked { request, look } => {
                self.answered(request);
                self.looked(request, look, &buffers);
            }
            GooglenetEvent::Fetching { done, total, .. } => self.runs.fetching.set(Some((done, total))),
            GooglenetEvent::Fetched { request, .. } => {
                self.answered(request);
                let bytes = (!buffers.is_empty()).then(|| buffers.swap_remove(0));
                self.fetched(request, bytes);
            }
            event => self.run_event(event, buffers),
        }
    }

    /// The worker is good for something.
    pub(super) fn something_came(&self) {
        self.desk(|desk| desk.deaths = 0);
    }

    fn failed(&self, at: FaultSite, fault: &Fault) {
        let request = match at {
            FaultSite::Worker => return self.worker_died(fault),
            FaultSite::Run => return self.run_failed(fault),
            FaultSite::Load => {
                self.runs.hidden.update_value(|hidden| hidden.load_failed = true);
                return self.run_failed(fault);
            }
            FaultSite::Request(request) => request,
        };
        match self.answered(request) {
            // The time is then not known before; nothing else is lost.
            Some(Asked::Benchmark) => self.setup.measuring.set(false),
            Some(Asked::Look) => self.look_failed(request, fault),
            Some(Asked::Fetch) => {
                self.fetched(request, None);
                self.notify_fault(fault);
            }
            Some(Asked::List) => {
                self.setup.listed.set(true);
                self.notify_fault(fault);
                self.tell_run();
            }
            // It is over already.
            None => {}
        }
    }

    /// The worker is of no more use.
    fn worker_died(&self, fault: &Fault) {
        let Some((backend, deaths)) = self.desk(Desk::lost).flatten() else { return };
        let gone = deaths >= AT_ALL && backend == Backend::Cpu;
        let (tone, text, action) = if backend == Backend::Webgpu {
            (Tone::Warning, format!("{fault} The CPU goes on from the last checkpoint; runs are kept."), None)
        } else if gone {
            let text = format!(
                "Computing stopped again, so it was not started another time. {fault} Your runs are safe. Start it again, perhaps with a smaller batch or width."
            );
            (Tone::Error, text, Some(NoticeAction::StartAgain))
        } else {
            let text = format!("The part of this page that computes stopped and was started again. {fault}");
            (Tone::Warning, text, None)
        };
        self.announce(text.clone());
        self.notify(tone, text, action);
        if gone {
            self.worker_went();
            self.run_failed(&Fault::Cancelled);
            self.device.set(Device::Gone);
        } else {
            self.start_worker(Backend::Cpu);
            self.write_address();
        }
    }

    /// Shows a fault with its sentence and what to do about it.
    pub(super) fn notify_fault(&self, fault: &Fault) {
        let next = fault.next_action();
        let (sentence, action) = match next {
            NextAction::UseCpu | NextAction::ContinueOnCpu => {
                ("The CPU works everywhere; choose it under Device.", Some(NoticeAction::UseCpu))
            }
            NextAction::SmallerBatch => ("Choose a smaller batch or a smaller width.", None),
            NextAction::ReloadData => (next.sentence(), Some(NoticeAction::LoadAgain)),
            NextAction::ReloadPage => ("Reload the page; your runs are kept.", Some(NoticeAction::ReloadPage)),
            NextAction::InstallWeights => ("Choose pictures that are installed, under Settings.", None),
            _ => (next.sentence(), None),
        };
        let (tone, text) = in_words(fault, sentence);
        self.notify(tone, text, action);
    }

    /// Does what a notice's button says.
    pub fn act(&self, notice: &Notice) {
        self.notices.dismiss(notice.id);
        match notice.action {
            Some(NoticeAction::UseCpu | NoticeAction::StartAgain) => self.choose_device(Backend::Cpu),
            Some(NoticeAction::LoadAgain) => self.load_again(),
            Some(NoticeAction::ReloadPage) => drop(browser::window().location().reload()),
            Some(NoticeAction::ChoosePicture) => browser::click("googlenet-picture"),
            Some(action) => self.act_on_run(action),
            None => {}
        }
    }
}
