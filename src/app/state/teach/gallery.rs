//! Which pictures the gallery shows, and which are chosen in it.

use super::Teach;
use crate::app::browser;
use crate::app::erase::{self, List};
use crate::app::projects_store::PictureInfo;
use crate::protocol::PictureId;
use leptos::prelude::*;

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    Class(u32),
    /// Some pictures, and why these.
    These {
        title: String,
        ids: Vec<PictureId>,
    },
}

/// Signals about the gallery.
#[derive(Clone, Copy)]
pub struct Gallery {
    pub filter: RwSignal<Filter>,
    pub chosen: List<PictureId>,
    /// The one chosen last: with Shift, all between it and the next.
    pub last: RwSignal<Option<PictureId>>,
}

impl Gallery {
    pub(super) fn new() -> Self {
        Self { filter: RwSignal::default(), chosen: List::default(), last: RwSignal::default() }
    }

    /// Another project.
    pub(super) fn forget(&self) {
        self.filter.set(Filter::All);
        self.clear();
    }

    pub fn clear(&self) {
        self.chosen.set(Vec::new());
        self.last.set(None);
    }

    /// Pictures may be gone.
    pub(super) fn keep_only(&self, pictures: &[PictureInfo]) {
        let mut chosen = self.chosen.with_untracked(Vec::clone);
        chosen.retain(|id| pictures.iter().any(|picture| picture.id == *id));
        self.chosen.set(chosen);
    }

    pub fn show(&self, filter: Filter) {
        self.clear();
        self.filter.set(filter);
    }

    /// Chooses a picture, or no longer; `through` chooses all from the last one to it, in this order.
    pub fn toggle(&self, id: PictureId, through: Option<&[PictureId]>) {
        let mut chosen = self.chosen.with_untracked(Vec::clone);
        let place = |order: &[PictureId], id: PictureId| order.iter().position(|other| *other == id);
        let ends = through.and_then(|order| {
            let (a, b) = (place(order, self.last.get_untracked()?)?, place(order, id)?);
            order.get(a.min(b)..=a.max(b))
        });
        match ends {
            Some(range) => {
                for id in range {
                    if !chosen.contains(id) {
                        chosen.push(*id);
                    }
                }
            }
            None => match place(&chosen, id) {
                Some(at) => drop(chosen.remove(at)),
                None => chosen.push(id),
            },
        }
        self.chosen.set(chosen);
        self.last.set(Some(id));
    }
}

impl Teach {
    /// The pictures that the gallery shows: class by class, in the order they came.
    pub fn shown(&self) -> Vec<PictureInfo> {
        let pictures = self.projects.pictures();
        let filter = self.gallery.filter.get();
        let classes = self.projects.with_current(|project| project.classes.clone()).unwrap_or_default();
        let mut shown = Vec::new();
        for class in classes {
            let wanted = |picture: &&PictureInfo| {
                picture.class == class.id
                    && match &filter {
                        Filter::All => true,
                        Filter::Class(id) => *id == class.id,
                        Filter::These { ids, .. } => ids.contains(&picture.id),
                    }
            };
            shown.extend(pictures.iter().filter(wanted).cloned());
        }
        shown
    }

    /// Opens the gallery with these pictures only.
    pub fn show_in_gallery(&self, title: String, ids: Vec<PictureId>) {
        self.announce(format!("{title}: {} in the gallery.", super::edits::pictures_in_words(ids.len())));
        self.gallery.show(Filter::These { title, ids });
        // Once the gallery has drawn them.
        erase::spawn(async {
            gloo::timers::future::TimeoutFuture::new(0).await;
            browser::scroll_to("gallery-panel");
            browser::focus_in_place("gallery-title");
        });
    }
}
