//! What is handed to the worker to learn from.

use super::classes::FEWEST_CLASSES;
use super::{Teach, edits};
use crate::app::projects_store as store;
use crate::protocol::{Labelled, Parts};
use leptos::prelude::*;
use web_sys::Blob;

impl Teach {
    /// Names of the classes, the pictures, and their files in the same order.
    ///
    /// # Errors
    /// A sentence, when there is not enough to learn from, or the storage cannot be read.
    pub async fn training_set(&self) -> Result<(Vec<String>, Vec<Labelled>, Vec<Blob>), String> {
        if let Some(sentence) = untrack(|| self.not_enough()) {
            return Err(sentence);
        }
        let project = self.projects.current_untracked().ok_or("The project is still being opened.")?;
        let pictures = self.projects.pictures_untracked();
        let mut labelled = Vec::with_capacity(pictures.len());
        for (place, class) in project.classes.iter().enumerate() {
            let own = pictures.iter().filter(|picture| picture.class == class.id);
            labelled.extend(own.map(|p| Labelled { id: p.id, class: place, sha: p.sha.clone() }));
        }
        let ids: Vec<_> = labelled.iter().map(|picture| picture.id).collect();
        let files = store::blobs(&ids).await.map_err(|error| format!("{error} Reload the page and try again."))?;
        let missing = files.iter().filter(|file| file.is_none()).count();
        if missing > 0 {
            return Err(format!(
                "{} are no longer in this browser's storage. Reload the page, and train with those that are left.",
                edits::pictures_in_words(missing)
            ));
        }
        let names = project.classes.iter().map(|class| class.name.clone()).collect();
        Ok((names, labelled, files.into_iter().flatten().collect()))
    }

    /// Why these pictures cannot be learned from; tracked, so that it can be shown before Train is pressed.
    pub fn not_enough(&self) -> Option<String> {
        let project = self.projects.current()?;
        let pictures = self.projects.pictures();
        let classes = &project.classes;
        if classes.len() < FEWEST_CLASSES {
            return Some(match classes.first() {
                None => "There are no classes yet. Add two, with some pictures of each.".to_owned(),
                Some(one) => format!("There is only the class “{}”. Add another one to tell it from.", one.name),
            });
        }
        let fewest = match project.settings.parts {
            Parts::EightyTwenty => 2,
            Parts::SeventyTwentyTen => 3,
        };
        for class in classes {
            let count = pictures.iter().filter(|picture| picture.class == class.id).count();
            let name = &class.name;
            if count == 0 {
                return Some(format!("The class “{name}” has no pictures. Add some, or remove the class."));
            }
            if count < fewest {
                let has = if count == 1 { "a single picture" } else { "two pictures" };
                return Some(format!(
                    "The class “{name}” has only {has}, and some are needed to learn from and others to test with. Add at least {} more.",
                    fewest - count
                ));
            }
        }
        let first = pictures.first()?;
        let same = pictures.iter().all(|picture| picture.sha == first.sha);
        same.then(|| "All pictures are the same one, so there is nothing to tell apart. Add different ones.".to_owned())
    }
}
