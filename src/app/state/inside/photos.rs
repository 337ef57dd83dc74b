//! The photo the network looks at: a sample, a file, or a picture of the camera.

use super::{Asked, Inside, kept};
use crate::app::erase;
use crate::app::erase::{Kept, List};
use crate::app::state::AtDesk;
use crate::app::state::{NoticeAction, Tone};
use crate::app::words;
use crate::protocol::{Group, InsideCommand, PhotoSource, Region, RequestId, Sample};
use leptos::prelude::*;
use std::sync::Arc;

/// A larger file is not even read, in bytes.
const LARGEST: f64 = 250e6;

/// Signals about photos.
#[derive(Clone, Copy, Default)]
pub struct Photos {
    pub samples: List<Sample>,
    pub wanted: RwSignal<Option<PhotoChoice>>,
    /// What the network gets to see of it.
    pub taken: Kept<Photo>,
    /// The worker is reading it.
    pub reading: RwSignal<bool>,
}

/// What the visitor chose.
#[derive(Clone, Debug, PartialEq)]
pub enum PhotoChoice {
    /// By its path.
    Sample(String),
    File {
        name: String,
        bytes: Arc<Vec<u8>>,
    },
}

/// A photo as the network gets to see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    pub name: String,
    /// Of the whole photo, in pixels.
    pub width: u32,
    pub height: u32,
    /// `[side, side, 3]` bytes.
    pub side: usize,
    pub pixels: Vec<u8>,
    /// Which part of the photo that is.
    pub crop: Region,
}

impl Photo {
    /// The pixels of a region given in shares of the side, as red, green, blue and opacity.
    pub fn rgba(&self, left: f64, top: f64, width: f64, height: f64) -> (usize, usize, Vec<u8>) {
        let side = self.side as f64;
        let end = |start: f64, length: f64| ((start + length) * side).round().clamp(0.0, side) as usize;
        let (x, y) = (end(left, 0.0), end(top, 0.0));
        let (right, bottom) = (end(left, width), end(top, height));
        let (wide, high) = (right.saturating_sub(x), bottom.saturating_sub(y));
        let mut rgba = Vec::with_capacity(wide * high * 4);
        for row in y..bottom {
            let line = self.pixels.get((row * self.side + x) * 3..(row * self.side + right) * 3).unwrap_or_default();
            for rgb in line.chunks_exact(3) {
                rgba.extend_from_slice(&[rgb[0], rgb[1], rgb[2], 255]);
            }
        }
        (wide, high, rgba)
    }
}

impl Photos {
    pub(super) fn name_wanted(&self) -> String {
        match self.wanted.get_untracked() {
            Some(PhotoChoice::Sample(path)) => stem(&path).to_owned(),
            Some(PhotoChoice::File { name, .. }) => name,
            None => String::new(),
        }
    }
}

/// `astronaut` from `samples/astronaut.jpg`.
pub(super) fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file)
}

impl Inside {
    /// The page is alive at once: the photo of the address, the visitor's own from before a reload, or the first sample.
    pub(super) fn begin_with_photo(&self, samples: Vec<Sample>) {
        if self.photos.wanted.with_untracked(Option::is_some) || !kept::is_kept() {
            self.begin_with_sample(&samples);
            return;
        }
        let lab = *self;
        erase::spawn(async move {
            let photo = kept::kept().await;
            if lab.photos.wanted.with_untracked(Option::is_some) {
                // The visitor was faster.
                return;
            }
            match photo {
                Some((name, bytes)) => {
                    lab.photos.wanted.set(Some(PhotoChoice::File { name, bytes: Arc::new(bytes) }));
                    lab.send_photo();
                }
                None => lab.begin_with_sample(&samples),
            }
        });
    }

    fn begin_with_sample(&self, samples: &[Sample]) {
        let wanted = self.photos.wanted.get_untracked();
        let path = match &wanted {
            Some(PhotoChoice::File { .. }) => return self.send_photo(),
            Some(PhotoChoice::Sample(name)) => samples.iter().find(|s| s.path == *name || stem(&s.path) == name),
            None => None,
        };
        if let Some(sample) = path.or(samples.first()) {
            self.photos.wanted.set(Some(PhotoChoice::Sample(sample.path.clone())));
            self.send_photo();
        }
    }

