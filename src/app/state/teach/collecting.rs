//! Pictures on their way into the project: a queue of files, of which the worker has a few at a time.
//!
//! What the worker has scaled is stored at once, some together, so that whatever happens next loses nothing.

use super::tally::{Tally, summary};
use super::{NoticeAction, Teach, Tone};
use crate::app::erase::List;
use crate::app::projects_store::PictureInfo;
use crate::app::{browser, words};
use crate::protocol::{RequestId, SampleSet, TeachCommand};
use leptos::prelude::*;
use web_sys::Blob;

/// So many files the worker has at once: enough not to wait for the next, few enough to stop soon.
const AT_ONCE: usize = 64;
/// So many files are taken at once; a wrong folder may hold a whole disk.
const MOST_FILES: usize = 10_000;
/// What a picture takes in the storage, in bytes, more or less.
const PER_PICTURE: f64 = 30e3;
/// Of each class of the sample that the page draws.
const DRAWN_PER_CLASS: usize = 20;

/// Which class pictures get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Class(u32),
    /// That of their folder; without one, the class chosen for such pictures.
    Folders,
}

/// How far it is, as the visitor sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub done: usize,
    /// 0 while it is not known.
    pub total: usize,
    pub seconds_left: Option<f64>,
    pub cancelled: bool,
}

/// A file the visitor chose, and the folder it was in.
#[derive(Clone)]
pub struct Chosen {
    pub name: String,
    pub folder: Option<String>,
    pub file: Blob,
}

/// Signals about collecting.
#[derive(Clone, Copy)]
pub struct Collecting {
    pub count: RwSignal<Option<Count>>,
    /// What became of the last pictures.
    pub result: RwSignal<String>,
    /// Sample sets of this host.
    pub sets: List<SampleSet>,
    /// The class for pictures without a folder.
    pub target: RwSignal<Option<u32>>,
    /// The camera is recording: more will come.
    pub recording: RwSignal<bool>,
    /// A zip is being made.
    pub saving: RwSignal<bool>,
    pub(super) queue: StoredValue<Queue, LocalStorage>,
}

impl Collecting {
    pub(super) fn new() -> Self {
        Self {
            count: RwSignal::default(),
            result: RwSignal::default(),
            sets: List::default(),
            target: RwSignal::default(),
            recording: RwSignal::default(),
            saving: RwSignal::default(),
            queue: StoredValue::new_local(Queue::default()),
        }
    }

    pub fn is_busy(&self) -> bool {
        self.count.with(Option::is_some) || self.recording.get()
    }
}

/// One thing the worker is to make pictures of.
#[derive(Clone)]
pub(super) enum Work {
    Picture {
        chosen: Chosen,
        class: Option<u32>,
    },
    /// `opens`: its project becomes this one.
    Zip {
        name: String,
        file: Blob,
        class: Option<u32>,
        opens: bool,
    },
    Set {
        name: String,
        title: String,
    },
    Drawn {
        seed: u32,
    },
}

impl Work {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Picture { chosen, .. } => &chosen.name,
            Self::Zip { name, .. } => name,
            Self::Set { title, .. } => title,
            Self::Drawn { .. } => "The sample",
        }
    }

    pub(super) fn is_picture(&self) -> bool {
        matches!(self, Self::Picture { .. })
    }
}

/// What the worker has now.
pub(super) struct Flight {
    pub request: RequestId,
    pub work: Vec<Work>,
    pub answered: usize,
    pub refused: usize,
    /// Of what is not a list of files: how many pictures it holds.
    pub total: usize,
}

/// What is not shown.
#[derive(Default)]
pub(super) struct Queue {
    /// The project all this is for.
    pub project: String,
    pub waiting: Vec<Work>,
    pub flight: Option<Flight>,
    /// Scaled, and not stored yet.
    pub unsaved: Vec<(PictureInfo, Blob)>,
    pub writing: bool,
    pub tally: Tally,
    pub started: f64,
    pub done: usize,
    /// Of all files, and of what else is known.
    pub total: usize,
    /// From a project's own zip.
    pub found: Option<super::zips::Found>,
    /// The project that was open before one was made for a zip.
    pub before: Option<String>,
}

