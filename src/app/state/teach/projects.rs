//! The projects of this browser, and the one that is open. Every change is written to the browser's storage at once.

use super::edits::Step;
use super::{Teach, Tone};
use crate::app::database::StoreError;
use crate::app::erase::{self, Kept, List};
use crate::app::projects_store::{self as store, BIN, PictureInfo, Project};
use crate::app::state::NoticeAction;
use crate::app::{browser, words};
use crate::protocol::PictureId;
use leptos::prelude::*;
use std::sync::Arc;

/// Where the browser remembers which project was open.
const MEMORY: &str = "receptive.teach.project";
/// With less room than this, in bytes, the visitor is told: about 4,000 pictures.
const LITTLE_ROOM: f64 = 100e6;

/// A project by name only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName {
    pub id: String,
    pub name: String,
}

/// What this page stores, and how much more the browser lets it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub used: f64,
    pub free: f64,
}

impl Room {
    /// Whether it will not do for long.
    pub fn is_little(&self) -> bool {
        self.free < LITTLE_ROOM
    }
}

/// Signals about projects.
#[derive(Clone, Copy)]
pub struct Projects {
    /// In the order in which they were last changed when the page was opened.
    pub all: List<ProjectName>,
    current: Kept<Project>,
    pictures: Kept<Vec<PictureInfo>>,
    /// How many pictures of this project were removed and can still be brought back.
    pub bin: RwSignal<usize>,
    pub room: RwSignal<Option<Room>>,
    /// What can be undone, newest last.
    pub(super) steps: List<Step>,
    /// Counts openings of a project; an older one still under way gives up when it sees a newer one.
    openings: RwSignal<u32>,
    /// The browser was asked not to throw the pictures away.
    persisted: RwSignal<bool>,
}

impl Projects {
    pub(super) fn new() -> Self {
        Self {
            all: List::default(),
            current: Kept::default(),
            pictures: Kept::default(),
            bin: RwSignal::default(),
            room: RwSignal::default(),
            steps: List::default(),
            openings: RwSignal::default(),
            persisted: RwSignal::default(),
        }
    }

    /// The open project; `None` until the storage has answered.
    pub fn current(&self) -> Option<Arc<Project>> {
        self.current.get()
    }

    pub fn current_untracked(&self) -> Option<Arc<Project>> {
        self.current.get_untracked()
    }

    pub fn with_current<R>(&self, f: impl FnOnce(&Project) -> R) -> Option<R> {
        self.current.get().map(|project| f(&project))
    }

    /// The pictures of the open project, in the order they came.
    pub fn pictures(&self) -> Arc<Vec<PictureInfo>> {
        self.pictures.get().unwrap_or_default()
    }

    pub fn pictures_untracked(&self) -> Arc<Vec<PictureInfo>> {
        self.pictures.get_untracked().unwrap_or_default()
    }

    /// Shows these pictures instead of those before.
    pub(super) fn set_pictures(&self, pictures: Vec<PictureInfo>) {
        self.pictures.set(Some(Arc::new(pictures)));
    }

    pub(super) fn id(&self) -> String {
        self.current_untracked().map_or(String::new(), |project| project.id.clone())
    }

    /// How many pictures a class has.
    pub fn count(&self, class: u32) -> usize {
        self.pictures().iter().filter(|picture| picture.class == class).count()
    }

    /// Pictures that are in more than one class.
    pub fn in_two_classes(&self) -> Vec<PictureId> {
        let pictures = self.pictures();
        // Equal ones side by side.
        let mut order: Vec<&PictureInfo> = pictures.iter().collect();
        order.sort_unstable_by(|a, b| a.sha.cmp(&b.sha));
        let runs = order.chunk_by(|a, b| a.sha == b.sha).filter(|run| run.iter().any(|p| p.class != run[0].class));
        runs.flatten().map(|picture| picture.id).collect()
    }
}

