use super::{DataError, Problem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's own name, below the site's root.
const FILE: &str = "manifest.json";
/// The only form of the manifest there is so far.
const VERSION: u32 = 1;
const MAX_BYTES: usize = 1 << 20;
const MAX_ASSETS: usize = 10_000;
/// No file of ours is larger; it also keeps sums of lengths far from overflowing.
const MAX_ASSET_BYTES: u64 = 1 << 30;

/// Every static asset of the site: what it must be, whose it is, where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub version: u32,
    pub assets: Vec<Asset>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Below the site's root, with `/` between folders.
    pub path: String,
    pub title: String,
    /// Length of the file.
    pub bytes: u64,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    pub licence: String,
    pub source: String,
}

impl Manifest {
    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// When it is no JSON of this form, of another version, too large, lists a file twice, or lists a path
    /// that leads anywhere but into the site.
    pub fn parse(bytes: &[u8]) -> Result<Self, DataError> {
        if bytes.len() > MAX_BYTES {
            return Err(DataError::new(FILE, MAX_BYTES, Problem::TooLarge { limit: MAX_BYTES as u64 }));
        }
        let bad = |at: usize, reason: String| DataError::new(FILE, at, Problem::BadManifest { reason });
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|e| bad(offset(bytes, e.line(), e.column()), e.to_string()))?;
        if manifest.version != VERSION {
            return Err(bad(0, format!("its version is {}, and only {VERSION} is known", manifest.version)));
        }
        if manifest.assets.len() > MAX_ASSETS {
            return Err(bad(0, format!("it lists {} files, and at most {MAX_ASSETS} are read", manifest.assets.len())));
        }
        let mut seen = std::collections::HashSet::new();
        for asset in &manifest.assets {
            let at = find(bytes, asset.path.as_bytes());
            if !stays_inside(&asset.path) {
                return Err(bad(at, format!("the path {:?} does not stay inside the site", asset.path)));
            }
            if !is_sha256(&asset.sha256) {
                return Err(bad(at, format!("{} has no valid SHA-256", asset.path)));
            }
            if asset.bytes > MAX_ASSET_BYTES {
                return Err(bad(at, format!("{} claims {} bytes", asset.path, asset.bytes)));
            }
            if !seen.insert(&asset.path) {
                return Err(bad(at, format!("{} is listed twice", asset.path)));
            }
        }
        Ok(manifest)
    }

    /// The entry of a file.
    ///
    /// # Errors
    /// When it is not listed.
    pub fn find(&self, path: &str) -> Result<&Asset, DataError> {
        let found = self.assets.iter().find(|asset| asset.path == path);
        found.ok_or_else(|| DataError::new(path, 0, Problem::NotListed))
    }
}

impl Asset {
    /// Compares a file with what the manifest promises.
    ///
    /// # Errors
    /// When its length or its SHA-256 is another.
    pub fn verify(&self, bytes: &[u8]) -> Result<(), DataError> {
        let (expected, got) = (self.bytes, bytes.len() as u64);
        if got != expected {
            return Err(DataError::new(&self.path, 0, Problem::WrongLength { expected, got }));
        }
        let got = sha256(bytes);
        if got != self.sha256 {
            return Err(DataError::new(&self.path, 0, Problem::WrongHash { expected: self.sha256.clone(), got }));
        }
        Ok(())
    }
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A relative path of plain names: no scheme, host, query, escape, `.` or `..`.
fn stays_inside(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

/// Offset of a line and column as serde_json counts them, both from 1.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let before: usize = bytes.split_inclusive(|b| *b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(bytes.len())
}

/// Where these bytes are first; 0 where they are written in another way.
fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len().max(1)).position(|window| window == part).unwrap_or(0)
}
