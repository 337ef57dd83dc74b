//! A project as one zip: a folder for each class, and `project.json`, in which everything else is.

use super::classes::{check_name, free_name, short_name};
use super::collecting::Work;
use super::{Asked, MOST_CLASSES, Teach, Tone};
use crate::app::database::StoreError;
use crate::app::projects_store::{self as store, Class, PictureInfo, Project, RunRecord};
use crate::app::state::NoticeAction;
use crate::app::{browser, erase};
use crate::protocol::TeachCommand;
use crate::protocol::from_js::from_js;
use js_sys::{JSON, Reflect};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// Trained networks travel with the project as long as they are no larger than this together, in bytes.
const LARGEST_NETWORKS: usize = 24_000_000;

/// `project.json`
#[derive(Serialize)]
struct ProjectFile<'a> {
    format: &'static str,
    version: u32,
    project: &'a Project,
    /// The folder of each class, in their order.
    folders: &'a [String],
    checkpoints: Vec<Checkpoint>,
}

/// The newest state of a run.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    run: String,
    /// Base64.
    data: String,
}

/// What a project's zip says about itself, until its pictures are there.
#[derive(Default)]
pub(super) struct Found {
    /// Folder and class.
    names: Vec<(String, String)>,
    runs: Vec<RunRecord>,
    checkpoints: Vec<Checkpoint>,
}

impl Found {
    pub(super) fn class_of(&self, folder: &str) -> Option<&str> {
        self.names.iter().find(|(own, _)| own == folder).map(|(_, class)| class.as_str())
    }
}

impl Teach {
    /// Hands out the open project as a zip.
    pub fn save_project(&self) {
        let Some(project) = self.projects.current_untracked() else { return };
        let pictures = self.projects.pictures_untracked();
        if self.refuse_while_collecting() || self.collecting.saving.get_untracked() {
            return;
        }
        if pictures.is_empty() {
            return self.notify(Tone::Info, "There are no pictures to save yet. Add some first.", None);
        }
        self.collecting.saving.set(true);
        let lab = *self;
        erase::spawn(async move {
            if let Err(sentence) = lab.zip(&project, &pictures).await {
                lab.collecting.saving.set(false);
                lab.notify(Tone::Error, format!("The project was not saved: {sentence}"), None);
            }
        });
    }

    async fn zip(&self, project: &Project, pictures: &[PictureInfo]) -> Result<(), String> {
        let folders = folders(&project.classes);
        let mut names: Vec<String> = Vec::with_capacity(pictures.len());
        let mut ids = Vec::with_capacity(pictures.len());
        for (class, folder) in project.classes.iter().zip(&folders) {
            let first = names.len();
            for picture in pictures.iter().filter(|picture| picture.class == class.id) {
                let stem = safe(picture.name.rsplit_once('.').map_or(picture.name.as_str(), |(stem, _)| stem));
                let mut name = format!("{folder}/{stem}.jpg");
                if names[first..].contains(&name) {
                    name = format!("{folder}/{stem} {}.jpg", picture.id);
                }
                names.push(name);
                ids.push(picture.id);
            }
        }
        let words = |error: StoreError| format!("{error} Reload the page and try again.");
        let files = store::blobs(&ids).await.map_err(words)?;
        let mut blobs: Vec<Blob> = Vec::with_capacity(files.len());
        let mut there = files.iter().map(Option::is_some);
        names.retain(|_| there.next() == Some(true));
        blobs.extend(files.into_iter().flatten());
        let mut checkpoints = Vec::new();
        let mut size = 0;
        for run in project.runs.iter().rev() {
            let Some(bytes) = store::checkpoint(&run.run).await.map_err(words)? else { continue };
            size += bytes.len();
            if size > LARGEST_NETWORKS {
                break;
            }
            checkpoints.extend(browser::to_base64(&bytes).map(|data| Checkpoint { run: run.run.clone(), data }));
        }
        let file = ProjectFile { format: "receptive-project", version: 1, project, folders: &folders, checkpoints };
        let json = serde_wasm_bindgen::to_value(&file).ok().and_then(|file| JSON::stringify(&file).ok());
        let json = json.map(String::from).ok_or("It could not be put into words. Reload the page and try again.")?;
        let asked =
            self.ask_with(Asked::Zip, Vec::new(), blobs, |request| TeachCommand::Zip { request, project: json, names });
        asked.map(drop).ok_or_else(|| "The page is still getting ready. Try again in a moment.".to_owned())
    }

    pub(super) fn zipped(&self, bytes: &[u8]) {
        self.collecting.saving.set(false);
        let name = self.projects.current_untracked().map_or(String::new(), |project| safe(&project.name));
        browser::download(&format!("{name}.zip"), bytes);
        self.announce("The project is saved as a zip.");
    }

    /// Opens a zip as a project of its own.
    pub fn open_zip(&self, name: String, file: Blob) {
        if self.refuse_while_collecting() {
            return;
        }
        let before = self.projects.id();
        let title = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        self.new_project(short_name(&title));
        self.collecting.queue.update_value(|queue| queue.before = Some(before));
        self.collect(vec![Work::Zip { name, file, class: None, opens: true }]);
    }

