use super::{CENTRAL, DEFLATED, ENCRYPTED, END, LOCAL, STORED};
use crate::data::{DataError, Problem};
use flate2::{Crc, read::DeflateDecoder};
use std::io::{self, Read, Seek, SeekFrom};

/// Lengths of the fixed parts of the records.
const LOCAL_BYTES: u64 = 30;
const END_BYTES: usize = 22;
const LARGE_END_BYTES: u64 = 56;
const LOCATOR_BYTES: usize = 20;
const LONGEST_COMMENT: u64 = u16::MAX as u64;
/// Records of archives beyond 4 GB or 65,535 files ("zip64"): the end of the directory, and where it is.
const LARGE_END: [u8; 4] = *b"PK\x06\x06";
const LARGE_LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Key of the extra field with sizes that need more than 32 bits.
const LARGE_SIZES: u16 = 1;
/// Enough for 50,000 files; a larger one is not read into memory.
const MOST_DIRECTORY_BYTES: u64 = 8 << 20;
/// The upper half of the code page in which names that are not UTF-8 are written.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// One file of an archive, as the archive's directory describes it; nothing of it is to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: String,
    /// How long it says it is, unpacked and packed.
    pub bytes: u64,
    pub packed: u64,
    /// Offset of its header in the archive.
    pub at: u64,
    method: u16,
    flags: u16,
    crc: u32,
}

impl Entry {
    pub fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }
}

/// An archive whose files are read one by one.
pub struct Archive<R> {
    reader: R,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory: the files in the order in which it lists them. Of the files themselves nothing is read.
    ///
    /// # Errors
    /// When it is no zip, is cut off, or has a directory that cannot be true.
    pub fn open(name: &str, mut reader: R) -> Result<(Self, Vec<Entry>), DataError> {
        let bad = |at: u64, problem| DataError { file: name.to_owned(), at_byte: at, problem };
        let broken = |at: u64, reason: &str| bad(at, archive(reason));
        let length = reader.seek(SeekFrom::End(0)).map_err(|e| bad(0, unreadable(&e)))?;
        let mut read = |at: u64, bytes: u64| read_at(&mut reader, at, bytes).map_err(|e| bad(at, unreadable(&e)));
        let tail_at = length.saturating_sub(END_BYTES as u64 + LONGEST_COMMENT);
        let tail = read(tail_at, length - tail_at)?;
        let Some(place) = find_end(&tail) else {
            let begins = read(0, length.min(2))? == b"PK";
            let reason = if begins { "its end is missing, as after a download that broke off" } else { "it is no zip" };
            return Err(broken(if begins { length } else { 0 }, reason));
        };
        let end_at = tail_at + place as u64;
        let mut end = Fields(&tail[place + 4..]);
        let (_disks, _here) = (end.u32(), end.u16());
        let (mut count, mut bytes, mut start) = (u64::from(end.u16()), u64::from(end.u32()), u64::from(end.u32()));
        if count == u64::from(u16::MAX) || bytes == u64::from(u32::MAX) || start == u64::from(u32::MAX) {
            let locator = place.checked_sub(LOCATOR_BYTES).map(|at| &tail[at..]);
            if let Some(locator) = locator.filter(|locator| locator.starts_with(&LARGE_LOCATOR)) {
                let at = Fields(&locator[8..]).u64();
                if at.checked_add(LARGE_END_BYTES).is_none_or(|end| end > end_at) {
                    return Err(broken(end_at, "its end is damaged"));
                }
                let record = read(at, LARGE_END_BYTES)?;
                if !record.starts_with(&LARGE_END) {
                    return Err(broken(at, "its end is damaged"));
                }
                let mut end = Fields(&record[32..]);
                (count, bytes, start) = (end.u64(), end.u64(), end.u64());
            }
        }
        if start.checked_add(bytes).is_none_or(|end| end > end_at) {
            return Err(broken(end_at, "parts of it are missing"));
        }
        if bytes > MOST_DIRECTORY_BYTES {
            let reason =
                format!("the list of its files takes {bytes} bytes, and at most {MOST_DIRECTORY_BYTES} are read");
            return Err(broken(start, &reason));
        }
        let directory = read(start, bytes)?;
        let mut entries = Vec::new();
        let mut rest = Fields(&directory);
        while rest.0.starts_with(&CENTRAL) {
            let at = start + bytes - rest.0.len() as u64;
            entries.push(rest.entry().ok_or_else(|| broken(at, "the list of its files is damaged"))?);
        }
        if (entries.len() as u64) < count {
            return Err(broken(start + bytes - rest.0.len() as u64, "the list of its files is damaged"));
        }
        let packed = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.packed));
        if packed > length {
            return Err(broken(start, "its files overlap, as in a zip bomb"));
        }
        Ok((Self { reader }, entries))
    }

    /// Unpacks one file, and stops as soon as it proves larger than it says or than `limit` bytes.
    ///
    /// # Errors
    /// When it is too large, locked, packed in another way, damaged or cut off.
    pub fn read(&mut self, entry: &Entry, limit: u64) -> Result<Vec<u8>, DataError> {
        self.unpack(entry, limit).map_err(|problem| entry.refused(problem))
    }

    fn unpack(&mut self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Problem> {
        if entry.is_encrypted() {
            return Err(archive("it is locked with a password"));
        }
        if entry.bytes > limit {
            return Err(Problem::TooLarge { limit });
        }
        let header = read_at(&mut self.reader, entry.at, LOCAL_BYTES).map_err(|e| unreadable(&e))?;
        if !header.starts_with(&LOCAL) {
            return Err(archive("it is not where the zip says"));
        }
        let mut lengths = Fields(&header[26..]);
        let skipped = u64::from(lengths.u16()) + u64::from(lengths.u16());
        // Beyond its end a reader has nothing more, wherever it is put.
        let start = entry.at.saturating_add(LOCAL_BYTES + skipped);
        self.reader.seek(SeekFrom::Start(start)).map_err(|e| unreadable(&e))?;
        let packed = (&mut self.reader).take(entry.packed);
        let mut bytes = Vec::with_capacity(entry.bytes as usize);
        let outcome = match entry.method {
            STORED => packed.take(entry.bytes + 1).read_to_end(&mut bytes),
            DEFLATED => DeflateDecoder::new(packed).take(entry.bytes + 1).read_to_end(&mut bytes),
            _ => return Err(archive("it is packed in a way that is not read here; pack it as an ordinary zip")),
        };
        outcome.map_err(|error| archive(&format!("it cannot be unpacked: {error}")))?;
        let got = bytes.len() as u64;
        if got > entry.bytes {
            return Err(archive("it is larger than the zip says"));
        }
        if got < entry.bytes {
            return Err(Problem::Truncated { expected: entry.bytes, got });
        }
        let mut crc = Crc::new();
        crc.update(&bytes);
        if crc.sum() != entry.crc {
            return Err(archive("it is damaged: its checksum is another than the zip says"));
        }
        Ok(bytes)
    }
}

