//! Changes to classes and pictures, each of which can be undone.
//!
//! What is removed lies in a bin first: undoing only moves it back, and so does not fail for want of room.

use super::classes::{MOST_CLASSES, check_name};
use super::{Teach, Tone};
use crate::app::projects_store::{self as store, BIN, Class, PictureInfo, Project};
use crate::app::state::NoticeAction;
use crate::app::{erase, words};
use crate::protocol::PictureId;
use leptos::prelude::*;

/// So many changes can be undone.
const STEPS: usize = 30;

/// One change that can be undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was done, after “Undo: ”.
    pub what: String,
    pub project: String,
    /// The classes as they were before, where they changed.
    classes: Option<Vec<Class>>,
    /// In which classes pictures were before.
    moves: Vec<(PictureId, u32)>,
    /// The project itself was removed.
    removed: bool,
}

impl Step {
    pub(super) fn of_project(project: &Project) -> Self {
        Self {
            what: format!("remove the project “{}”", project.name),
            project: project.id.clone(),
            classes: None,
            moves: Vec::new(),
            removed: true,
        }
    }
}

impl Teach {
    /// Adds a class.
    ///
    /// # Errors
    /// A sentence, when there are too many or the name will not do.
    pub fn add_class(&self, name: &str) -> Result<u32, String> {
        let project = self.projects.current_untracked().ok_or("The project is still being opened.")?;
        if project.classes.len() >= MOST_CLASSES {
            return Err(format!("{MOST_CLASSES} classes is the most."));
        }
        let name = check_name(&project.classes, name, None)?;
        let id = project.next_class;
        self.change_classes(format!("add the class “{name}”"), |classes| classes.push(Class { id, name }), Vec::new());
        Ok(id)
    }

    /// # Errors
    /// A sentence, when the name will not do; the class keeps its own then.
    pub fn rename_class(&self, id: u32, name: &str) -> Result<(), String> {
        let Some(project) = self.projects.current_untracked() else { return Ok(()) };
        let name = check_name(&project.classes, name, Some(id))?;
        let Some(old) = project.classes.iter().find(|class| class.id == id).map(|class| class.name.clone()) else {
            return Ok(());
        };
        if old != name {
            let rename = |classes: &mut Vec<Class>| {
                if let Some(class) = classes.iter_mut().find(|class| class.id == id) {
                    class.name.clone_from(&name);
                }
            };
            self.change_classes(format!("call “{old}” “{name}”"), rename, Vec::new());
        }
        Ok(())
    }

    /// Moves a class one place up or down.
    pub fn reorder_class(&self, id: u32, down: bool) {
        let Some(project) = self.projects.current_untracked() else { return };
        let Some(place) = project.classes.iter().position(|class| class.id == id) else { return };
        let other = if down { Some(place + 1) } else { place.checked_sub(1) };
        let Some(other) = other.filter(|other| *other < project.classes.len()) else { return };
        let name = &project.classes[place].name;
        self.change_classes(format!("move the class “{name}”"), |classes| classes.swap(place, other), Vec::new());
        self.announce(format!("“{name}” is now class {} of {}.", other + 1, project.classes.len()));
    }

    /// Removes a class with its pictures.
    pub fn remove_class(&self, id: u32) {
        let Some(project) = self.projects.current_untracked() else { return };
        let Some(class) = project.classes.iter().find(|class| class.id == id) else { return };
        let pictures = self.projects.pictures_untracked();
        let ids: Vec<PictureId> = pictures.iter().filter(|picture| picture.class == id).map(|p| p.id).collect();
        let what = format!("remove the class “{}”", class.name);
        let count = ids.len();
        self.change_classes(what, |classes| classes.retain(|class| class.id != id), ids);
        let with = if count == 0 { String::new() } else { format!(" with its {}", pictures_in_words(count)) };
        let text = format!("The class “{}” is removed{with}.", class.name);
        self.announce(text.clone());
        self.notify(Tone::Info, text, Some(NoticeAction::Undo));
    }

    /// Puts pictures into another class.
    pub fn relabel(&self, ids: &[PictureId], class: u32) {
        let Some(project) = self.projects.current_untracked() else { return };
        let Some(class) = project.classes.iter().find(|known| known.id == class) else { return };
        let what = format!("move {} to “{}”", pictures_in_words(ids.len()), class.name);
        self.announce(format!("{} moved to “{}”.", pictures_in_words(ids.len()), class.name));
        let before = self.places_of(ids);
        self.push_step(Step { what, project: project.id.clone(), classes: None, moves: before, removed: false });
        self.put(ids.iter().map(|id| (*id, class.id)).collect());
    }

    /// Removes pictures.
    pub fn remove_pictures(&self, ids: &[PictureId]) {
        let what = format!("remove {}", pictures_in_words(ids.len()));
        let before = self.places_of(ids);
        let text = format!("{} removed.", pictures_in_words(ids.len()));
        self.announce(text);
        self.push_step(Step { what, project: self.projects.id(), classes: None, moves: before, removed: false });
        self.put(ids.iter().map(|id| (*id, BIN)).collect());
    }

