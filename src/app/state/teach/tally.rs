//! What became of the pictures that were in the queue.

use super::{MOST_CLASSES, edits};
use crate::app::database::StoreError;
use crate::app::words;
use crate::protocol::PictureId;
use crate::protocol::teach_catalog::MOST_PICTURES;

/// What is counted until the queue is empty.
#[derive(Default)]
pub(super) struct Tally {
    pub added: Vec<PictureId>,
    /// Were in their class already.
    pub again: usize,
    /// Are in another class too.
    pub across: usize,
    /// Their class would have been one too many.
    pub left_out: usize,
    /// The project has as many pictures as it can.
    pub too_many: usize,
    pub refused: usize,
    /// Some of the reasons, as sentences.
    pub reasons: Vec<String>,
    /// The storage refused.
    pub stopped: Option<StoreError>,
    pub cancelled: bool,
    /// How often the one thing in flight was begun again.
    pub tries: u32,
}

/// What became of everything that was in the queue, in sentences.
pub(super) fn summary(tally: &Tally, done: usize) -> String {
    let pictures = edits::pictures_in_words;
    let is = |count: usize| if count == 1 { "is" } else { "are" };
    let was = |count: usize| if count == 1 { "was" } else { "were" };
    let mut sentences = Vec::new();
    let added = tally.added.len();
    if let Some(error) = &tally.stopped {
        sentences.push(format!(
            "{error} {} new {} stored{}; the others were not. Remove pictures or projects you no longer need, then add the others again.",
            if added == 0 { "No".to_owned() } else { words::count(added) },
            if added == 1 { "picture was" } else { "pictures were" },
            match added {
                0 => "",
                1 => " and stays",
                _ => " and stay",
            }
        ));
    } else if tally.cancelled {
        sentences.push(format!(
            "Stopped. {} {} added before and {}.",
            pictures(added),
            was(added),
            if added == 1 { "stays" } else { "stay" }
        ));
    } else if added > 0 || done > 0 {
        sentences.push(format!("{} added.", pictures(added)));
    }
    if tally.again > 0 {
        let n = tally.again;
        sentences.push(format!("{} {} in the class already and {} skipped.", pictures(n), was(n), was(n)));
    }
    if tally.across > 0 {
        let n = tally.across;
        sentences.push(format!("{} {} in another class too: see “in two classes” in the gallery.", pictures(n), is(n)));
    }
    if tally.left_out > 0 {
        let most = MOST_CLASSES;
        sentences.push(format!(
            "{} {} left out, because {most} classes is the most; remove a class first.",
            pictures(tally.left_out),
            was(tally.left_out)
        ));
    }
    if tally.too_many > 0 {
        sentences.push(format!(
            "{} {} left out, because a project holds at most {}; begin another one for them.",
            pictures(tally.too_many),
            was(tally.too_many),
            words::count(MOST_PICTURES)
        ));
    }
    if tally.refused > 0 {
        // What cannot be used may be no picture at all.
        let files = if tally.refused == 1 { "file" } else { "files" };
        sentences.push(format!("{} {files} could not be used.", words::count(tally.refused)));
    }
    sentences.extend(tally.reasons.iter().cloned());
    sentences.join(" ")
}
