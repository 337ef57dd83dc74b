//! One collection under way: how far it is, and what becomes of each picture.

use super::encode::Encoder;
use crate::data::{Rgb, is_plain_jpeg, sha256, to_plain_jpeg};
use crate::protocol::teach_catalog::KEPT_SIDE;
use crate::protocol::{Event, Fault, RequestId, ScaledPicture, TeachEvent};
use crate::worker::{outbox, picture};
use std::cell::Cell;
use std::rc::Rc;

/// Of the longer side at most so many times the shorter one is kept.
const LONGEST: usize = 4;
/// A photo of a phone is scaled by the browser: all of its pixels would only be read to be thrown away.
const EXACT_PIXELS: u64 = 4_000_000;
/// A larger file is written anew: at the size of kept pictures the rest of it cannot be picture.
const MOST_KEPT_BYTES: usize = 256 << 10;
/// Hexadecimal digits of a SHA-256 by which a picture is known again.
const DIGITS: usize = 16;

/// Whether a task is to end: whoever stops counts up.
pub struct Stop {
    stops: Rc<Cell<u32>>,
    before: u32,
}

impl Stop {
    pub fn new(stops: &Rc<Cell<u32>>) -> Self {
        Self { stops: Rc::clone(stops), before: stops.get() }
    }

    fn wanted(&self) -> bool {
        self.stops.get() != self.before
    }
}

pub struct Job {
    request: RequestId,
    stop: Stop,
    encoder: Encoder,
    pub total: usize,
    done: usize,
    scaled: usize,
}

impl Job {
    /// # Errors
    /// In a browser that cannot draw in a worker.
    pub fn new(request: RequestId, stop: Stop) -> Result<Self, Fault> {
        let message = "this browser is too old to scale pictures in the background".to_owned();
        let encoder = Encoder::new().ok_or(Fault::Internal { message })?;
        Ok(Self { request, stop, encoder, total: 0, done: 0, scaled: 0 })
    }

    pub fn stopped(&self) -> bool {
        self.stop.wanted()
    }

    pub fn tell_project(&self, json: String) {
        post(TeachEvent::ProjectFound { request: self.request, json }, Vec::new());
    }

    /// Scales a picture file and tells what became of it.
    pub async fn take(&mut self, name: &str, class: Option<&str>, file: &[u8]) {
        let kept = self.keep(name, file).await;
        self.tell(name, class, kept);
    }

    /// The same for a picture that is drawn, not decoded.
    pub async fn take_drawn(&mut self, name: &str, class: Option<&str>, picture: &Rgb) {
        let kept = self.encode(name, picture).await.map(|file| Kept::new(picture, file));
        self.tell(name, class, kept);
    }

    /// Tells that a file cannot be used; the others go on.
    pub fn refuse(&mut self, name: &str, fault: Fault) {
        self.done += 1;
        let (request, done, total) = (self.request, self.done, self.total);
        post(TeachEvent::Refused { request, name: name.to_owned(), fault, done, total }, Vec::new());
    }

    /// Counts files that are refused without a word for each.
    pub fn pass_over(&mut self, files: usize) {
        self.done += files;
    }

    /// Tells the end. `classes` in the order of the source, where it has one.
    pub fn finish(self, classes: Vec<String>) {
        let (request, scaled, cancelled) = (self.request, self.scaled, self.stopped());
        let refused = self.done - scaled;
        post(TeachEvent::Collected { request, scaled, refused, classes, cancelled }, Vec::new());
    }

    fn tell(&mut self, name: &str, class: Option<&str>, kept: Result<Kept, Fault>) {
        // It was being decoded when the visitor stopped.
        if self.stopped() {
            return;
        }
        match kept {
            Ok(Kept { file, sha, width, height }) => {
                (self.done, self.scaled) = (self.done + 1, self.scaled + 1);
                let (request, done, total) = (self.request, self.done, self.total);
                let (name, class) = (name.to_owned(), class.map(str::to_owned));
                let picture = ScaledPicture { name, class, sha, width, height };
                post(TeachEvent::Scaled { request, picture, done, total }, vec![file]);
            }
            Err(fault) => self.refuse(name, fault),
        }
    }

    async fn keep(&self, name: &str, file: &[u8]) -> Result<Kept, Fault> {
        let decoded = picture::decode_within(name, file, EXACT_PIXELS).await?;
        let picture = decoded.rgb.reduced(KEPT_SIDE, LONGEST);
        let size = (decoded.width as usize, decoded.height as usize);
        // What is small enough is not encoded again, so that a project can travel without losing a little every time.
        let as_it_is = (picture.width, picture.height) == size && file.len() <= MOST_KEPT_BYTES && is_plain_jpeg(file);
        let file = if as_it_is { to_plain_jpeg(file.to_vec()) } else { self.encode(name, &picture).await? };
        Ok(Kept::new(&picture, file))
    }

    async fn encode(&self, name: &str, picture: &Rgb) -> Result<Vec<u8>, Fault> {
        let reason = "this browser has no memory left to draw it".to_owned();
        self.encoder.jpeg(picture).await.ok_or_else(|| Fault::BadPicture { name: name.to_owned(), reason })
    }
}

/// A picture as it is kept.
struct Kept {
    file: Vec<u8>,
    sha: String,
    width: u32,
    height: u32,
}

impl Kept {
    fn new(picture: &Rgb, file: Vec<u8>) -> Self {
        let mut sha = sha256(&file);
        sha.truncate(DIGITS);
        Self { file, sha, width: picture.width as u32, height: picture.height as u32 }
    }
}

fn post(event: TeachEvent, buffers: Vec<Vec<u8>>) {
    outbox::post_with(Event::Teach(event), buffers);
}
