//! Orders: the visitor's to the run, and those that keep a run alive when its worker dies.

use super::keep_alive::keep_alive;
use super::run::busy;
use super::{Chosen, DeviceState, Kept, Lab, NoticeAction, Tone};
use crate::app::browser;
use crate::app::erase;
use crate::app::worker_client::{Arrival, WorkerClient};
use crate::protocol::wire::Packet;
use crate::protocol::{Backend, Command, Export, Fault, RunState, TestLoss};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::{JsValue, closure::Closure};

/// No weights of this network are nearly as large; a bigger file is not even read.
const LARGEST_IMPORT: f64 = 32e6;

impl Lab {
    /// Called when the lab is shown: the first time it starts everything, later it only restores the address.
    pub fn open(&self) {
        let first = self.inner.try_update_value(|inner| !std::mem::replace(&mut inner.opened, true));
        if first != Some(true) {
            self.write_address();
            return;
        }
        self.read_address();
        self.keep_alive();
        self.find_saved_runs();
        if self.inner.with_value(|inner| inner.test) {
            self.offer_test_hooks();
        }
        self.choose_device();
    }

    /// Makes a worker the one in use and gives it the run to go on with, or a new one.
    pub(super) fn activate(&self, client: Rc<WorkerClient>, device: String, why: String, measured: bool) {
        let backend = client.backend;
        self.inner.update_value(|inner| inner.active = Some(client.clone()));
        self.looking.forget_questions();
        self.device.set(DeviceState::Ready(Chosen { backend, device, why, measured }));
        match self.inner.with_value(|inner| inner.kept.clone()) {
            Some(kept) => client.send(Packet::with(Command::Restore { run: kept.run }, vec![kept.bytes.to_vec()])),
            None => self.prepare(),
        }
        let pending = self.inner.try_update_value(|inner| std::mem::take(&mut inner.pending));
        for packet in pending.unwrap_or_default() {
            client.send(packet);
        }
        if self.waiting_to_train.get_untracked() {
            self.waiting_to_train.set(false);
            client.send(Packet::new(Command::Train));
        }
        let lab = *self;
        let arrivals = client.arrivals.clone();
        // The task must not keep the worker alive: dropping the client ends both.
        drop(client);
        erase::spawn(async move {
            while let Ok(arrival) = arrivals.recv().await {
                match arrival {
                    Arrival::Event(packet) => lab.handle(*packet),
                    Arrival::Died(reason) => lab.worker_died(&Fault::Internal { message: reason }),
                }
            }
        });
    }

    /// A new run at step 0 from the settings as they are.
    pub(super) fn prepare(&self) {
        if !self.inner.with_value(|inner| inner.active.is_some()) {
            return;
        }
        self.inner.update_value(|inner| (inner.kept, inner.before_reset) = (None, None));
        let command = Command::Prepare { run: browser::new_run_id(), settings: self.settings.get_untracked() };
        self.order(Packet::new(command));
    }

    pub fn train(&self) {
        if self.run.state.get_untracked() == RunState::Finished && !self.can_go_on() {
            self.start_new_run();
        }
        if self.device.with_untracked(|device| *device == DeviceState::Gone) {
            self.recover();
        } else {
            self.go();
        }
    }

    /// Trains as soon as there is a worker.
    pub(super) fn go(&self) {
        if self.inner.with_value(|inner| inner.active.is_none()) {
            self.waiting_to_train.set(true);
        } else {
            self.order(Packet::new(Command::Train));
        }
    }

    /// Whether a finished run was stopped before its last step.
    pub fn can_go_on(&self) -> bool {
        untrack(|| self.run.progress.with(|p| p.step < p.steps_in_all))
    }

    pub fn pause(&self) {
        self.waiting_to_train.set(false);
        self.order(Packet::new(Command::Pause));
    }

    pub fn step(&self) {
        self.order(Packet::new(Command::Step));
    }

    pub fn stop(&self) {
        self.order(Packet::new(Command::Stop));
    }

    /// Back to the same initial weights; the state before can be taken up again.
    pub fn reset(&self) {
        self.inner.update_value(|inner| inner.before_reset = inner.kept.take());
        self.ask(Packet::new(Command::Reset));
        if let Some(kept) = self.inner.with_value(|inner| inner.before_reset.clone()) {
            let text = format!(
                "The run is back at its initial weights. Undo returns to step {}.",
                crate::app::words::count(kept.step)
            );
            self.notify(Tone::Info, text, Some(NoticeAction::UndoReset));
        }
    }

