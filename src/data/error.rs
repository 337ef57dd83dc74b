use crate::protocol::Fault;
use thiserror::Error;

/// A file that is not what it should be: which one, where, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}, byte {at_byte}: {problem}")]
pub struct DataError {
    pub file: String,
    /// Offset from the start of the file (of the unpacked file, for what is inside a gzip).
    pub at_byte: u64,
    pub problem: Problem,
}

/// What is wrong, as the end of a sentence that begins with the file's name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    #[error("it ends early: {expected} bytes were expected, {got} are there")]
    Truncated { expected: u64, got: u64 },
    #[error("it goes on after its end: {expected} bytes were expected, {got} are there")]
    TrailingBytes { expected: u64, got: u64 },
    #[error("it is no IDX file: it begins with {got:#010x} instead of {expected:#010x}")]
    WrongMagic { expected: u32, got: u32 },
    #[error("its values have the IDX type {got:#04x}; only unsigned bytes (0x08) are read")]
    WrongDtype { got: u8 },
    #[error("it has {got} dimensions instead of {expected}")]
    WrongDimensions { expected: u8, got: u8 },
    #[error("its pictures are {height}x{width} instead of 28x28")]
    WrongSize { height: u32, width: u32 },
    #[error("it claims {got} entries, and at most {limit} are read")]
    TooMany { got: u64, limit: u64 },
    #[error("it is larger than the {limit} bytes allowed")]
    TooLarge { limit: u64 },
    #[error("the label {got} is none of the digits 0 to 9")]
    BadLabel { got: u8 },
    #[error("the label {got} is none of the {classes} classes")]
    BadClass { got: u8, classes: usize },
    #[error("it cannot be unpacked: {reason}")]
    BadGzip { reason: String },
    #[error("it is no valid manifest: {reason}")]
    BadManifest { reason: String },
    #[error("the drawing has {got} pixels, and {side} x {side} were announced")]
    BadDrawing { side: usize, got: usize },
    #[error("it has {got} bytes instead of {expected}")]
    WrongLength { expected: u64, got: u64 },
    #[error("its SHA-256 is {got} instead of {expected}")]
    WrongHash { expected: String, got: String },
    #[error("it is no shard of weights: {reason}")]
    BadShard { reason: String },
    #[error("it is no shard of small pictures: {reason}")]
    BadPixels { reason: String },
    #[error("it is no record of a run: {reason}")]
    BadRecord { reason: String },
    #[error("{reason}")]
    BadArchive { reason: String },
    #[error("the manifest does not list it")]
    NotListed,
}

impl DataError {
    pub fn new(file: &str, at_byte: usize, problem: Problem) -> Self {
        Self { file: file.to_owned(), at_byte: at_byte as u64, problem }
    }
}

impl From<DataError> for Fault {
    fn from(error: DataError) -> Self {
        let DataError { file: name, at_byte, problem } = error;
        let reason = problem.to_string();
        match problem {
            Problem::WrongLength { .. } | Problem::WrongHash { .. } => Self::WrongAsset { name, reason },
            Problem::NotListed => Self::AssetMissing { name, reason },
            _ => Self::BadFile { name, at_byte, reason },
        }
    }
}
