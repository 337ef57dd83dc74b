//! A file that someone published: what is known of it, and how it gets to this machine.

use super::download::download;
use super::error::AssetError;
use crate::sh;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug)]
pub struct Remote<'a> {
    /// What `cargo xtask assets fetch` takes.
    pub name: &'a str,
    pub title: &'a str,
    pub url: &'a str,
    pub length: Length,
    /// As many of the first digits of its SHA-256 as are known.
    pub sha256: &'a str,
}

/// What is known of a file's length.
#[derive(Clone, Copy, Debug)]
pub enum Length {
    Bytes(u64),
    /// Rounded to three places.
    Mebibytes(f64),
}

/// Where files may be.
pub struct Sources<'a> {
    /// A folder with files as they are called where they are published.
    pub mirror: Option<&'a Path>,
    /// Downloads are kept here.
    pub cache: &'a Path,
}

impl Remote<'_> {
    /// `alexnet-owt-7be5be79.pth`
    pub fn file(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(self.url)
    }

    /// Compares a file's length and hash with what was published.
    ///
    /// # Errors
    /// When they are others.
    pub fn verify(&self, length: u64, sha256: &str) -> Result<(), AssetError> {
        let file = self.file().to_owned();
        let right = match self.length {
            Length::Bytes(bytes) => length == bytes,
            Length::Mebibytes(mebibytes) => (length as f64 / f64::from(1 << 20) - mebibytes).abs() < 0.001,
        };
        if !right {
            return Err(AssetError::WrongSize { file, expected: self.size(), got: length });
        }
        if sha256.starts_with(self.sha256) {
            return Ok(());
        }
        Err(AssetError::WrongHash { file, expected: self.hash_in_words(), got: sha256.to_owned() })
    }

    /// No download may be longer.
    pub fn longest(&self) -> u64 {
        match self.length {
            Length::Bytes(bytes) => bytes,
            Length::Mebibytes(mebibytes) => ((mebibytes + 0.001) * f64::from(1 << 20)) as u64,
        }
    }

    /// What is known of its hash.
    pub fn hash_in_words(&self) -> String {
        let which = if self.sha256.len() == 64 { "" } else { "beginning with " };
        format!("{which}{}", self.sha256)
    }

    /// For people.
    pub fn size(&self) -> String {
        match self.length {
            Length::Bytes(bytes) => format!("{bytes} bytes"),
            Length::Mebibytes(mebibytes) => format!("{mebibytes:.3} MiB"),
        }
    }
}

/// The file, compared with what was published: from the mirror, the cache, or the network.
///
/// # Errors
/// When it is nowhere to be had, or not what was published.
pub fn locate(remote: &Remote, sources: &Sources) -> Result<PathBuf> {
    let file = remote.file();
    if let Some(here) = sources.mirror.map(|mirror| mirror.join(file)).filter(|path| path.is_file()) {
        sh::say(&format!("Taking {file} from the mirror"));
        verify(remote, &here)?;
        return Ok(here);
    }
    let kept = sources.cache.join(file);
    if kept.is_file() {
        match verify(remote, &kept) {
            Ok(()) => return Ok(kept),
            Err(error) => {
                sh::warn(&format!("{error:#}\nIt is fetched again."));
                fs::remove_file(&kept)?;
            }
        }
    }
    fs::create_dir_all(sources.cache).with_context(|| format!("cannot make {}", sources.cache.display()))?;
    let partial = sources.cache.join(format!("{file}.partial"));
    sh::say(&format!("Fetching {} ({}) from {}", remote.title, remote.size(), remote.url));
    download(remote.url, &partial, file, remote.longest()).map_err(|error| missing(error, remote, sources))?;
    if let Err(error) = verify(remote, &partial) {
        fs::remove_file(&partial).ok();
        return Err(error);
    }
    fs::rename(&partial, &kept)?;
    Ok(kept)
}

/// Says all that is needed to get the file in another way.
fn missing(error: anyhow::Error, remote: &Remote, sources: &Sources) -> anyhow::Error {
    let Some(AssetError::Unreachable { reason, .. }) = error.downcast_ref() else { return error };
    let mirror = match sources.mirror {
        Some(mirror) => format!("the mirror {}", mirror.display()),
        None => "a mirror (none was given)".to_owned(),
    };
    AssetError::Missing {
        name: remote.name.to_owned(),
        file: format!("{} ({}, SHA-256 {})", remote.file(), remote.size(), remote.hash_in_words()),
        places: format!("{mirror} nor in {}", sources.cache.display()),
        url: remote.url.to_owned(),
        reason: reason.clone(),
    }
    .into()
}

fn verify(remote: &Remote, path: &Path) -> Result<()> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        length += read as u64;
    }
    let sha256: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(remote.verify(length, &sha256)?)
}
