//! Zip archives: which pictures are in one, file by file, and how pictures are put into one.
//!
//! Only what the lab needs (files stored or deflated), because the compute modules are downloaded: the crate for all of
//! zip would add 50 KB to each. Tests compare both directions with it.

mod contents;
mod read;
mod write;

pub use contents::{Contents, MOST_FILE_BYTES, PROJECT_FILE, PictureFile};
pub use read::{Archive, Entry};
pub use write::ArchiveWriter;

/// Signatures: of a file's own header, of its entry in the directory, of the directory's end.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// How a file is packed: not at all, or deflated.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Flags: locked with a password; the name is UTF-8.
const ENCRYPTED: u16 = 1;
const UTF8: u16 = 1 << 11;
