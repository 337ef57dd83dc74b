//! What the worker made of files, and how it gets into the project.

use super::classes::{find, free_name, short_name};
use super::collecting::Work;
use super::{MOST_CLASSES, Teach, Tone};
use crate::app::database::StoreError;
use crate::app::projects_store::{self as store, Class, PictureInfo};
use crate::app::{browser, erase};
use crate::protocol::teach_catalog::MOST_PICTURES;
use crate::protocol::{Fault, RequestId, ScaledPicture, TeachEvent};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use web_sys::{Blob, BlobPropertyBag};

/// So many pictures are stored together, or more, where the storage is slower than the worker.
const TOGETHER: usize = 16;
const AT_MOST: usize = 64;
/// So many reasons are told; the others are only counted.
const REASONS: usize = 3;

impl Teach {
    pub(super) fn collecting_event(&self, event: TeachEvent, mut buffers: Vec<Vec<u8>>) {
        let buffer = if buffers.is_empty() { Vec::new() } else { buffers.swap_remove(0) };
        match event {
            TeachEvent::Scaled { request, picture, done, total } => {
                if let Some((class, folder)) = self.place_of_next(request, done, total, picture.class.as_deref()) {
                    self.take_in(picture, class, folder.as_deref(), &buffer);
                    self.count_again();
                }
            }
            TeachEvent::Refused { request, name, fault, done, total } => {
                let known = self.place_of_next(request, done, total, None);
                if known.is_some() {
                    self.refused(&name, &fault);
                    self.count_again();
                }
            }
            TeachEvent::ProjectFound { request, json } if self.is_in_flight(request) => self.project_found(&json),
            TeachEvent::Collected { request, refused, classes, .. } => {
                self.answered(request);
                if self.is_in_flight(request) {
                    self.count_refused(refused);
                    self.order_classes(&classes);
                    self.flight_ended();
                }
            }
            TeachEvent::Zipped { request } => {
                self.answered(request);
                self.zipped(&buffer);
            }
            // The others are answered elsewhere.
            _ => {}
        }
    }

    /// The worker could not do anything with it: a broken zip, a set that cannot be fetched.
    pub(super) fn collect_failed(&self, request: RequestId, fault: &Fault) {
        if !self.is_in_flight(request) {
            return;
        }
        if *fault != Fault::Cancelled {
            let text = format!("{fault} {}", fault.next_action().sentence());
            self.collecting.queue.update_value(|queue| queue.tally.reasons.push(text));
        }
        self.flight_ended();
    }

    fn is_in_flight(&self, request: RequestId) -> bool {
        self.collecting.queue.with_value(|queue| queue.flight.as_ref().is_some_and(|flight| flight.request == request))
    }

    /// Of many refused files only some are told by name.
    fn count_refused(&self, refused: usize) {
        self.collecting.queue.update_value(|queue| {
            if let Some(flight) = &queue.flight {
                queue.tally.refused += refused.saturating_sub(flight.refused);
            }
        });
    }

    fn flight_ended(&self) {
        self.collecting.queue.update_value(|queue| {
            queue.tally.tries = 0;
            if let Some(flight) = queue.flight.take()
                && flight.work.first().is_some_and(Work::is_picture)
            {
                // Those that were not told because it was cancelled.
                queue.done += flight.work.len().saturating_sub(flight.answered);
            }
        });
        self.write();
        self.collect_more();
    }

    /// One more picture is told: its class, if the visitor chose one, and otherwise its folder.
    fn place_of_next(
        &self,
        request: RequestId,
        done: usize,
        total: usize,
        folder: Option<&str>,
    ) -> Option<(Option<u32>, Option<String>)> {
        let folder = folder.map(str::to_owned);
        self.collecting
            .queue
            .try_update_value(|queue| {
                let flight = queue.flight.as_mut().filter(|flight| flight.request == request)?;
                let place = match flight.work.first()? {
                    Work::Picture { .. } => match flight.work.get(flight.answered)? {
                        Work::Picture { chosen, class } => (*class, chosen.folder.clone()),
                        _ => return None,
                    },
                    Work::Zip { class, .. } => (*class, folder),
                    Work::Set { .. } | Work::Drawn { .. } => (None, folder),
                };
                if !flight.work[0].is_picture() {
                    queue.total += total.saturating_sub(flight.total);
                    flight.total = flight.total.max(total);
                }
                queue.done += done.saturating_sub(flight.answered);
                flight.answered = flight.answered.max(done);
                Some(place)
            })
            .flatten()
    }

    fn refused(&self, name: &str, fault: &Fault) {
        self.collecting.queue.update_value(|queue| {
            queue.tally.refused += 1;
            if let Some(flight) = &mut queue.flight {
                flight.refused += 1;
            }
            if queue.tally.reasons.len() < REASONS {
                // Most of these sentences name the file themselves.
                let text = fault.to_string();
                let text = if text.contains(name) { text } else { format!("“{name}”: {text}") };
                queue.tally.reasons.push(text);
            }
        });
    }