impl Teach {
    /// Takes files the visitor chose, dropped or pasted: pictures, and zips of them.
    pub fn collect_files(&self, files: Vec<Chosen>, target: Target) {
        let class = match target {
            Target::Class(id) => Some(id),
            Target::Folders => None,
        };
        if files.len() > MOST_FILES {
            let text = format!(
                "These are {} files, and {} are taken at once. Nothing was added; choose a smaller folder.",
                words::count(files.len()),
                words::count(MOST_FILES)
            );
            return self.notify(Tone::Error, text, None);
        }
        let work = files.into_iter().map(|chosen| {
            if chosen.name.to_lowercase().ends_with(".zip") {
                Work::Zip { name: chosen.name, file: chosen.file, class, opens: false }
            } else {
                Work::Picture { chosen, class }
            }
        });
        self.collect(work.collect());
    }

    /// All pictures of a data set that this host installed.
    pub fn collect_set(&self, set: &SampleSet) {
        if self.make_room_for(&set.title) {
            self.collect(vec![Work::Set { name: set.name.clone(), title: set.title.clone() }]);
        }
    }

    /// Pictures that the page draws by itself.
    pub fn collect_drawn(&self) {
        if self.make_room_for("Generated textures") {
            self.collect(vec![Work::Drawn { seed: 1 }]);
        }
    }

    /// A sample goes into a project of its own, unless this one is empty. Whether it may come.
    fn make_room_for(&self, title: &str) -> bool {
        if self.refuse_while_collecting() {
            return false;
        }
        let empty = self.projects.current_untracked().is_some_and(|project| project.classes.is_empty());
        if empty && self.projects.pictures_untracked().is_empty() {
            let name = self.fresh_project(title).name;
            self.update_project(|project| project.name = name);
        } else {
            self.new_project(title.to_owned());
        }
        true
    }

    pub(super) fn collect(&self, work: Vec<Work>) {
        let project = self.projects.id();
        if work.is_empty() || project.is_empty() {
            return;
        }
        self.ask_to_persist();
        let pictures = work.iter().filter(|work| work.is_picture()).count();
        self.warn_of_little_room(pictures);
        let idle = untrack(|| self.collecting.count.with(Option::is_none));
        self.collecting.queue.update_value(|queue| {
            if idle {
                queue.tally = Tally::default();
                (queue.started, queue.done, queue.total) = (browser::now(), 0, 0);
                queue.project = project;
            }
            queue.total += pictures;
            queue.waiting.extend(work);
        });
        self.collecting.result.set(String::new());
        self.count_again();
        self.collect_more();
    }

    /// So many more pictures are coming.
    fn warn_of_little_room(&self, pictures: usize) {
        let Some(room) = self.projects.room.get_untracked() else { return };
        let needed = pictures as f64 * PER_PICTURE;
        if needed > room.free {
            let text = format!(
                "These pictures need about {}, and only {} are free for this page. What fits is kept; remove pictures or projects you no longer need.",
                words::megabytes(needed as u64),
                words::megabytes(room.free as u64)
            );
            self.notify(Tone::Warning, text, None);
        }
    }

    /// Hands the worker what is next, if it has nothing; or ends, when there is no more.
    pub(super) fn collect_more(&self) {
        let ready = self.inner.with_value(|inner| inner.desk.worker.is_some());
        let next = self.collecting.queue.try_update_value(|queue| {
            if !ready || queue.flight.is_some() || queue.waiting.is_empty() {
                return Vec::new();
            }
            let pictures = queue.waiting.iter().take(AT_ONCE).take_while(|work| work.is_picture()).count();
            queue.waiting.drain(..pictures.max(1)).collect::<Vec<_>>()
        });
        let work = next.unwrap_or_default();
        if work.is_empty() {
            return self.end_if_done();
        }
        let (command, blobs) = command_for(&work);
        let request = self.ask_with(super::Asked::Collect, Vec::new(), blobs, command);
        // The worker was there a moment ago.
        let request = request.unwrap_or_default();
        self.collecting.queue.update_value(|queue| {
            queue.flight = Some(Flight { request, work, answered: 0, refused: 0, total: 0 });
        });
    }

    /// Stops; what is stored already stays.
    pub fn cancel_collecting(&self) {
        self.collecting.queue.update_value(|queue| {
            queue.waiting.clear();
            queue.tally.cancelled = true;
        });
        self.stop_worker_collecting();
        self.count_again();
        self.end_if_done();
    }

    pub(super) fn stop_worker_collecting(&self) {
        if self.collecting.queue.with_value(|queue| queue.flight.is_some()) {
            self.order(TeachCommand::CancelCollect, Vec::new(), Vec::new());
        }
    }

