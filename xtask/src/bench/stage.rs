//! One server for everything a benchmark loads: the built site, our pages for it, and the other libraries.

use super::peers;
use crate::paths;
use crate::server::Server;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use walkdir::WalkDir;

/// Served until it is dropped.
pub struct Stage {
    server: Server,
    peers: bool,
    _folder: TempDir,
}

impl Stage {
    /// Puts the site at the root, `bench/` and `npm/` below it, and serves them.
    ///
    /// # Errors
    /// When a file is missing, or the libraries cannot be installed although npm is there.
    pub fn set(dist: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(dist, folder.path())?;
        copy(&paths::root().join("bench"), &folder.path().join("bench"))?;
        let peers = peers::ready()?;
        if let Some(modules) = &peers {
            for path in peers::SERVED {
                copy(&modules.join(path), &folder.path().join("npm").join(path))?;
            }
        }
        Ok(Self { server: Server::start(folder.path(), "", 0)?, peers: peers.is_some(), _folder: folder })
    }

    /// The site's address, with a trailing slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Whether this one is there to be measured.
    pub fn has(&self, who: &str) -> bool {
        self.peers || who.starts_with("receptive-")
    }
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.with_context(|| format!("cannot read {}", from.display()))?;
        // Joining an empty path would make a file's name end in a slash.
        let inside = entry.path().strip_prefix(from)?;
        let target = if inside.as_os_str().is_empty() { to.to_path_buf() } else { to.join(inside) };
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target)?;
        } else {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(entry.path(), &target).with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_files_and_folders() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(from.path().join("a")).unwrap();
        fs::write(from.path().join("a/b.js"), "b").unwrap();
        copy(from.path(), to.path()).unwrap();
        copy(&from.path().join("a/b.js"), &to.path().join("npm/c.js")).unwrap();
        assert_eq!(fs::read_to_string(to.path().join("a/b.js")).unwrap(), "b");
        assert_eq!(fs::read_to_string(to.path().join("npm/c.js")).unwrap(), "b");
        assert!(copy(&from.path().join("gone"), to.path()).is_err());
    }
}
