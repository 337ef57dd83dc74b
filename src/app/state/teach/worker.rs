//! The worker of this lab: started, told everything, and replaced when it dies.

use super::{Asked, Teach};
use crate::app::browser;
use crate::app::erase;
use crate::app::state::desk::{AtDesk, Desk};
use crate::app::state::in_words;
use crate::app::state::inside::Device;
use crate::app::state::{Notice, NoticeAction, Tone};
use crate::app::worker_client::{Arrival, WorkerClient};
use crate::protocol::{Backend, Event, Fault, FaultSite, NextAction, TeachCommand, TeachEvent};
use leptos::prelude::*;
use std::rc::Rc;

/// After so many deaths without anything done in between, it is not started by itself any more.
const AT_ALL: u32 = 3;

impl AtDesk for Teach {
    type Asked = Asked;
    const SAFE: &str = "Your pictures are safe. ";

    fn device(&self) -> RwSignal<Device> {
        self.device
    }

    fn desk<R>(&self, f: impl FnOnce(&mut Desk<Asked>) -> R) -> Option<R> {
        self.inner.try_update_value(|inner| f(&mut inner.desk))
    }

    fn worker_went(&self) {
        self.collecting_stopped();
        self.questions_stopped();
    }

    fn activate(&self, client: Rc<WorkerClient>) {
        let arrivals = client.arrivals.clone();
        self.tell_everything();
        let lab = *self;
        erase::spawn(async move {
            while let Ok(arrival) = arrivals.recv().await {
                match arrival {
                    Arrival::Event(packet) => match packet.body {
                        Event::Teach(event) => lab.handle(event, packet.buffers),
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

impl Teach {
    /// Tells a new worker what the one before knew.
    fn tell_everything(&self) {
        self.list();
        self.tell_run();
        self.collect_more();
    }

    fn list(&self) {
        self.ask_with(Asked::List, Vec::new(), Vec::new(), |request| TeachCommand::List { request });
    }

    fn handle(&self, event: TeachEvent, buffers: Vec<Vec<u8>>) {
        use TeachEvent as E;
        match event {
            E::Listed { request, backbones, sets } => {
                self.answered(request);
                self.collecting.sets.set(sets);
                self.listed(backbones);
            }
            E::Scaled { .. } | E::Refused { .. } | E::ProjectFound { .. } | E::Collected { .. } | E::Zipped { .. } => {
                self.something_came();
                self.collecting_event(event, buffers);
            }
            E::Classified { .. } | E::Previewed { .. } | E::Exported { .. } => {
                self.something_came();
                self.answer_event(event, buffers);
            }
            E::Opening { .. }
            | E::Seen { .. }
            | E::State { .. }
            | E::History { .. }
            | E::Trained { .. }
            | E::EpochEnded { .. }
            | E::Judged { .. }
            | E::Saved { .. }
            | E::Finished { .. }
            | E::Diverged { .. } => self.run_event(event, buffers),
            // Only the exported page asks for it.
            E::Used { .. } => {}
        }
    }

    /// The worker is good for something.
    pub(super) fn something_came(&self) {
        self.desk(|desk| desk.deaths = 0);
    }

    fn failed(&self, at: FaultSite, fault: &Fault) {
        let request = match at {
            FaultSite::Worker => return self.worker_died(fault),
            FaultSite::Run | FaultSite::Load => return self.run_failed(fault),
            FaultSite::Request(request) => request,
        };
        match self.answered(request) {
            Some(Asked::Collect) => self.collect_failed(request, fault),
            Some(Asked::Zip) => self.zip_failed(fault),
            Some(Asked::List) => self.notify_fault(fault),
            Some(asked) => self.request_failed(asked, fault),
            // It is over already.
            None => {}
        }
    }

    /// The worker is of no more use.
    fn worker_died(&self, fault: &Fault) {
        let Some((backend, deaths)) = self.desk(Desk::lost).flatten() else { return };
        let gone = deaths >= AT_ALL && backend == Backend::Cpu;
        let (tone, text, action) = if backend == Backend::Webgpu {
            (Tone::Warning, format!("{fault} The CPU goes on; pictures and runs are kept."), None)
        } else if gone {
            let text = format!(
                "Computing stopped again, so it was not started another time. {fault} Your pictures are safe. Start it again, perhaps with a smaller batch or network."
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
            self.device.set(Device::Gone);
        } else {
            self.start_worker(Backend::Cpu);
            self.write_address();
        }
    }

    /// Shows a fault with its sentence and what to do about it.
    pub fn notify_fault(&self, fault: &Fault) {
        let next = fault.next_action();
        let (sentence, action) = match next {
            NextAction::UseCpu | NextAction::ContinueOnCpu => {
                ("The CPU works everywhere; choose it under Device.", Some(NoticeAction::UseCpu))
            }
            NextAction::SmallerBatch => ("Choose a smaller batch, fewer unfrozen blocks or a smaller network.", None),
            NextAction::ReloadData => (next.sentence(), Some(NoticeAction::LoadAgain)),
            NextAction::ReloadPage => {
                ("Reload the page; your pictures and runs are kept.", Some(NoticeAction::ReloadPage))
            }
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
            Some(NoticeAction::LoadAgain) => {
                if self.device.with_untracked(|device| *device == Device::Gone) {
                    self.choose_device(Backend::Cpu);
                } else {
                    self.list();
                    self.load_run_again();
                }
            }
            Some(NoticeAction::ReloadPage) => drop(browser::window().location().reload()),
            Some(NoticeAction::ChoosePicture) => browser::click("add-files"),
            Some(NoticeAction::ChooseFile) => browser::click("project-open"),
            Some(NoticeAction::Undo) => self.undo(),
            Some(NoticeAction::EmptyBin) => self.empty_bin(),
            Some(action) => self.act_on_run(action),
            None => {}
        }
    }
}