    pub(super) fn undo_reset(&self) {
        if let Some(kept) = self.inner.with_value(|inner| inner.before_reset.clone()) {
            self.order(Packet::with(Command::Restore { run: kept.run.clone() }, vec![kept.bytes.to_vec()]));
            self.inner.update_value(|inner| inner.kept = Some(kept));
        }
    }

    /// Leaves the current run (which stays saved) and makes one from the settings as they are.
    pub fn start_new_run(&self) {
        let device_changed =
            self.settings.with_untracked(|next| self.run.settings.with_untracked(|now| now.backend != next.backend));
        if self.run.progress.with_untracked(|p| p.step > 0) {
            self.order(Packet::new(Command::Save));
        }
        if device_changed {
            self.inner.update_value(|inner| inner.kept = None);
            self.choose_device();
        } else {
            self.prepare();
        }
    }

    /// Goes back to the last good state with a smaller learning rate, and on from there.
    pub fn rewind(&self, learning_rate: f64) {
        self.order(Packet::new(Command::Rewind { learning_rate }));
        self.order(Packet::new(Command::Train));
    }

    /// Fetches the pictures (again).
    pub fn load(&self) {
        self.order(Packet::new(Command::Load));
    }

    pub fn cancel_load(&self) {
        self.ask(Packet::new(Command::CancelLoad));
    }

    pub fn export(&self, what: Export) {
        let request = self.next_request();
        self.order(Packet::new(Command::Export { request, what }));
    }

    /// Reads a chosen file and hands it to the worker, which judges it.
    pub fn import(&self, file: web_sys::File) {
        let (lab, name) = (*self, file.name());
        if file.size() > LARGEST_IMPORT {
            let text = format!(
                "{name} cannot be used: it is {}, and weights of this network take 0.3 MB. Nothing was changed.",
                crate::app::words::megabytes(file.size() as u64)
            );
            self.notify(Tone::Error, text, Some(NoticeAction::ChooseFile));
            return;
        }
        erase::spawn(async move {
            match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
                    let request = lab.next_request();
                    lab.order(Packet::with(Command::Import { request, name, run: browser::new_run_id() }, vec![bytes]));
                }
                Err(_) => lab.notify(
                    Tone::Error,
                    format!("The browser could not read {name}."),
                    Some(NoticeAction::ChooseFile),
                ),
            }
        });
    }

    /// The worker in use is of no more use.
    pub(super) fn worker_died(&self, fault: &Fault) {
        let Some(dead) = self.inner.try_update_value(|inner| inner.active.take()).flatten() else { return };
        let backend = dead.backend;
        drop(dead);
        self.loading.set(None);
        let was_busy = busy(self.run.state.get_untracked());
        let step = self.inner.with_value(|inner| inner.kept.as_ref().map_or(0, |kept| kept.step));
        let from = crate::app::words::count(step);
        let reason = fault.to_string();
        if backend == Backend::Webgpu {
            let goes_on = if was_busy { "goes on" } else { "can go on" };
            let text = format!("{reason} The run {goes_on} from step {from}, its last saved step, on the CPU.");
            self.announce(text.clone());
            self.notify(Tone::Warning, text, None);
            self.waiting_to_train.set(was_busy);
            self.continue_on_cpu("WebGPU was lost in the middle of the run, so the CPU took over.".to_owned());
        } else {
            self.device.set(DeviceState::Gone);
            self.run.state.set(RunState::Paused);
            let text = format!(
                "The part of this page that computes stopped. {reason} Nothing saved is lost: the run can go on from step {from}."
            );
            self.announce(text.clone());
            self.notify(Tone::Error, text, Some(NoticeAction::Recover));
        }
    }

    /// Starts a new worker after the old one died, with the run as it was last saved.
    pub(super) fn recover(&self) {
        self.waiting_to_train.set(true);
        self.continue_on_cpu("The CPU was started again.".to_owned());
    }

    pub(super) fn keep(&self, kept: Kept) {
        self.inner.update_value(|inner| inner.kept = Some(kept));
    }

    /// Saves before the tab is hidden or left, and keeps the screen on while a run goes on.
    fn keep_alive(&self) {
        let lab = *self;
        let save = move || {
            lab.ask(Packet::new(Command::Save));
        };
        keep_alive(move || lab.run.is_busy(), save);
    }

    /// `window.receptiveTest`, only where the address has `?test`.
    fn offer_test_hooks(&self) {
        let lab = *self;
        let hook = |loss: TestLoss| -> JsValue {
            let send = move || {
                lab.ask(Packet::new(Command::Test(loss)));
            };
            Closure::<dyn Fn()>::new(send).into_js_value()
        };
        let members = [("loseDevice", hook(TestLoss::LoseDevice)), ("diverge", hook(TestLoss::Diverge))];
        browser::set_global("receptiveTest", &members);
    }
}
