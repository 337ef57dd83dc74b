//! What the worker says, and what becomes of it.

use super::{CellView, Divergence, Kept, Lab, Loading, NoticeAction, Shown, Tone, Watched};
use crate::app::erase;
use crate::app::storage::{self, SavedRun};
use crate::app::{browser, words};
use crate::protocol::wire::Packet;
use crate::protocol::{Digit, Event, Fault, FaultSite, PointOf, Progress, RequestId, RunId, RunState, Settings};
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

impl Lab {
    pub(super) fn handle(&self, packet: Packet<Event>) {
        let Packet { body, mut buffers, .. } = packet;
        let mut first = || if buffers.is_empty() { Vec::new() } else { buffers.swap_remove(0) };
        match body {
            Event::Ready { .. } | Event::Benchmarked { .. } => {}
            Event::Loading { done, total, images, .. } => self.loading.set(Some(Loading { done, total, images })),
            Event::Loaded => self.loading.set(None),
            Event::State { run, state, settings, progress } => self.state_changed(run, state, settings, progress),
            Event::History { run, history } => {
                self.run.show(run, history);
                self.cell.set(None);
                self.looking.forget_questions();
                self.ask_again();
            }
            Event::Trained { run, points, progress } => {
                if self.is_current(&run) {
                    if !points.is_empty() {
                        self.run.points.update(|all| all.extend(points));
                    }
                    self.run.progress.set(progress);
                }
            }
            Event::EpochEnded { run, point, progress } => {
                if self.is_current(&run) {
                    self.run.epochs.update(|all| all.push(point));
                    self.run.progress.set(progress);
                    self.announce(epoch_in_words(&point, progress.epochs));
                    self.predict();
                }
            }
            Event::KernelsRecorded { run, frame } => {
                if self.is_current(&run) {
                    self.run.kernels.update(|all| all.push(frame));
                }
            }
            Event::Saved { run, settings, progress, finished } => {
                self.saved(run, settings, progress, finished, first())
            }
            Event::Finished { run, report } => {
                if self.is_current(&run) {
                    self.announce(format!(
                        "Training is finished. Test accuracy {}, training time {}.",
                        words::percent(report.test_accuracy),
                        words::duration(report.training_seconds)
                    ));
                    self.run.report.set(Some(Arc::new(report)));
                }
            }
            Event::Diverged { run, step, loss, good_step, suggested_learning_rate } => {
                if self.is_current(&run) {
                    self.announce(format!("Training diverged at step {step} and was stopped."));
                    let learning_rate = suggested_learning_rate;
                    self.run.diverged.set(Some(Divergence { step, loss, good_step, learning_rate }));
                }
            }
            Event::Predicted { request, prediction } => {
                if self.answered(self.looking.predicting, request, Self::predict)
                    && !self.drawing.with_untracked(|d| d.is_empty())
                {
                    self.looking.prediction.set(Some(prediction));
                    self.looking.seen.set(Some(first()));
                }
            }
            Event::Watched { request, digit, step, activations, weights, prediction } => {
                self.answered(self.looking.watching, request, Self::watch);
                let wanted = match digit {
                    Digit::Drawn { .. } => Shown::Drawn,
                    Digit::Test { index } => Shown::Test(index),
                };
                if self.looking.shown.get_untracked() == wanted {
                    let watched = Watched::new(step, prediction, activations, weights, &buffers);
                    self.looking.watched.set(Some(Arc::new(watched)));
                    self.explain_again();
                }
            }
            Event::Explained { request, arithmetic } => {
                self.answered(self.looking.explaining, request, Self::explain_again);
                self.looking.explained.set(Some(Arc::new(arithmetic)));
            }
            Event::Cell { request, total, indices, probabilities, .. } => {
                self.cell_arrived(request, total, &indices, &probabilities, &first());
            }
            Event::Exported { name, .. } => {
                browser::download(&name, &first());
                self.announce(format!("{name} was made and handed to the browser's downloads."));
            }
            Event::Imported { accuracy, .. } => self.imported(accuracy),
            // This lab asks nothing of these kinds.
            Event::Inside(_) | Event::Teach(_) | Event::Googlenet(_) => {}
            Event::Failed { at, fault } => self.failed(at, &fault),
        }
    }