    /// Pictures were added: undoing removes them again.
    pub(super) fn added(&self, project: String, ids: &[PictureId]) {
        let what = format!("add {}", pictures_in_words(ids.len()));
        let moves = ids.iter().map(|id| (*id, BIN)).collect();
        self.push_step(Step { what, project, classes: None, moves, removed: false });
    }

    /// Undoes the newest change.
    pub fn undo(&self) {
        let mut steps = self.projects.steps.with_untracked(Vec::clone);
        let Some(step) = steps.pop() else { return };
        let here = step.project == self.projects.id();
        if (step.removed || !here) && self.refuse_while_collecting() {
            return;
        }
        self.projects.steps.set(steps);
        self.announce(format!("Undone: {}.", step.what));
        if here {
            self.undo_here(step);
            return;
        }
        let lab = *self;
        erase::spawn(async move {
            let found = match store::projects().await {
                Ok(found) => found,
                Err(error) => return lab.storage_failed(&error, "Nothing was undone. Reload the page and try again."),
            };
            let Some(mut project) = found.into_iter().find(|project| project.id == step.project) else { return };
            project.removed = false;
            if let Some(classes) = step.classes {
                project.classes = classes;
            }
            if let Err(error) = store::move_pictures(&step.moves).await {
                lab.storage_failed(&error, "The pictures stay where they were.");
            }
            lab.keep(project.clone());
            lab.show_project(project);
        });
    }

    fn undo_here(&self, step: Step) {
        if let Some(classes) = step.classes {
            self.update_project(|project| project.classes = classes);
        }
        if !step.moves.is_empty() {
            self.put(step.moves);
        }
    }

    /// Forgets for good what can still be brought back.
    pub fn empty_bin(&self) {
        let project = self.projects.id();
        let lab = *self;
        erase::spawn(async move {
            let done = async {
                let pictures = store::pictures(&project).await?;
                let binned: Vec<PictureId> = pictures.iter().filter(|p| p.class == BIN).map(|p| p.id).collect();
                store::discard_pictures(&binned).await
            };
            match done.await {
                Ok(()) => {
                    lab.projects.steps.set(Vec::new());
                    lab.projects.bin.set(0);
                    lab.announce("The bin is empty.");
                    lab.measure_room();
                }
                Err(error) => {
                    lab.storage_failed(&error, "The bin could not be emptied. Reload the page and try again.")
                }
            }
        });
    }

    /// Changes the list of classes, and puts these pictures into the bin.
    fn change_classes(&self, what: String, change: impl FnOnce(&mut Vec<Class>), bin: Vec<PictureId>) {
        let Some(project) = self.projects.current_untracked() else { return };
        let classes = Some(project.classes.clone());
        self.push_step(Step {
            what,
            project: project.id.clone(),
            classes,
            moves: self.places_of(&bin),
            removed: false,
        });
        self.update_project(|project| {
            change(&mut project.classes);
            let largest = project.classes.iter().map(|class| class.id).max().unwrap_or(BIN);
            project.next_class = project.next_class.max(largest + 1);
        });
        if !bin.is_empty() {
            self.put(bin.into_iter().map(|id| (id, BIN)).collect());
        }
    }

    fn places_of(&self, ids: &[PictureId]) -> Vec<(PictureId, u32)> {
        let pictures = self.projects.pictures_untracked();
        let wanted = pictures.iter().filter(|picture| ids.contains(&picture.id));
        wanted.map(|picture| (picture.id, picture.class)).collect()
    }

    pub(super) fn push_step(&self, step: Step) {
        let mut steps = self.projects.steps.with_untracked(Vec::clone);
        steps.push(step);
        let surplus = steps.len().saturating_sub(STEPS);
        steps.drain(..surplus);
        self.projects.steps.set(steps);
    }

    /// Puts pictures into classes, in the storage and on the page.
    fn put(&self, moves: Vec<(PictureId, u32)>) {
        let lab = *self;
        let project = self.projects.id();
        erase::spawn(async move {
            if let Err(error) = store::move_pictures(&moves).await {
                return lab.storage_failed(&error, "The pictures stay where they were.");
            }
            match store::pictures(&project).await {
                Ok(pictures) if lab.projects.id() == project => lab.show_again(pictures),
                Ok(_) => {}
                Err(error) => lab.storage_failed(&error, "Reload the page to see what changed."),
            }
        });
    }

    /// What the storage has now.
    fn show_again(&self, pictures: Vec<PictureInfo>) {
        let (binned, here): (Vec<_>, Vec<_>) = pictures.into_iter().partition(|picture| picture.class == BIN);
        self.projects.bin.set(binned.len());
        self.gallery.keep_only(&here);
        self.projects.set_pictures(here);
    }

    /// What the newest change was.
    pub fn newest_step(&self) -> Option<String> {
        self.projects.steps.with(|steps| steps.last().map(|step| step.what.clone()))
    }
}

/// `1 picture`, `12 pictures`
pub(super) fn pictures_in_words(count: usize) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{} pictures", words::count(count)) }
}
