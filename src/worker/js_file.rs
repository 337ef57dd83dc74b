//! A file that is written in the browser's memory.

use js_sys::Uint8Array;
use std::io;

/// A file of known length that need not fit into this module's own memory, which never shrinks again.
pub struct JsFile {
    array: Uint8Array,
    written: u32,
}

impl JsFile {
    /// - `length`: in bytes; what is not written stays zero
    pub fn new(length: usize) -> Self {
        // A file of ours is far below 4 GB.
        Self { array: Uint8Array::new_with_length(length as u32), written: 0 }
    }

    pub fn into_array(self) -> Uint8Array {
        self.array
    }
}

impl io::Write for JsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (self.array.length() - self.written) as usize;
        let bytes = &bytes[..bytes.len().min(room)];
        let end = self.written + bytes.len() as u32;
        self.array.subarray(self.written, end).copy_from(bytes);
        self.written = end;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
