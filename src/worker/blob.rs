//! Files that stay with the browser until they are read.

use crate::protocol::Fault;
use js_sys::{ArrayBuffer, Uint8Array};
use std::io::{self, Read, Seek, SeekFrom};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FileReaderSync};

/// Bytes that are read of a file at once.
const WINDOW: u64 = 256 << 10;

/// A whole file.
///
/// # Errors
/// When it has more than `limit` bytes, or the browser cannot read it any more.
pub async fn bytes(name: &str, blob: &Blob, limit: u64) -> Result<Vec<u8>, Fault> {
    let bad = |reason: String| Fault::BadPicture { name: name.to_owned(), reason };
    if blob.size() > limit as f64 {
        return Err(bad(format!("the file is larger than {} MB", limit >> 20)));
    }
    let gone = |_| bad("the browser cannot read the file any more; it may have been moved or changed".to_owned());
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(gone)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Reads a file piece by piece, wherever one is wanted; of a large file only a window is in memory.
pub struct BlobReader {
    blob: Blob,
    reader: FileReaderSync,
    length: u64,
    position: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl BlobReader {
    /// # Errors
    /// Only outside a worker.
    pub fn new(blob: Blob) -> Result<Self, Fault> {
        let reader = FileReaderSync::new().map_err(|e| Fault::Internal { message: message(&e) })?;
        // A whole number, at most 2^53.
        let length = blob.size() as u64;
        Ok(Self { blob, reader, length, position: 0, window: Vec::new(), window_at: 0 })
    }

    /// What the window holds from the position on, after it was moved there if necessary.
    fn here(&mut self) -> io::Result<&[u8]> {
        let within = |at: u64, window: &[u8]| self.position >= at && self.position < at + window.len() as u64;
        if !within(self.window_at, &self.window) && self.position < self.length {
            let end = self.length.min(self.position + WINDOW);
            let broken = |e: JsValue| io::Error::other(message(&e));
            let part = self.blob.slice_with_f64_and_f64(self.position as f64, end as f64).map_err(broken)?;
            let buffer: ArrayBuffer = self.reader.read_as_array_buffer(&part).map_err(broken)?;
            self.window = Uint8Array::new(&buffer).to_vec();
            self.window_at = self.position;
        }
        let skipped = self.position.saturating_sub(self.window_at) as usize;
        Ok(self.window.get(skipped..).filter(|_| self.position < self.length).unwrap_or_default())
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.here()?.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

fn message(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |e| e.message().into())
}