    pub fn choose_photo(&self, photo: PhotoChoice) {
        self.desk(|desk| desk.deaths = 0);
        self.photos.wanted.set(Some(photo));
        self.send_photo();
        self.write_address();
    }

    /// Reads a chosen, dropped or pasted file and hands it to the worker as it is.
    pub fn choose_file(&self, file: web_sys::File) {
        let (lab, name) = (*self, file.name());
        if file.size() > LARGEST {
            let size = words::megabytes(file.size() as u64);
            let text = format!("{name} is {size}, which is too large to be read here. Choose a smaller picture.");
            self.notify(Tone::Error, text, Some(NoticeAction::ChoosePicture));
            return;
        }
        erase::spawn(async move {
            match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => {
                    let bytes = Arc::new(js_sys::Uint8Array::new(&buffer).to_vec());
                    lab.choose_photo(PhotoChoice::File { name, bytes });
                }
                Err(_) => lab.notify(
                    Tone::Error,
                    format!("The browser could not read {name}. Choose another picture."),
                    Some(NoticeAction::ChoosePicture),
                ),
            }
        });
    }

    /// Hands the wanted photo to the worker.
    pub(super) fn send_photo(&self) {
        let Some(wanted) = self.photos.wanted.get_untracked() else { return };
        let (source, buffers) = match &wanted {
            PhotoChoice::Sample(path) => (PhotoSource::Sample { path: path.clone() }, Vec::new()),
            PhotoChoice::File { name, bytes } => (PhotoSource::File { name: name.clone() }, vec![bytes.to_vec()]),
        };
        let asked = self.ask_with(Asked::Photo, buffers, |request| InsideCommand::Photo { request, source });
        self.photos.reading.set(asked.is_some());
        self.inner.update_value(|inner| inner.sent = asked.map(|request| (request, wanted)));
    }

    /// Whether this request was about the photo chosen last.
    fn is_newest_photo(&self, request: RequestId) -> bool {
        self.inner.with_value(|inner| inner.sent.as_ref().is_some_and(|(sent, _)| *sent == request))
    }

    pub(super) fn photo_taken(&self, request: RequestId, photo: Photo) {
        if !self.is_newest_photo(request) {
            return;
        }
        self.photos.reading.set(false);
        let text = format!(
            "{}: {} by {} pixels. The network gets to see a square of it.",
            photo.name, photo.width, photo.height
        );
        self.announce(text);
        self.inner.update_value(|inner| inner.good = inner.sent.take().map(|(_, photo)| photo));
        self.keep_photo();
        self.photos.taken.set(Some(Arc::new(photo)));
        self.classes.forget();
        let open = self.networks.open.get_untracked();
        self.maps.waiting.set(self.can_look());
        self.classes.waiting.set(open.is_some_and(|open| open.group == Group::Classifier));
        self.details.patches.set(None);
    }

    /// Keeps the visitor's own photo over a reload. Where the browser cannot, a reload begins with a sample.
    fn keep_photo(&self) {
        let photo = self.inner.with_value(|inner| inner.good.clone());
        erase::spawn(async move {
            match photo {
                Some(PhotoChoice::File { name, bytes }) => kept::keep(&name, &bytes).await.ok(),
                _ if kept::is_kept() => kept::forget().await.ok(),
                _ => None,
            };
        });
    }

    /// The photo cannot be used; the one before still is.
    pub(super) fn photo_refused(&self, request: RequestId) {
        if !self.is_newest_photo(request) {
            return;
        }
        self.photos.reading.set(false);
        self.photos.wanted.set(self.inner.with_value(|inner| inner.good.clone()));
        self.write_address();
    }

    /// Puts aside the photo with which computing stopped; the worker must live without one.
    pub(super) fn give_up_photo(&self) {
        let wanted = self.photos.wanted.get_untracked();
        let good = self.inner.try_update_value(|inner| inner.good.take()).flatten();
        self.photos.wanted.set(good.filter(|good| Some(good) != wanted.as_ref()));
        self.photos.reading.set(false);
    }
}
