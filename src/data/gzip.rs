use super::{DataError, Problem};
use flate2::bufread::GzDecoder;
use std::io::Read;

/// Unpacks a gzip file of one member, and stops as soon as it proves larger than `limit` bytes.
///
/// # Errors
/// When the file is broken, truncated, followed by other bytes, or unpacks to more than `limit` bytes.
pub fn gunzip(file: &str, bytes: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
    let mut decoder = GzDecoder::new(bytes);
    let mut unpacked = Vec::new();
    let outcome = decoder.by_ref().take(limit as u64 + 1).read_to_end(&mut unpacked);
    let read = bytes.len() - decoder.get_ref().len();
    if let Err(error) = outcome {
        return Err(DataError::new(file, read, Problem::BadGzip { reason: error.to_string() }));
    }
    if unpacked.len() > limit {
        return Err(DataError::new(file, read, Problem::TooLarge { limit: limit as u64 }));
    }
    if read < bytes.len() {
        let problem = Problem::TrailingBytes { expected: read as u64, got: bytes.len() as u64 };
        return Err(DataError::new(file, read, problem));
    }
    Ok(unpacked)
}
