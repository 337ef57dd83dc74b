//! Trying the network: a picture or the camera, what the network takes it for, and how sure one may be.

use super::{Asked, Exports, Logged, Preview, Teach};
use crate::app::browser;
use crate::app::erase::{self, Kept, List};
use crate::app::state::questions::{InFlight, floats};
use crate::protocol::{Answer, Explain, Fault, TeachCommand, TeachEvent};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::{Blob, File};

/// Of the mean time between answers, how much the newest one counts.
const NEWEST: f64 = 0.2;
/// No picture is farther from another; a run that is not finished calls everything up to here familiar.
const FARTHEST: f32 = 2.0;
/// Answers further apart belong to different pictures, in milliseconds.
const APART: f64 = 4_000.0;

/// Signals about trying the network.
#[derive(Clone, Copy)]
pub struct Live {
    /// Name and address of the picture that is shown; none while the camera runs.
    pub picture: RwSignal<Option<(String, String)>>,
    pub camera: RwSignal<bool>,
    pub answered: Kept<Answered>,
    /// A heat map is wanted.
    pub explain: RwSignal<bool>,
    /// For this class, or for the most probable one.
    pub why: RwSignal<Option<usize>>,
    /// How much of the picture the heat map covers, in percent.
    pub opacity: RwSignal<u32>,
    /// Answers a second of the camera.
    pub rate: RwSignal<Option<f64>>,
    /// Counts answers and refusals, after which the next frame may be sent.
    pub turn: RwSignal<u32>,
    /// Newest last.
    pub log: List<Logged>,
    pub preview: Preview,
    pub exports: Exports,
    flight: RwSignal<InFlight>,
    hidden: StoredValue<Hidden, LocalStorage>,
}

/// What is not shown.
#[derive(Default)]
struct Hidden {
    file: Option<Blob>,
    /// The answer before, in milliseconds since 1970.
    last: f64,
    logged: f64,
    /// The run whose answer about the picture is logged; asked again, it is not logged again.
    logged_of: String,
}

/// What the network says of a picture.
#[derive(Debug, PartialEq)]
pub struct Answered {
    pub answer: Answer,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Of the heat map, row by row.
    pub heat: Vec<f32>,
}

impl Answered {
    /// The most probable class.
    pub fn best(&self) -> usize {
        let probabilities = &self.answer.probabilities;
        (1..probabilities.len()).fold(0, |best, i| if probabilities[i] > probabilities[best] { i } else { best })
    }

    /// Whether it is known from where on a picture is unfamiliar: that is measured at the end of a run.
    pub fn is_calibrated(&self) -> bool {
        self.answer.familiar_within < FARTHEST
    }

    /// Whether it looks like anything that was learned from.
    pub fn is_familiar(&self) -> bool {
        self.answer.distance <= self.answer.familiar_within
    }

    pub fn name(&self, class: usize) -> String {
        self.classes.get(class).cloned().unwrap_or_else(|| format!("class {}", class + 1))
    }
}

impl Live {
    pub(super) fn new() -> Self {
        Self {
            picture: RwSignal::default(),
            camera: RwSignal::default(),
            answered: Kept::default(),
            explain: RwSignal::default(),
            why: RwSignal::default(),
            opacity: RwSignal::new(60),
            rate: RwSignal::default(),
            turn: RwSignal::default(),
            log: List::default(),
            preview: Preview::new(),
            exports: Exports::default(),
            flight: RwSignal::default(),
            hidden: StoredValue::new_local(Hidden::default()),
        }
    }

    /// The picture has an answer still to come.
    pub fn is_waiting(&self) -> bool {
        self.flight.get().request.is_some()
    }
}

impl Teach {
    /// Asks again about the same picture when there is another network, or something else is wanted.
    pub(super) fn open_live(&self) {
        let lab = *self;
        erase::effect(move || {
            let (run, usable) = (lab.runs.id.get(), lab.runs.usable.get());
            lab.live.explain.track();
            lab.live.why.track();
            if run.is_empty() {
                lab.live.answered.set(None);
            } else if usable {
                lab.try_again();
            }
        });
    }

    /// Shows a picture file to the network.
    pub fn try_file(&self, file: &File) {
        let name = file.name();
        self.show_blob(name, file.clone().into());
    }

    fn show_blob(&self, name: String, blob: Blob) {
        if let Some((_, old)) = self.live.picture.get_untracked() {
            web_sys::Url::revoke_object_url(&old).ok();
        }
        let Ok(address) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
        self.live.camera.set(false);
        self.live.answered.set(None);
        self.live.rate.set(None);
        self.live.picture.set(Some((name, address)));
        self.live.hidden.update_value(|hidden| (hidden.file, hidden.logged_of) = (Some(blob), String::new()));
        self.try_again();
    }