    /// Puts a scaled picture among those to be stored.
    fn take_in(&self, picture: ScaledPicture, class: Option<u32>, folder: Option<&str>, bytes: &[u8]) {
        let Some(class) = self.class_for(class, folder) else {
            return self.collecting.queue.update_value(|queue| queue.tally.left_out += 1);
        };
        let here = self.projects.pictures_untracked();
        let ready = self.collecting.queue.try_update_value(|queue| {
            let unsaved = queue.unsaved.iter().map(|(info, _)| info);
            let (mut again, mut across) = (false, false);
            for other in here.iter().chain(unsaved).filter(|other| other.sha == picture.sha) {
                again |= other.class == class;
                across |= other.class != class;
            }
            if again {
                queue.tally.again += 1;
                return false;
            }
            if here.len() + queue.unsaved.len() >= MOST_PICTURES {
                queue.tally.too_many += 1;
                return false;
            }
            let Some(blob) = jpeg(bytes) else { return false };
            queue.tally.across += usize::from(across);
            let name = picture.name.rsplit('/').next().unwrap_or_default().to_owned();
            let info = PictureInfo {
                id: 0,
                project: queue.project.clone(),
                class,
                name,
                sha: picture.sha,
                width: picture.width,
                height: picture.height,
                bytes: bytes.len() as u32,
            };
            queue.unsaved.push((info, blob));
            queue.unsaved.len() >= TOGETHER
        });
        if ready == Some(true) {
            self.write();
        }
    }

    /// The class a picture goes into; `None` where it would be one too many.
    fn class_for(&self, class: Option<u32>, folder: Option<&str>) -> Option<u32> {
        let project = self.projects.current_untracked()?;
        let known = |id: &u32| project.classes.iter().any(|class| class.id == *id);
        // It may have been removed in the meantime.
        if let Some(id) = class.filter(known) {
            return Some(id);
        }
        let own = self.collecting.queue.with_value(|queue| {
            let class = queue.found.as_ref()?.class_of(folder?)?;
            Some(class.to_owned())
        });
        let folder = own.or(folder.map(short_name)).filter(|name| !name.is_empty());
        let Some(folder) = folder else {
            let first = project.classes.first().map(|class| class.id);
            return match self.collecting.target.get_untracked().filter(known).or(first) {
                Some(id) => Some(id),
                None => self.class_made("Class 1"),
            };
        };
        match find(&project.classes, &folder) {
            Some(class) => Some(class.id),
            None => self.class_made(&folder),
        }
    }

    fn class_made(&self, name: &str) -> Option<u32> {
        let project = self.projects.current_untracked()?;
        if project.classes.len() >= MOST_CLASSES {
            return None;
        }
        let id = project.next_class;
        let name = free_name(&project.classes, name);
        self.update_project(|project| {
            project.classes.push(Class { id, name });
            project.next_class = id + 1;
        });
        Some(id)
    }

    /// Classes that came from a set stand in its order.
    fn order_classes(&self, names: &[String]) {
        let Some(project) = self.projects.current_untracked() else { return };
        let place = |class: &Class| names.iter().position(|name| short_name(name) == class.name);
        // Where the visitor had classes before, their order is the visitor's.
        if !names.is_empty()
            && project.classes.len() == names.len()
            && project.classes.iter().all(|c| place(c).is_some())
        {
            let ordered: Vec<Class> = names.iter().filter_map(|name| find(&project.classes, name).cloned()).collect();
            if ordered.len() == project.classes.len() && ordered != project.classes {
                self.update_project(|project| project.classes = ordered);
            }
        }
    }

    /// Stores what is scaled, unless that is under way.
    fn write(&self) {
        let begun = self.collecting.queue.try_update_value(|queue| {
            let begins = !queue.writing && !queue.unsaved.is_empty();
            queue.writing |= begins;
            begins
        });
        if begun == Some(true) {
            let lab = *self;
            erase::spawn(async move { lab.write_all().await });
        }
    }

    async fn write_all(&self) {
        loop {
            let next = self.collecting.queue.try_update_value(|queue| {
                let batch: Vec<_> = queue.unsaved.drain(..queue.unsaved.len().min(AT_MOST)).collect();
                queue.writing = !batch.is_empty();
                batch
            });
            let mut batch = next.unwrap_or_default();
            if batch.is_empty() {
                break;
            }
            match store::keep_pictures(&mut batch).await {
                Ok(()) => self.stored(batch.into_iter().map(|(info, _)| info).collect()),
                Err(error) => self.not_stored(error),
            }
        }
        self.end_if_done();
    }

    fn stored(&self, new: Vec<PictureInfo>) {
        self.collecting.queue.update_value(|queue| queue.tally.added.extend(new.iter().map(|info| info.id)));
        let mut pictures = Vec::clone(&self.projects.pictures_untracked());
        for info in new {
            // Undoing something else may have read it already.
            if !pictures.iter().rev().take(2 * AT_MOST).any(|other| other.id == info.id) {
                pictures.push(info);
            }
        }
        self.projects.set_pictures(pictures);
    }

    /// The storage is full or refuses: nothing more is tried, and what is stored stays.
    fn not_stored(&self, error: StoreError) {
        self.collecting.queue.update_value(|queue| {
            queue.waiting.clear();
            queue.unsaved.clear();
            queue.tally.stopped = Some(error);
        });
        self.stop_worker_collecting();
    }

    /// The camera's button was let go.
    pub fn recording_ended(&self) {
        self.collecting.recording.set(false);
        self.end_if_done();
    }

    /// Takes the picture that the camera shows now.
    pub fn collect_frame(&self, class: u32, file: Blob) {
        let name = format!("camera {}.jpg", browser::clock());
        let chosen = super::collecting::Chosen { name, folder: None, file };
        self.collect(vec![Work::Picture { chosen, class: Some(class) }]);
    }

    /// A zip could not be made.
    pub(super) fn zip_failed(&self, fault: &Fault) {
        self.collecting.saving.set(false);
        self.notify(Tone::Error, format!("The project was not saved. {fault} Nothing in it changed; try again."), None);
    }
}

/// A picture file as the storage keeps it.
fn jpeg(bytes: &[u8]) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type("image/jpeg");
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options).ok()
}