    /// The zip is a project's own.
    pub(super) fn project_found(&self, json: &str) {
        let Some((project, folders, checkpoints)) = read(json) else {
            return self.collecting.queue.update_value(|queue| {
                let text = "Its project.json cannot be read, so each folder became a class.";
                queue.tally.reasons.push(text.to_owned());
            });
        };
        let mut classes: Vec<Class> = Vec::new();
        let mut names = Vec::new();
        for (i, class) in project.classes.iter().take(MOST_CLASSES).enumerate() {
            let name = check_name(&classes, &class.name, None);
            let name = name.unwrap_or_else(|_| free_name(&classes, &format!("Class {}", i + 1)));
            names.push((folders.get(i).cloned().unwrap_or_default(), name.clone()));
            classes.push(Class { id: i as u32 + 1, name });
        }
        let opens = self.collecting.queue.with_value(|queue| {
            matches!(queue.flight.as_ref().and_then(|flight| flight.work.first()), Some(Work::Zip { opens: true, .. }))
        });
        let mut found = Found { names, ..Found::default() };
        if opens {
            let name = self.fresh_project(&short_name(&project.name)).name;
            self.update_project(|own| {
                if !name.is_empty() {
                    own.name = name;
                }
                own.next_class = classes.len() as u32 + 1;
                own.classes = classes;
                if project.settings.check().is_ok() {
                    own.settings = project.settings.clone();
                }
            });
            found.runs = project.runs;
            found.runs.retain(|run| run.settings.check().is_ok());
            found.checkpoints = checkpoints;
        }
        self.collecting.queue.update_value(|queue| queue.found = Some(found));
    }

    /// All pictures of a zip are there: its runs follow. A project made for a zip that could not be opened goes again.
    pub(super) fn zip_ended(&self, found: Option<Found>, before: Option<String>, nothing: bool) {
        let found = found.filter(|found| !found.runs.is_empty());
        let empty = self.projects.current_untracked().is_some_and(|project| project.classes.is_empty());
        if let Some(before) = before.filter(|_| nothing && empty) {
            return self.take_back(before);
        }
        let Some(found) = found else { return };
        let lab = *self;
        erase::spawn(async move {
            if let Err(error) = lab.take_runs(found).await {
                lab.storage_failed(&error, "The pictures are there; the trained networks of the zip are not.");
            }
            lab.project_changed();
        });
    }

    /// Removes the empty project that was made for nothing.
    fn take_back(&self, before: String) {
        let lab = *self;
        let id = self.projects.id();
        let mut all = self.projects.all.with_untracked(Vec::clone);
        all.retain(|project| project.id != id);
        if !all.iter().any(|project| project.id == before) {
            return;
        }
        self.projects.all.set(all);
        self.switch_project(before);
        erase::spawn(async move {
            if let Err(error) = store::discard_project(&id).await {
                lab.storage_failed(&error, "An empty project is left over; remove it.");
            }
        });
    }

    async fn take_runs(&self, found: Found) -> Result<(), StoreError> {
        let pictures = self.projects.pictures_untracked();
        let mut runs = found.runs;
        for (i, run) in runs.iter_mut().enumerate() {
            // The same zip may have been opened here before.
            let id = format!("{}-{i}", browser::new_run_id());
            let old = std::mem::replace(&mut run.run, id);
            for picture in run.judged.iter_mut().flat_map(|judged| &mut judged.pictures) {
                picture.id = pictures.iter().find(|own| own.sha == picture.sha).map_or(0, |own| own.id);
            }
            let kept = found.checkpoints.iter().find(|checkpoint| checkpoint.run == old);
            if let Some(bytes) = kept.and_then(|checkpoint| browser::from_base64(&checkpoint.data)) {
                self.keep_checkpoint(&run.run, &bytes).await?;
            }
        }
        self.update_project(|project| project.runs = runs);
        Ok(())
    }

    /// What can be said to a visitor whose storage runs out.
    pub fn warn_if_little_room(&self) -> Option<(String, Option<NoticeAction>)> {
        let room = self.projects.room.get().filter(super::projects::Room::is_little)?;
        let action = (self.projects.bin.get() > 0).then_some(NoticeAction::EmptyBin);
        Some((format!("Little room is left: {}.", super::projects::room_words(&room)), action))
    }
}

/// Project, folders and checkpoints of a `project.json`.
fn read(json: &str) -> Option<(Project, Vec<String>, Vec<Checkpoint>)> {
    let file = JSON::parse(json).ok()?;
    let member = |name: &str| Reflect::get(&file, &JsValue::from_str(name)).ok();
    let project = store::project_from(&member("project")?)?;
    let folders = from_js(member("folders")?).ok()?;
    // Without these there is still a project.
    let checkpoints = member("checkpoints").and_then(|list| from_js(list).ok()).unwrap_or_default();
    Some((project, folders, checkpoints))
}

/// A folder's name for each class.
fn folders(classes: &[Class]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for class in classes {
        let mut name = safe(&class.name);
        // Some systems do not tell capitals from small letters.
        if all.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            name = format!("{name} {}", class.id);
        }
        all.push(name);
    }
    all
}

/// What every system takes as the name of a file.
fn safe(name: &str) -> String {
    let safe: String =
        name.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
    let safe = safe.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if safe.is_empty() { "untitled".to_owned() } else { safe.to_owned() }
}
