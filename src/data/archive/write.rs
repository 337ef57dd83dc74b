use super::{CENTRAL, END, LOCAL, STORED, UTF8};
use crate::data::{DataError, Problem};
use flate2::Crc;

/// The version of the format that a reader must know: 2.0.
const VERSION: u16 = 20;
/// The first of January 1980, the earliest there is: the same files give the same archive.
const DATE: u16 = 0x21;
const TIME: u16 = 0;

/// Puts files into an archive as they are: pictures do not get smaller.
#[derive(Default)]
pub struct ArchiveWriter {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    files: u16,
}

impl ArchiveWriter {
    /// With room for files whose paths and contents have this many bytes together.
    pub fn with_room(files: usize, paths: usize, contents: usize) -> Self {
        Self {
            // The fixed parts of both headers and of the end.
            bytes: Vec::with_capacity(files * (30 + 46) + 2 * paths + contents + 22),
            directory: Vec::with_capacity(files * 46 + paths),
            files: 0,
        }
    }

    /// Adds a file; `path` has `/` between folders.
    ///
    /// # Errors
    /// When the archive becomes larger than its format allows: 4 GB or 65,534 files.
    pub fn add(&mut self, path: &str, contents: &[u8]) -> Result<(), DataError> {
        let too_large = || DataError::new(path, self.bytes.len(), Problem::TooLarge { limit: u64::from(u32::MAX) });
        let at = u32::try_from(self.bytes.len()).map_err(|_| too_large())?;
        let length = u32::try_from(contents.len()).map_err(|_| too_large())?;
        let name = u16::try_from(path.len()).map_err(|_| too_large())?;
        self.files = self.files.checked_add(1).filter(|files| *files < u16::MAX).ok_or_else(too_large)?;
        let mut crc = Crc::new();
        crc.update(contents);
        // The same in both places: version, flags, method, time, checksum, lengths.
        let mut shared = Vec::with_capacity(26);
        [VERSION, UTF8, STORED, TIME, DATE].iter().for_each(|v| shared.extend(v.to_le_bytes()));
        [crc.sum(), length, length].iter().for_each(|v| shared.extend(v.to_le_bytes()));
        shared.extend(name.to_le_bytes());
        // No extra fields.
        shared.extend(0_u16.to_le_bytes());

        self.bytes.extend(LOCAL);
        self.bytes.extend(&shared);
        self.bytes.extend(path.bytes());
        self.bytes.extend(contents);

        self.directory.extend(CENTRAL);
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&shared);
        // No comment, first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(at.to_le_bytes());
        self.directory.extend(path.bytes());
        Ok(())
    }

    /// The whole archive.
    ///
    /// # Errors
    /// When it is larger than its format allows.
    pub fn finish(mut self) -> Result<Vec<u8>, DataError> {
        let too_large = || DataError::new("the zip", 0, Problem::TooLarge { limit: u64::from(u32::MAX) });
        let at = u32::try_from(self.bytes.len()).map_err(|_| too_large())?;
        let length = u32::try_from(self.directory.len()).map_err(|_| too_large())?;
        self.bytes.append(&mut self.directory);
        self.bytes.extend(END);
        // One disk, this one.
        self.bytes.extend([0; 4]);
        [self.files; 2].iter().for_each(|v| self.bytes.extend(v.to_le_bytes()));
        [length, at].iter().for_each(|v| self.bytes.extend(v.to_le_bytes()));
        // No comment.
        self.bytes.extend([0; 2]);
        Ok(self.bytes)
    }
}
