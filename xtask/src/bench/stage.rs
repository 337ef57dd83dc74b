//! One server for everything a benchmark loads: the built site, our pages for it, and the other libraries.

use super::report::Machine;
use super::{machine, peers};
use crate::browser::{Browser, Page, Viewport};
use crate::paths;
use crate::server::Server;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use walkdir::WalkDir;

/// Longest wait for one page, besides the measured seconds: a software GPU compiles for long.
pub const PATIENCE: u64 = 180;

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

    /// Opens the benchmark's page and waits for what it leaves in `window.answer`.
    ///
    /// # Errors
    /// When the page gives no answer in time, or says what went wrong.
    pub fn ask(&self, browser: &Browser, query: &str, patience: u64) -> Result<Value> {
        Ok(self.open(browser, query, patience)?.1)
    }

    /// As [`Stage::ask`], with the tab, which is closed when dropped.
    ///
    /// # Errors
    /// As [`Stage::ask`].
    pub fn open(&self, browser: &Browser, query: &str, patience: u64) -> Result<(Page, Value)> {
        let page = browser.page(Viewport::LAPTOP)?;
        page.goto(&format!("{}bench/index.html?{query}", self.url()))?;
        page.wait_until("window.answer", patience)?;
        let text = page.eval("window.answer")?;
        let answer: Value = serde_json::from_str(text.as_str().context("the page's answer is text")?)?;
        if let Some(error) = answer["error"].as_str() {
            bail!("{error}");
        }
        Ok((page, answer))
    }

    /// The machine and the browser everything is measured in.
    ///
    /// # Errors
    /// When the browser cannot be started.
    pub fn machine(&self) -> Result<Machine> {
        let browser = Browser::launch()?;
        let answer = self.ask(&browser, "who=adapter", PATIENCE)?;
        machine::describe(browser.version()?, answer["adapter"].as_str().map(str::to_owned))
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