impl Teach {
    /// Opens the project that was open when this browser last had the page.
    pub(super) fn open_projects(&self) {
        let lab = *self;
        erase::spawn(async move {
            match store::projects().await {
                Ok(mut found) => {
                    for project in found.iter().filter(|project| project.removed) {
                        // Not in the way if it fails: it is tried again the next time.
                        store::discard_project(&project.id).await.ok();
                    }
                    found.retain(|project| !project.removed);
                    lab.projects.all.set(found.iter().map(name_of).collect());
                    let remembered = browser::remembered(MEMORY).unwrap_or_default();
                    let place = found.iter().position(|project| project.id == remembered).unwrap_or(0);
                    match found.into_iter().nth(place) {
                        Some(project) => lab.show_project(project),
                        None => lab.new_project("My first project".to_owned()),
                    }
                }
                Err(error) => {
                    lab.storage_failed(
                        &error,
                        "Pictures cannot be collected here; try another browser or leave its private mode.",
                    );
                }
            }
            lab.measure_room();
        });
    }

    /// Makes an empty project and opens it.
    pub fn new_project(&self, name: String) {
        let project = self.fresh_project(&name);
        self.keep(project.clone());
        self.show_project(project);
    }

    /// An empty project with a name that no other has.
    pub(super) fn fresh_project(&self, name: &str) -> Project {
        let taken = |name: &str| self.projects.all.with_untracked(|all| all.iter().any(|project| project.name == name));
        let mut free = name.to_owned();
        let mut number = 2;
        while taken(&free) {
            free = format!("{name} {number}");
            number += 1;
        }
        let id = format!("project-{:.0}-{:04}", browser::now(), browser::random_below(10_000));
        Project { id, name: free, next_class: BIN + 1, changed_at: browser::now(), ..Project::default() }
    }

    /// Opens another project; not while pictures are being added to this one.
    pub fn switch_project(&self, id: String) {
        if self.refuse_while_collecting() || self.projects.id() == id {
            return;
        }
        let lab = *self;
        erase::spawn(async move {
            match store::projects().await {
                Ok(found) => match found.into_iter().find(|project| project.id == id) {
                    Some(project) => lab.show_project(project),
                    None => lab.notify(Tone::Warning, "That project is no longer in this browser's storage.", None),
                },
                Err(error) => lab.storage_failed(&error, "Reload the page and try again."),
            }
        });
    }

    /// Whether pictures are being added, and says so: they belong to this project.
    pub(super) fn refuse_while_collecting(&self) -> bool {
        let busy = untrack(|| self.collecting.is_busy());
        if busy {
            self.notify(
                Tone::Info,
                "Pictures are still being added to this project. Wait for them, or cancel, before another one is opened.",
                None,
            );
        }
        busy
    }

    /// Makes this the open project, and reads what is known about its pictures.
    pub(super) fn show_project(&self, project: Project) {
        let id = project.id.clone();
        browser::remember(MEMORY, &id);
        self.projects.set_pictures(Vec::new());
        self.projects.bin.set(0);
        self.gallery.forget();
        self.projects.all.set(with_name(self.projects.all.with_untracked(Vec::clone), &project));
        self.projects.current.set(Some(Arc::new(project)));
        let opening = self.projects.openings.get_untracked() + 1;
        self.projects.openings.set(opening);
        let lab = *self;
        erase::spawn(async move {
            let found = store::pictures(&id).await;
            if lab.projects.openings.get_untracked() != opening {
                return;
            }
            match found {
                Ok(pictures) => lab.pictures_read(&id, pictures).await,
                Err(error) => lab.storage_failed(&error, "The pictures could not be read. Reload the page."),
            }
            lab.project_changed();
        });
    }

    async fn pictures_read(&self, project: &str, mut pictures: Vec<PictureInfo>) {
        let classes = self.projects.current_untracked().map(|project| project.classes.clone()).unwrap_or_default();
        // What a class was taken from, in another tab perhaps, is not lost: it can be seen and moved.
        let known = |class: u32| class == BIN || classes.iter().any(|known| known.id == class);
        if let Some(stray) = pictures.iter().find(|picture| !known(picture.class)).map(|picture| picture.class) {
            let mut moves = Vec::new();
            for picture in pictures.iter_mut().filter(|picture| !known(picture.class)) {
                picture.class = stray;
                moves.push((picture.id, stray));
            }
            store::move_pictures(&moves).await.ok();
            self.update_project(|project| {
                let name = super::classes::free_name(&project.classes, "Without a class");
                project.classes.push(store::Class { id: stray, name });
                project.next_class = project.next_class.max(stray + 1);
            });
        }
        let binned: Vec<PictureId> = pictures.iter().filter(|p| p.class == BIN).map(|p| p.id).collect();
        pictures.retain(|picture| picture.class != BIN);
        self.projects.set_pictures(pictures);
        if binned.is_empty() {
            return;
        }
        if self.projects.steps.with_untracked(|steps| steps.iter().any(|step| step.project == project)) {
            self.projects.bin.set(binned.len());
        } else {
            // Nothing could bring them back.
            store::discard_pictures(&binned).await.ok();
        }
    }

