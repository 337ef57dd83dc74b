//! The time-lapse: what the network saw in a picture after every saved epoch.

use super::runs::File;
use super::{Asked, Googlenet};
use crate::app::erase::{self, Kept};
use crate::app::state::questions::{InFlight, floats};
use crate::protocol::{Fault, GooglenetCommand, GooglenetLook, Picture, RequestId, RunId};
use leptos::prelude::*;
use std::sync::Arc;

/// So many answers are kept for sliding back and forth; one is up to half a megabyte.
const MOST: usize = 48;

/// Signals about the time-lapse.
#[derive(Clone, Copy)]
pub struct Lapse {
    /// The epoch looked at; `None` follows the newest.
    pub epoch: RwSignal<Option<usize>>,
    pub picture: RwSignal<Picture>,
    /// The visitor's own, and how many there were so far.
    pub own: Kept<Vec<u8>>,
    own_number: RwSignal<u32>,
    /// The layer whose maps are wanted; empty for the worker's choice.
    pub layer: RwSignal<String>,
    pub seen: Kept<Seen>,
    /// Why there is nothing to be seen.
    pub problem: RwSignal<Option<String>>,
    pub playing: RwSignal<bool>,
    pub flight: RwSignal<InFlight>,
    /// An epoch's file is being read.
    reading: RwSignal<bool>,
    hidden: StoredValue<Hidden, LocalStorage>,
}

/// What is not shown.
#[derive(Default)]
struct Hidden {
    answers: Vec<(Question, Arc<Seen>)>,
    asked: Option<Question>,
    /// The file read last.
    file: Option<(RunId, usize, File)>,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    run: RunId,
    epoch: usize,
    picture: Picture,
    own_number: u32,
    layer: String,
}

/// What the worker answered.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub look: GooglenetLook,
    /// `[32, 32, 3]` bytes.
    pub picture: Vec<u8>,
    /// Of [`GooglenetLook::kernel_shape`].
    pub kernels: Vec<f32>,
    /// Of [`GooglenetLook::shape`].
    pub maps: Vec<f32>,
}

impl Lapse {
    pub(super) fn new() -> Self {
        Self {
            epoch: RwSignal::default(),
            picture: RwSignal::new(Picture::Validated(0)),
            own: Kept::default(),
            own_number: RwSignal::default(),
            layer: RwSignal::default(),
            seen: Kept::default(),
            problem: RwSignal::default(),
            playing: RwSignal::default(),
            flight: RwSignal::default(),
            reading: RwSignal::default(),
            hidden: StoredValue::new_local(Hidden::default()),
        }
    }

    /// Something is asked and not answered yet.
    pub fn is_waiting(&self) -> bool {
        self.reading.get() || self.flight.get().request.is_some()
    }
}

impl Googlenet {
    /// Called once: from now on the answer follows what is chosen.
    pub(super) fn open_lapse(&self) {
        let lab = *self;
        erase::for_good(move || {
            let question = erase::memo(move || lab.question());
            let mut shown = RunId::new();
            erase::effect(move || {
                // Read, because a memo that nobody reads follows nothing.
                question.with(|_| ());
                let run = lab.runs.id.get();
                if run != shown {
                    shown = run;
                    lab.lapse.epoch.set(None);
                    lab.lapse.seen.set(None);
                    lab.lapse.problem.set(None);
                    lab.lapse.playing.set(false);
                }
                lab.look();
            });
        });
    }

    /// The epochs whose weights can be looked at, in order.
    pub fn saved_epochs(&self) -> Vec<usize> {
        match self.runs.shown() {
            Some(record) => record.kept.iter().map(|(epoch, _)| *epoch).collect(),
            None => Vec::new(),
        }
    }

    /// How many validated pictures there are to look at.
    pub fn validated_pictures(&self) -> usize {
        let dataset = self.runs.settings.with(|settings| settings.dataset.clone());
        self.setup.set(&dataset).map_or(0, |set| set.validation)
    }

    fn question(&self) -> Option<Question> {
        let lapse = &self.lapse;
        let epochs = self.saved_epochs();
        let chosen = lapse.epoch.get().filter(|epoch| epochs.contains(epoch));
        let epoch = chosen.or(epochs.last().copied())?;
        let picture = lapse.picture.get();
        let there = match picture {
            Picture::Own => lapse.own.with(Option::is_some),
            Picture::Validated(place) => place < self.validated_pictures(),
        };
        there.then(|| Question {
            run: self.runs.id.get(),
            epoch,
            picture,
            own_number: lapse.own_number.get(),
            layer: lapse.layer.get(),
        })
    }

