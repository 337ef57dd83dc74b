//! The worker of this lab: started, told everything, and replaced when it dies.

use super::{Asked, Device, Inside};
use crate::app::erase;
use crate::app::state::desk::{AtDesk, Desk};
use crate::app::state::{NoticeAction, Tone};
use crate::app::worker_client::{Arrival, WorkerClient};
use crate::protocol::{Backend, Event, Fault};
use leptos::prelude::*;
use std::rc::Rc;

/// After so many deaths without a result in between, the lab tries without the photo; then not at all.
const WITHOUT_PHOTO: u32 = 2;
const AT_ALL: u32 = 3;

impl AtDesk for Inside {
    type Asked = Asked;
    const SAFE: &str = "";

    fn device(&self) -> RwSignal<Device> {
        self.device
    }

    fn desk<R>(&self, f: impl FnOnce(&mut Desk<Asked>) -> R) -> Option<R> {
        self.inner.try_update_value(|inner| f(&mut inner.desk))
    }

    fn worker_went(&self) {
        self.forget_questions();
    }

    fn activate(&self, client: Rc<WorkerClient>) {
        let arrivals = client.arrivals.clone();
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

    fn notify(&self, tone: Tone, text: String, action: Option<NoticeAction>) {
        self.notices.post(tone, text, action);
    }

    fn write_address(&self) {
        Self::write_address(self);
    }
}

impl Inside {
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
        let Some((backend, deaths)) = self.desk(Desk::lost).flatten() else { return };
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
