//! The IDX format of the MNIST files: `0, 0, type, dimensions`, one big-endian u32 per dimension, then the values.
//! Source: <http://yann.lecun.com/exdb/mnist/> ("FILE FORMATS FOR THE MNIST DATABASE").

use super::mnist::{PIXELS, SIDE};
use super::{DataError, Problem};

/// Begins a file of pictures: unsigned bytes, three dimensions.
const IMAGES: u32 = 0x0000_0803;
/// Begins a file of labels: unsigned bytes, one dimension.
const LABELS: u32 = 0x0000_0801;
/// No file of ours has more entries; what claims to is refused before anything is allocated.
const MAX_ENTRIES: u64 = 1_000_000;

/// Pixels `[n, 28, 28]` of an IDX file of pictures, 0 (paper) to 255 (ink).
///
/// # Errors
/// When the file is truncated, too long, of another type or size.
pub fn parse_images<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a [u8], DataError> {
    let count = start(file, bytes, IMAGES)?;
    let (height, width) = (u32_at(file, bytes, 8)?, u32_at(file, bytes, 12)?);
    if (height as usize, width as usize) != (SIDE, SIDE) {
        let at = if height as usize == SIDE { 12 } else { 8 };
        return Err(DataError::new(file, at, Problem::WrongSize { height, width }));
    }
    values(file, bytes, 16, count * PIXELS as u64)
}

/// Labels of an IDX file of labels, each below 10.
///
/// # Errors
/// When the file is truncated, too long, of another type, or a label is no digit.
pub fn parse_labels<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a [u8], DataError> {
    let count = start(file, bytes, LABELS)?;
    let labels = values(file, bytes, 8, count)?;
    match labels.iter().position(|&label| label > 9) {
        Some(i) => Err(DataError::new(file, 8 + i, Problem::BadLabel { got: labels[i] })),
        None => Ok(labels),
    }
}

/// Checks the first four bytes and returns the number of entries.
fn start(file: &str, bytes: &[u8], expected: u32) -> Result<u64, DataError> {
    let got = u32_at(file, bytes, 0)?;
    let ([zero, nil, dtype, dimensions], [_, _, right_dtype, right_dimensions]) =
        (got.to_be_bytes(), expected.to_be_bytes());
    if (zero, nil) != (0, 0) {
        return Err(DataError::new(file, 0, Problem::WrongMagic { expected, got }));
    }
    if dtype != right_dtype {
        return Err(DataError::new(file, 2, Problem::WrongDtype { got: dtype }));
    }
    if dimensions != right_dimensions {
        let problem = Problem::WrongDimensions { expected: right_dimensions, got: dimensions };
        return Err(DataError::new(file, 3, problem));
    }
    let count = u64::from(u32_at(file, bytes, 4)?);
    if count > MAX_ENTRIES {
        return Err(DataError::new(file, 4, Problem::TooMany { got: count, limit: MAX_ENTRIES }));
    }
    Ok(count)
}

fn u32_at(file: &str, bytes: &[u8], at: usize) -> Result<u32, DataError> {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(four) => Ok(u32::from_be_bytes(*four)),
        None => Err(ends_early(file, bytes, at as u64 + 4)),
    }
}

/// Everything from byte `from` on, which must be `count` bytes.
fn values<'a>(file: &str, bytes: &'a [u8], from: usize, count: u64) -> Result<&'a [u8], DataError> {
    let (expected, got) = (from as u64 + count, bytes.len() as u64);
    if got < expected {
        return Err(ends_early(file, bytes, expected));
    }
    if got > expected {
        return Err(DataError::new(file, expected as usize, Problem::TrailingBytes { expected, got }));
    }
    Ok(&bytes[from..])
}

fn ends_early(file: &str, bytes: &[u8], expected: u64) -> DataError {
    DataError::new(file, bytes.len(), Problem::Truncated { expected, got: bytes.len() as u64 })
}