    /// Tries once more what failed.
    pub fn look_again(&self) {
        self.lapse.problem.set(None);
        self.look();
    }

    /// Looks at what is chosen, if it was not looked at already.
    pub(super) fn look(&self) {
        let Some(question) = untrack(|| self.question()) else { return };
        let known = self.lapse.hidden.with_value(|hidden| {
            hidden.answers.iter().find(|(asked, _)| *asked == question).map(|(_, seen)| seen.clone())
        });
        if let Some(seen) = known {
            self.lapse.problem.set(None);
            return self.lapse.seen.set(Some(seen));
        }
        if self.device.with_untracked(|device| device.ready().is_none())
            || self.lapse.reading.get_untracked()
            || !InFlight::may_ask(self.lapse.flight)
        {
            return;
        }
        self.lapse.reading.set(true);
        let lab = *self;
        erase::spawn(async move {
            let file = lab.file(&question.run, question.epoch).await;
            lab.lapse.reading.set(false);
            if untrack(|| lab.question()).as_ref() != Some(&question) {
                return lab.look();
            }
            let Some(file) = file else {
                let text = "The weights of this epoch could not be read.".to_owned();
                return lab.lapse.problem.set(Some(text));
            };
            let mut buffers = vec![file.to_vec()];
            if question.picture == Picture::Own {
                buffers.extend(lab.lapse.own.get_untracked().map(|own| own.to_vec()));
            }
            let (picture, layer) = (question.picture, question.layer.clone());
            let asked = lab.ask(Asked::Look, buffers, |request| GooglenetCommand::Look { request, picture, layer });
            if let Some(request) = asked {
                lab.lapse.flight.set(InFlight::of(request));
                lab.lapse.hidden.update_value(|hidden| hidden.asked = Some(question));
            }
        });
    }

    async fn file(&self, run: &str, epoch: usize) -> Option<File> {
        let same = |kept: &&(RunId, usize, File)| kept.0 == run && kept.1 == epoch;
        let kept = self.lapse.hidden.with_value(|hidden| hidden.file.as_ref().filter(same).map(|kept| kept.2.clone()));
        if kept.is_some() {
            return kept;
        }
        let file = self.weights(run, epoch).await?;
        self.lapse.hidden.update_value(|hidden| hidden.file = Some((run.to_owned(), epoch, file.clone())));
        Some(file)
    }

    pub(super) fn looked(&self, request: RequestId, look: GooglenetLook, buffers: &[Vec<u8>]) {
        if InFlight::answered(self.lapse.flight, request).is_none() {
            return;
        }
        if let (Some(question), [picture, kernels, maps]) =
            (self.lapse.hidden.try_update_value(|hidden| hidden.asked.take()).flatten(), buffers)
        {
            let (kernels, maps) = (floats(kernels), floats(maps));
            let seen = Arc::new(Seen { look, picture: picture.clone(), kernels, maps });
            if untrack(|| self.question()).is_some_and(|now| now.run == question.run) {
                self.lapse.problem.set(None);
                self.lapse.seen.set(Some(seen.clone()));
            }
            self.lapse.hidden.update_value(|hidden| {
                hidden.answers.push((question, seen));
                let surplus = hidden.answers.len().saturating_sub(MOST);
                hidden.answers.drain(..surplus);
            });
        }
        self.look();
    }

    pub(super) fn look_failed(&self, request: RequestId, fault: &Fault) {
        let Some(again) = InFlight::answered(self.lapse.flight, request) else { return };
        if again {
            // Something else is chosen by now.
            self.look();
        } else {
            self.lapse.playing.set(false);
            self.lapse.problem.set(Some(format!("{fault} {}", fault.next_action().sentence())));
        }
    }

    /// The worker went: nothing asked of it is answered any more.
    pub(super) fn look_stopped(&self) {
        self.lapse.flight.set(InFlight::default());
    }

    /// The next (1) or previous (-1) validated picture.
    pub fn step_picture(&self, by: isize) {
        let count = untrack(|| self.validated_pictures()).max(1);
        let next = match self.lapse.picture.get_untracked() {
            Picture::Own => 0,
            Picture::Validated(place) => (place + count).saturating_add_signed(by) % count,
        };
        self.lapse.picture.set(Picture::Validated(next));
    }

    /// Looks at a picture of the visitor's, `[32, 32, 3]` bytes.
    pub(super) fn take_own(&self, pixels: Vec<u8>) {
        self.lapse.own.set(Some(Arc::new(pixels)));
        self.lapse.own_number.update(|number| *number += 1);
        self.lapse.picture.set(Picture::Own);
    }
}