    /// Asks about the picture that is shown.
    fn try_again(&self) {
        if self.live.camera.get_untracked() || self.live.picture.with_untracked(Option::is_none) {
            return;
        }
        let Some(file) = self.live.hidden.with_value(|hidden| hidden.file.clone()) else { return };
        if self.runs.usable.get_untracked() && InFlight::may_ask(self.live.flight) {
            self.classify(None, Vec::new(), vec![file]);
        }
    }

    /// Shows a square of the camera's picture to the network, if the one before is answered; says whether.
    pub fn try_frame(&self, side: usize, rgba: Vec<u8>) -> bool {
        let free = self.live.flight.with_untracked(|flight| flight.request.is_none());
        free && self.runs.usable.get_untracked() && self.classify(Some(side), vec![rgba], Vec::new())
    }

    fn classify(&self, side: Option<usize>, buffers: Vec<Vec<u8>>, blobs: Vec<Blob>) -> bool {
        let class = self.live.why.get_untracked().map_or(Explain::Best, Explain::Class);
        let explain = self.live.explain.get_untracked().then_some(class);
        let make = |request| TeachCommand::Classify { request, side, explain };
        let request = self.ask_with(Asked::Classify, buffers, blobs, make);
        if let Some(request) = request {
            self.live.flight.set(InFlight::of(request));
        }
        request.is_some()
    }

    /// `Classified`, `Previewed` or `Exported` came.
    pub(super) fn answer_event(&self, event: TeachEvent, mut buffers: Vec<Vec<u8>>) {
        match event {
            TeachEvent::Classified { request, answer } => {
                self.answered(request);
                let again = InFlight::answered(self.live.flight, request);
                let heat = buffers.first().map(|bytes| floats(bytes)).unwrap_or_default();
                // Of a run before, where another came in between.
                let classes = self.runs.classes.get_untracked();
                if again.is_some() && answer.probabilities.len() == classes.len() {
                    self.classified(Answered { answer, classes, heat });
                }
                self.live.turn.update(|turn| *turn += 1);
                if again == Some(true) {
                    self.try_again();
                }
            }
            TeachEvent::Previewed { request, side } => {
                self.answered(request);
                self.previewed(request, side, buffers);
            }
            TeachEvent::Exported { request, what, name } => {
                self.answered(request);
                let bytes = if buffers.is_empty() { Vec::new() } else { buffers.swap_remove(0) };
                self.exported(what, &name, &bytes);
            }
            // The rest is not for this.
            _ => {}
        }
    }

    fn classified(&self, answered: Answered) {
        let now = browser::now();
        let camera = self.live.camera.get_untracked();
        let (last, logged) = self.live.hidden.with_value(|hidden| (hidden.last, hidden.logged));
        if camera && now - last < APART {
            let newest = 1000.0 / (now - last).max(1.0);
            let rate = self.live.rate.get_untracked().map_or(newest, |mean| mean + NEWEST * (newest - mean));
            self.live.rate.set(Some(rate));
        }
        let run = self.runs.id.get_untracked();
        let is_new = self.live.hidden.with_value(|hidden| hidden.logged_of != run);
        let log = if camera { now - logged > 1000.0 } else { is_new };
        self.live.hidden.update_value(|hidden| {
            hidden.last = now;
            if log {
                hidden.logged = now;
                hidden.logged_of = if camera { String::new() } else { run };
            }
        });
        if log {
            self.log(&answered, now, camera);
        }
        if !camera {
            self.announce(answer_in_words(&answered));
        }
        self.live.answered.set(Some(Arc::new(answered)));
    }

    /// A question of these could not be answered.
    pub(super) fn request_failed(&self, asked: Asked, fault: &Fault) {
        match asked {
            Asked::Classify => {
                self.live.flight.set(InFlight::default());
                self.live.turn.update(|turn| *turn += 1);
            }
            Asked::Preview => self.live.preview.stop(),
            Asked::Export => self.live.exports.stop(),
            Asked::List | Asked::Collect | Asked::Zip => {}
        }
        // The camera asks by itself, also while a network is still on its way.
        if asked != Asked::Classify || *fault != Fault::NoRun {
            self.notify_fault(fault);
        }
    }

    /// The worker went: nothing asked of it is answered any more.
    pub(super) fn questions_stopped(&self) {
        self.runs.usable.set(false);
        self.live.flight.set(InFlight::default());
        self.live.preview.stop();
        self.live.exports.stop();
    }
}

/// The sentence that stands over the bars.
pub fn answer_in_words(answered: &Answered) -> String {
    if !answered.is_familiar() {
        return "This does not look like any of your classes.".to_owned();
    }
    let best = answered.best();
    let probability = answered.answer.probabilities.get(best).copied().unwrap_or_default();
    format!("{}: {}", answered.name(best), crate::app::words::probability(probability))
}
