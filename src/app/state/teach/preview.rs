//! What augmentation does to a few of the project's pictures.

use super::{Asked, Teach};
use crate::app::charts::pixels::Raster;
use crate::app::erase::{self, List};
use crate::app::projects_store as store;
use crate::protocol::{RequestId, TeachCommand};
use leptos::prelude::*;

/// So many pictures are shown, of different classes.
const PICTURES: usize = 3;

/// Signals about the preview.
#[derive(Clone, Copy)]
pub struct Preview {
    /// The preview is open.
    pub open: RwSignal<bool>,
    /// For each picture, changed at random several times.
    pub rows: List<Vec<Raster>>,
    /// Changes with every look, so that others are drawn.
    pub seed: RwSignal<u32>,
    waiting: List<RequestId>,
    again: RwSignal<bool>,
}

impl Preview {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            rows: List::default(),
            seed: RwSignal::new(1),
            waiting: List::default(),
            again: RwSignal::new(false),
        }
    }

    pub(super) fn stop(&self) {
        self.waiting.set(Vec::new());
        self.again.set(false);
    }
}

impl Teach {
    /// Draws the preview for the settings as they are; while one is drawn, the newest waits.
    pub fn preview(&self) {
        if self.live.preview.waiting.with_untracked(|waiting| !waiting.is_empty()) {
            self.live.preview.again.set(true);
            return;
        }
        let (lab, ids) = (*self, self.one_of_each_class());
        erase::spawn(async move {
            let Ok(files) = store::blobs(&ids).await else { return };
            let (augmentation, mask) = lab.setup.settings.with_untracked(|s| (s.augmentation, s.mask));
            let seed = lab.live.preview.seed.get_untracked();
            let ask = |file| {
                lab.ask_with(Asked::Preview, Vec::new(), vec![file], |request| TeachCommand::Preview {
                    request,
                    augmentation,
                    mask,
                    seed,
                })
            };
            let asked: Vec<RequestId> = files.into_iter().flatten().filter_map(ask).collect();
            lab.live.preview.rows.set(vec![Vec::new(); asked.len()]);
            lab.live.preview.waiting.set(asked);
        });
    }

    fn one_of_each_class(&self) -> Vec<u32> {
        let pictures = self.projects.pictures_untracked();
        let classes = self.projects.current_untracked().map(|project| project.classes.clone()).unwrap_or_default();
        let first = |class: &store::Class| pictures.iter().find(|picture| picture.class == class.id);
        classes.iter().filter_map(first).map(|picture| picture.id).take(PICTURES).collect()
    }

    pub(super) fn previewed(&self, request: RequestId, side: usize, buffers: Vec<Vec<u8>>) {
        let preview = &self.live.preview;
        let waiting = preview.waiting.with_untracked(Vec::clone);
        let Some(place) = waiting.iter().position(|one| *one == request) else { return };
        let mut rows = preview.rows.with_untracked(Vec::clone);
        if let Some(row) = rows.get_mut(place) {
            *row = buffers.into_iter().map(|rgba| Raster { width: side, height: side, rgba }).collect();
        }
        // The last one answered: they are answered in order.
        let done = place + 1 == waiting.len();
        preview.rows.set(rows);
        if done {
            preview.waiting.set(Vec::new());
            if preview.again.get_untracked() {
                preview.again.set(false);
                self.preview();
            }
        }
    }
}
