//! The worker of this lab: started, told everything, and replaced when it dies.

use super::{Device, Inside};
use crate::app::erase;
use crate::app::state::{NoticeAction, Tone};
use crate::app::worker_client::{Arrival, WorkerClient, start_and_wait};
use crate::protocol::{Backend, Event, Fault};
use leptos::prelude::*;
use std::rc::Rc;

/// After so many deaths without a result in between, the lab tries without the photo; then not at all.
const WITHOUT_PHOTO: u32 = 2;
const AT_ALL: u32 = 3;

impl Inside {
    /// Does the work on this device from now on. Nothing asked for so far is lost.
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
        self.forget_questions();
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
                        "The part of this page that computes could not be started: {reason}. Check the connection and reload the page."
                    );
                    lab.notify(Tone::Error, text, Some(NoticeAction::ReloadPage));
                }
            }
        });
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
                        Event::Inside(event) => lab.handle(event, packet.buffers),
                        Event::Failed { at, fault } => lab.failed(at, fault),
                        _ => {}
                    },
                    Arrival::Died(message) => lab.worker_died(&Fault::Internal { message }),
                }
            }
        });
    }

    /// Tells a new worker what the one before knew.
    fn tell_everything(&self) {
        if self.networks.all.with_untracked(Vec::is_empty) {
            self.list();
        } else {
            self.send_photo();
            self.reopen();
        }
        self.ask_ledgers();
    }

    /// The worker is of no more use.
    pub(super) fn worker_died(&self, fault: &Fault) {
        let dead = self.inner.try_update_value(|inner| {
            let dead = inner.worker.take()?;
            inner.deaths += 1;
            Some((dead.backend, inner.deaths))
        });
        let Some((backend, deaths)) = dead.flatten() else { return };
        let (text, action) = if backend == Backend::Webgpu {
            (format!("{fault} The CPU goes on with the same photo and network."), None)
        } else if deaths < WITHOUT_PHOTO {
            (format!("The part of this page that computes stopped and was started again. {fault}"), None)
        } else if deaths < AT_ALL {
            let name = self.photos.name_wanted();
            self.give_up_photo();
            let text = format!("Computing stopped twice with the picture {name}, so it was put aside. {fault}");
            (text, Some(NoticeAction::ChoosePicture))
        } else {
            let text = format!(
                "Computing stopped again, so it was not started another time. {fault} Start it again, perhaps with a smaller network."
            );
            (text, Some(NoticeAction::StartAgain))
        };
        self.announce(text.clone());
        let gone = deaths >= AT_ALL && backend == Backend::Cpu;
        self.notify(if gone { Tone::Error } else { Tone::Warning }, text, action);
        if gone {
            self.forget_questions();
            self.device.set(Device::Gone);
        } else {
            self.start_worker(Backend::Cpu);
            self.write_address();
        }
    }
}