    /// The worker went. What it had is asked of the next one again, except what it died of.
    pub(super) fn collecting_stopped(&self) {
        let deaths = self.inner.with_value(|inner| inner.desk.deaths);
        self.collecting.queue.update_value(|queue| {
            let Some(mut flight) = queue.flight.take() else { return };
            if queue.tally.cancelled {
                return;
            }
            queue.tally.tries += 1;
            let is_list = flight.work.first().is_some_and(Work::is_picture);
            if is_list {
                flight.work.drain(..flight.answered.min(flight.work.len()));
            }
            // Once may be chance.
            let guilty = if is_list { deaths >= 2 } else { deaths > 0 && queue.tally.tries >= 2 };
            if guilty && !flight.work.is_empty() {
                let name = flight.work.remove(0).name().to_owned();
                queue.tally.refused += 1;
                queue.tally.reasons.push(format!("“{name}”: computing stopped while it was read."));
                if is_list {
                    queue.done += 1;
                }
            }
            if !is_list {
                queue.done -= flight.answered.min(queue.done);
                queue.total -= flight.total.min(queue.total);
            }
            flight.work.append(&mut queue.waiting);
            queue.waiting = flight.work;
        });
        self.collecting.saving.set(false);
        if untrack(|| self.collecting.count.with(Option::is_some)) {
            self.count_again();
            self.end_if_done();
        }
    }

    /// Shows how far it is.
    pub(super) fn count_again(&self) {
        let count = self.collecting.queue.with_value(|queue| {
            let known = queue.waiting.iter().chain(queue.flight.iter().flat_map(|flight| &flight.work));
            // A zip tells how much is in it when it is opened.
            let unknown = known.filter(|work| !work.is_picture()).count();
            let opened = queue.flight.as_ref().is_some_and(|flight| flight.total > 0);
            let total = if unknown > usize::from(opened) { 0 } else { queue.total };
            let seconds = (browser::now() - queue.started) / 1e3;
            let left = queue.total.saturating_sub(queue.done) as f64;
            let seconds_left = (queue.done >= 5 && total > 0).then(|| seconds / queue.done as f64 * left);
            Count { done: queue.done, total, seconds_left, cancelled: queue.tally.cancelled }
        });
        self.collecting.count.set(Some(count));
    }

    /// Everything is told and stored: says what became of it.
    pub(super) fn end_if_done(&self) {
        if untrack(|| self.collecting.recording.get() || self.collecting.count.with(Option::is_none)) {
            return;
        }
        let ended = self.collecting.queue.try_update_value(|queue| {
            let over = queue.flight.is_none() && queue.waiting.is_empty() && queue.unsaved.is_empty() && !queue.writing;
            over.then(|| (std::mem::take(&mut queue.tally), queue.found.take(), queue.before.take(), queue.done))
        });
        let Some((tally, found, before, done)) = ended.flatten() else { return };
        self.collecting.count.set(None);
        self.measure_room();
        if !tally.added.is_empty() {
            self.added(self.projects.id(), &tally.added);
        }
        let result = summary(&tally, done);
        let bad = tally.refused + tally.left_out + tally.too_many + tally.reasons.len() > 0 || tally.stopped.is_some();
        if bad {
            let tone = if tally.added.is_empty() { Tone::Error } else { Tone::Warning };
            let binned = untrack(|| self.projects.bin.get()) > 0;
            let action = (tally.stopped.is_some() && binned).then_some(NoticeAction::EmptyBin);
            self.notify(tone, result.clone(), action);
        }
        self.announce(result.clone());
        self.collecting.result.set(result);
        self.zip_ended(found, before, tally.added.is_empty());
    }
}

/// The command for what is handed over at once, and its files.
fn command_for(work: &[Work]) -> (Box<dyn FnOnce(RequestId) -> TeachCommand>, Vec<Blob>) {
    match work.first().cloned() {
        Some(Work::Zip { name, file, .. }) => {
            (Box::new(move |request| TeachCommand::Unzip { request, name }), vec![file])
        }
        Some(Work::Set { name, .. }) => (Box::new(move |request| TeachCommand::Dataset { request, name }), Vec::new()),
        Some(Work::Drawn { seed }) => {
            let per_class = DRAWN_PER_CLASS;
            (Box::new(move |request| TeachCommand::Generate { request, per_class, seed }), Vec::new())
        }
        Some(Work::Picture { .. }) | None => {
            let mut names = Vec::new();
            let mut files = Vec::new();
            for work in work {
                if let Work::Picture { chosen, .. } = work {
                    names.push(chosen.name.clone());
                    files.push(chosen.file.clone());
                }
            }
            (Box::new(move |request| TeachCommand::Scale { request, names }), files)
        }
    }
}
