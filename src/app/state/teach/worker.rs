//! The worker of this lab: started, told everything, and replaced when it dies.

use super::{Asked, Teach};
use crate::app::browser;
use crate::app::erase;
use crate::app::state::inside::Device;
use crate::app::state::{Notice, NoticeAction, Tone};
use crate::app::worker_client::{Arrival, WorkerClient, start_and_wait};
use crate::protocol::{Backend, Event, Fault, FaultSite, NextAction, TeachCommand, TeachEvent};
use leptos::prelude::*;
use std::rc::Rc;

/// After so many deaths without anything done in between, it is not started by itself any more.
const AT_ALL: u32 = 3;

impl Teach {
    /// Does the work on this device from now on. Nothing is lost by it.
    pub fn choose_device(&self, backend: Backend) {
        self.inner.update_value(|inner| inner.deaths = 0);
        self.start_worker(backend);
        self.write_address();
    }

    /// Ends the worker there was and starts one for this device; without WebGPU, for the CPU.
    pub(super) fn start_worker(&self, backend: Backend) {
        let lab = *self;
        self.device.set(Device::Starting(backend));
        let start = self
            .inner
            .try_update_value(|inner| {
                inner.worker = None;
                inner.asked.clear();
                inner.starts += 1;
                inner.starts
            })
            // The value lives as long as the page.
            .unwrap_or_default();
        self.worker_went();
        erase::spawn(async move {
            let started = start_and_wait(backend).await;
            if lab.inner.with_value(|inner| inner.starts) != start {
                return;
            }
            match started {
                Ok((client, device)) => lab.activate(client, device),
                Err(reason) if backend == Backend::Webgpu => {
                    let text = format!("WebGPU could not be used: {reason}. The CPU does the work instead.");
                    lab.notify(Tone::Warning, text, None);
                    lab.start_worker(Backend::Cpu);
                    lab.write_address();
                }
                Err(reason) => {
                    lab.device.set(Device::Gone);
                    let text = format!(
                        "The part of this page that computes could not be started: {reason}. Your pictures are safe; check the connection and reload the page."
                    );
                    lab.notify(Tone::Error, text, Some(NoticeAction::ReloadPage));
                }
            }
        });
    }

    /// Nothing is under way any more: each part says what that means for it.
    fn worker_went(&self) {
        self.collecting_stopped();
        self.questions_stopped();
    }

    fn activate(&self, client: Rc<WorkerClient>, device: String) {
        let arrivals = client.arrivals.clone();
        self.device.set(Device::Ready(client.backend, device));
        self.inner.update_value(|inner| inner.worker = Some(client));
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
        self.inner.update_value(|inner| inner.deaths = 0);
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
        let dead = self.inner.try_update_value(|inner| {
            let dead = inner.worker.take()?;
            inner.deaths += 1;
            Some((dead.backend, inner.deaths))
        });
        let Some((backend, deaths)) = dead.flatten() else { return };
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
        let command = match fault {
            Fault::NotInstalled { command: Some(command), .. } => format!(" The command: {command}"),
            _ => String::new(),
        };
        let tone = if *fault == Fault::Cancelled { Tone::Info } else { Tone::Error };
        self.notify(tone, format!("{fault} {sentence}{command}"), action);
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