    /// Changes the open project, and keeps it.
    pub fn update_project(&self, change: impl FnOnce(&mut Project)) {
        let Some(project) = self.projects.current_untracked() else { return };
        let mut project = Project::clone(&project);
        change(&mut project);
        project.changed_at = browser::now();
        self.projects.all.set(with_name(self.projects.all.with_untracked(Vec::clone), &project));
        self.projects.current.set(Some(Arc::new(project.clone())));
        self.keep(project);
    }

    /// Writes a project to the storage.
    pub(super) fn keep(&self, project: Project) {
        let lab = *self;
        erase::spawn(async move {
            if let Err(error) = store::keep_project(&project).await {
                lab.storage_failed(&error, "The last change to the project is not kept; what was kept before stays.");
            }
        });
    }

    pub fn rename_project(&self, name: &str) {
        let name: String = name.trim().chars().take(super::classes::LONGEST_NAME).collect();
        if !name.is_empty() {
            self.update_project(|project| project.name = name);
        }
    }

    /// Removes the open project; it can be brought back until the page is opened again.
    pub fn remove_project(&self) {
        if self.refuse_while_collecting() {
            return;
        }
        let Some(project) = self.projects.current_untracked() else { return };
        let mut gone = Project::clone(&project);
        gone.removed = true;
        self.keep(gone);
        let mut all = self.projects.all.with_untracked(Vec::clone);
        all.retain(|other| other.id != project.id);
        let next = all.first().map(|other| other.id.clone());
        self.projects.all.set(all);
        self.push_step(Step::of_project(&project));
        let text = format!("The project “{}” is removed.", project.name);
        self.announce(text.clone());
        self.notify(Tone::Info, text, Some(NoticeAction::Undo));
        match next {
            Some(id) => self.switch_project(id),
            None => self.new_project("My project".to_owned()),
        }
    }

    /// Says that something could not be stored or read, and what to do about it.
    pub(super) fn storage_failed(&self, error: &StoreError, next: &str) {
        let binned = untrack(|| self.projects.bin.get()) > 0;
        let action = (*error == StoreError::Full && binned).then_some(NoticeAction::EmptyBin);
        self.notify(Tone::Error, format!("{error} {next}"), action);
        self.measure_room();
    }

    /// Asks how much room there is.
    pub(super) fn measure_room(&self) {
        let lab = *self;
        erase::spawn(async move {
            let room =
                browser::storage_estimate().await.map(|(used, quota)| Room { used, free: (quota - used).max(0.0) });
            lab.projects.room.set(room);
        });
    }

    /// Asks once that the pictures be kept even when the device is short of room.
    pub(super) fn ask_to_persist(&self) {
        if !self.projects.persisted.get_untracked() {
            self.projects.persisted.set(true);
            erase::spawn(store::ask_to_persist());
        }
    }

    /// Keeps the newest checkpoint of a run of the open project.
    ///
    /// # Errors
    /// When the browser refuses or is full; in a sentence.
    pub async fn keep_checkpoint(&self, run: &str, bytes: &[u8]) -> Result<(), StoreError> {
        store::keep_checkpoint(&self.projects.id(), run, bytes).await
    }

    /// The checkpoint of a run, if it is kept.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn checkpoint(&self, run: &str) -> Result<Option<Vec<u8>>, StoreError> {
        store::checkpoint(run).await
    }
}

/// `12.3 MB used, about 4,000 pictures more fit`
pub fn room_words(room: &Room) -> String {
    let more = if room.free > 1e9 { "more than a gigabyte".to_owned() } else { words::megabytes(room.free as u64) };
    format!("{} stored by this page, {more} free", words::megabytes(room.used as u64))
}

fn name_of(project: &Project) -> ProjectName {
    ProjectName { id: project.id.clone(), name: project.name.clone() }
}

/// The list with this project's name as it is now.
fn with_name(mut all: Vec<ProjectName>, project: &Project) -> Vec<ProjectName> {
    match all.iter_mut().find(|other| other.id == project.id) {
        Some(other) => other.name.clone_from(&project.name),
        None => all.push(name_of(project)),
    }
    all
}