impl Entry {
    /// This file cannot be used; the others can.
    pub fn refused(&self, problem: Problem) -> DataError {
        DataError { file: self.path.clone(), at_byte: self.at, problem }
    }
}

fn archive(reason: &str) -> Problem {
    Problem::BadArchive { reason: reason.to_owned() }
}

fn unreadable(error: &io::Error) -> Problem {
    archive(&format!("it could not be read ({error})"))
}

fn read_at(reader: &mut (impl Read + Seek), at: u64, bytes: u64) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(at))?;
    let mut read = vec![0; bytes as usize];
    reader.read_exact(&mut read)?;
    Ok(read)
}

/// Where the last record of an archive begins; a comment may follow it.
fn find_end(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_BYTES)?;
    (0..=last).rev().find(|&place| {
        let comment = usize::from(Fields(&tail[place + 20..]).u16());
        tail[place..].starts_with(&END) && place + END_BYTES + comment <= tail.len()
    })
}

/// Numbers in a row, the lowest byte first. What is missing is 0; lengths are checked before.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (first, rest) = self.0.split_first_chunk().map_or(([0; N], [].as_slice()), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn slice(&mut self, length: u16) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(slice)
    }

    /// An entry of the directory.
    fn entry(&mut self) -> Option<Entry> {
        let mut fixed = Fields(self.slice(46)?);
        let (_signature, _versions) = (fixed.u32(), fixed.u32());
        let (flags, method, _time) = (fixed.u16(), fixed.u16(), fixed.u32());
        let (crc, packed, bytes) = (fixed.u32(), fixed.u32(), fixed.u32());
        let (name, extra, comment) = (fixed.u16(), fixed.u16(), fixed.u16());
        let (_disk, _attributes) = (fixed.u32(), fixed.u32());
        let at = fixed.u32();
        let path = text(self.slice(name)?);
        let mut large = large_sizes(Fields(self.slice(extra)?));
        self.slice(comment)?;
        // Those that did not fit, in this order.
        let mut whole = |short: u32| if short == u32::MAX { large.u64() } else { u64::from(short) };
        let (bytes, packed, at) = (whole(bytes), whole(packed), whole(at));
        Some(Entry { path, bytes, packed, at, method, flags, crc })
    }
}

fn large_sizes(mut extra: Fields) -> Fields {
    while !extra.0.is_empty() {
        let (key, length) = (extra.u16(), extra.u16());
        let Some(field) = extra.slice(length) else { break };
        if key == LARGE_SIZES {
            return Fields(field);
        }
    }
    Fields(&[])
}

/// A name: UTF-8 where it is, whatever the flag for that says, because many programs do not set it.
fn text(name: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0..128 => char::from(*byte),
        _ => CODE_PAGE_437.chars().nth(usize::from(byte - 128)).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    String::from_utf8(name.to_vec()).unwrap_or_else(|_| name.iter().map(letter).collect())
}