    fn is_current(&self, run: &RunId) -> bool {
        self.run.id.with_untracked(|id| id == run)
    }

    fn state_changed(&self, run: RunId, state: RunState, settings: Settings, progress: Progress) {
        self.run.id.set(run);
        // The controls follow a run that was taken up again, or went back with a smaller learning rate.
        if progress.step > 0 && self.run.settings.with_untracked(|old| *old != settings) {
            self.settings.set(settings.clone());
            self.write_address();
        }
        self.run.settings.set(settings);
        self.run.progress.set(progress);
        if self.run.state.get_untracked() != state {
            self.run.state.set(state);
        }
        if state != RunState::Diverged {
            self.run.diverged.set(None);
        }
        if state == RunState::Training
            && self.drawing.with_untracked(|d| d.is_empty())
            && self.looking.shown.get_untracked() == Shown::Drawn
            && self.looking.watched.with_untracked(Option::is_none)
        {
            // Something to look at while it learns; the pictures are loaded anyway.
            self.look_at(Shown::Test(0));
        }
    }

    fn saved(&self, run: RunId, settings: Settings, progress: Progress, finished: bool, bytes: Vec<u8>) {
        let bytes = Rc::new(bytes);
        let saved = SavedRun { run: run.clone(), settings, progress, finished, saved_at: browser::now() };
        if self.is_current(&run) {
            self.keep(Kept { run, step: progress.step, bytes: bytes.clone() });
        }
        let lab = *self;
        erase::spawn(async move {
            if let Err(error) = storage::save(&saved, &bytes).await {
                lab.storage_failed(&error);
            }
        });
    }

    /// The worker has the weights of a file; the controls show the settings that came with them.
    fn imported(&self, accuracy: Option<f64>) {
        self.run.imported.set(true);
        self.settings.set(self.run.settings.get_untracked());
        self.write_address();
        match accuracy {
            Some(a) => {
                self.notify(Tone::Info, format!("The file was loaded. Its test accuracy: {}.", words::percent(a)), None)
            }
            None => self.notify(Tone::Info, "The file was loaded. Train goes on with it.", Some(NoticeAction::Measure)),
        }
    }

    fn cell_arrived(&self, request: RequestId, total: usize, indices: &[usize], probabilities: &[f32], pixels: &[u8]) {
        self.cell.update(|cell| {
            let Some(cell) = cell.as_mut().filter(|cell| cell.request == request) else { return };
            let pictures = indices.iter().zip(probabilities).zip(pixels.chunks_exact(28 * 28));
            *cell = CellView {
                total,
                waiting: false,
                pictures: pictures.map(|((&index, &p), picture)| (index, p, picture.to_vec())).collect(),
                ..cell.clone()
            };
        });
    }

    fn failed(&self, at: FaultSite, fault: &Fault) {
        match at {
            FaultSite::Worker => self.worker_died(fault),
            FaultSite::Run => self.notify_fault(fault),
            FaultSite::Load => {
                self.loading.set(None);
                self.notify_fault(fault);
            }
            FaultSite::Request(request) => {
                // The page asks these by itself, also before there is a network to ask.
                let own = [self.looking.predicting, self.looking.watching, self.looking.explaining]
                    .into_iter()
                    .any(|flight| self.answered(flight, request, |_| {}));
                self.cell.update(|cell| {
                    if cell.as_ref().is_some_and(|cell| cell.request == request) {
                        *cell = None;
                    }
                });
                if !own || *fault != Fault::NoRun {
                    self.notify_fault(fault);
                }
            }
        }
    }
}

fn epoch_in_words(point: &PointOf, epochs: usize) -> String {
    let validation = point
        .validation_accuracy
        .map_or_else(String::new, |a| format!(", validation accuracy {}", words::percent(a.into())));
    let accuracy = words::percent(point.train_accuracy.into());
    format!("Epoch {} of {epochs}: training accuracy {accuracy}{validation}.", point.epoch)
}
