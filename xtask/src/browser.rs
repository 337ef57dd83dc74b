//! A real headless Chromium for tests, benchmarks and screenshots.
//!
//! ```ignore
//! let browser = Browser::launch()?;                        // a fresh profile; gone when dropped
//! let page = browser.page(Viewport::PHONE)?;               // a tab; two tabs of one browser share storage
//! page.goto(&server.url())?;                               // waits for the load event
//! page.wait_for("button#train")?;                          // CSS selector, 30 s, visible
//! page.click("button#train")?;                             // scrolls there, then a real mouse click
//! page.wait_until("document.title != ''", 10)?;            // any JS expression, seconds
//! let n = page.eval("document.links.length")?;             // promises are awaited; any JSON value comes back
//! page.press("Tab")?; page.type_text("0.01")?;             // real key events to whatever has the focus
//! page.drag("canvas", &[(0.2, 0.2), (0.8, 0.8)])?;         // fractions of the element's size
//! page.emulate(Look { dark: true, reduced_motion: true })?;
//! assert!(page.problems().is_empty());                     // console errors, uncaught exceptions, failed requests
//! ```
//!
//! - Requests, errors and exceptions are recorded for the page **and its workers** from the start.
//! - Everything is single-threaded: messages of the browser are read during calls. A new worker waits for
//!   us to attach, so use [`Page::sleep`] instead of `thread::sleep`.
//! - Every wait has an end; its error says what was waited for and shows the page's last problems.
//!
//! The DevTools protocol is spoken directly (JSON over a WebSocket) because the crates that wrap it generate
//! types for one version of it, take long to compile, and do not follow workers.

mod cdp;
mod find;
mod page;

pub use find::chromium;
pub use page::{Look, Page, Viewport};

use crate::sh;
use anyhow::{Context, Result, bail};
use cdp::Cdp;
use serde_json::json;
use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No request of the browser's own, and WebGPU on a software adapter where there is no other.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-unsafe-webgpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--mute-audio",
];
/// The software adapter: slow, correct, and the same everywhere.
const SOFTWARE_GPU: &str = "--use-webgpu-adapter=swiftshader";

/// A running Chromium with a profile of its own.
pub struct Browser {
    process: Child,
    cdp: Rc<RefCell<Cdp>>,
    downloads: PathBuf,
    _folder: TempDir,
}

impl Browser {
    /// Starts Chromium with WebGPU on the software adapter.
    ///
    /// # Errors
    /// When no Chromium is found or it does not start within a minute.
    pub fn launch() -> Result<Self> {
        Self::launch_with(&[SOFTWARE_GPU])
    }

    /// Starts Chromium with these arguments besides the usual ones, and no word about the WebGPU adapter.
    ///
    /// # Errors
    /// As [`Browser::launch`].
    pub fn launch_with(arguments: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the browser's profile")?;
        let (profile, downloads) = (folder.path().join("profile"), folder.path().join("downloads"));
        fs::create_dir_all(&downloads)?;
        let mut command = Command::new(chromium()?);
        command
            .args(ARGUMENTS)
            .args(arguments)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank");
        if is_root() {
            command.arg("--no-sandbox");
        }
        let log = fs::File::create(folder.path().join("log"))?;
        let process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().context("cannot start Chromium")?;
        let mut starting = Starting { process: Some(process) };
        let address = starting.address(&profile).with_context(|| {
            let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(5).collect();
            format!("Chromium did not start; its last words: {}", last.join(" | "))
        })?;
        let mut cdp = Cdp::connect(&address)?;
        cdp.call(
            None,
            "Browser.setDownloadBehavior",
            json!({ "behavior": "allow", "downloadPath": downloads, "eventsEnabled": true }),
        )?;
        let process = starting.process.take().context("the process is there until it is taken")?;
        Ok(Self { process, cdp: Rc::new(RefCell::new(cdp)), downloads, _folder: folder })
    }

    /// Opens a tab.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn page(&self, viewport: Viewport) -> Result<Page> {
        Page::open(self.cdp.clone(), self.downloads.clone(), viewport)
    }

    /// Bytes of the largest memory any of its pages' processes ever had; Linux only.
    ///
    /// # Errors
    /// Where `/proc` does not tell.
    pub fn peak_memory(&self) -> Result<u64> {
        self.peak_memory_of("--type=renderer").context("the browser has no page")
    }

    /// As [`Browser::peak_memory`], of the process that uses the GPU: on a software adapter it holds what a GPU would.
    ///
    /// # Errors
    /// As [`Browser::peak_memory`].
    pub fn peak_gpu_memory(&self) -> Result<u64> {
        self.peak_memory_of("--type=gpu-process").context("the browser has no process for the GPU")
    }

    fn peak_memory_of(&self, kind: &str) -> Result<u64> {
        let mut peak = None;
        for entry in fs::read_dir("/proc").context("memory is only known on Linux")? {
            let folder = entry?.path();
            let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
            if !read("cmdline").contains(kind) || !self.is_ancestor_of(&folder) {
                continue;
            }
            let status = read("status");
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
            peak = peak.max(kilobytes.map(|kilobytes| kilobytes * 1024));
        }
        peak.with_context(|| format!("no process has {kind}"))
    }

    /// Whether a process was started by this browser, directly or not.
    fn is_ancestor_of(&self, process: &std::path::Path) -> bool {
        let own = self.process.id().to_string();
        let mut folder = process.to_owned();
        // No family is deeper.
        for _ in 0..10 {
            let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
            let Some(parent) = status.lines().find_map(|line| line.strip_prefix("PPid:")) else { return false };
            if parent.trim() == own {
                return true;
            }
            folder = PathBuf::from("/proc").join(parent.trim());
        }
        false
    }

    /// For example `Chrome/156.0.0.0`.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn version(&self) -> Result<String> {
        let version = self.cdp.borrow_mut().call(None, "Browser.getVersion", json!({}))?;
        Ok(version["product"].as_str().unwrap_or_default().replace("Headless", ""))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked kindly it also ends its helpers; whatever is left after two seconds is killed.
        self.cdp.borrow_mut().send(None, "Browser.close", json!({})).ok();
        for _ in 0..20 {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A process that is killed unless it has come up.
struct Starting {
    process: Option<Child>,
}

impl Starting {
    /// The WebSocket address, which Chromium writes into its profile once it listens.
    fn address(&mut self, profile: &std::path::Path) -> Result<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let written = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
            if let Some((port, path)) = written.trim().split_once('\n') {
                return Ok(format!("ws://127.0.0.1:{port}{path}"));
            }
            if let Some(status) = self.process.as_mut().and_then(|p| p.try_wait().ok().flatten()) {
                bail!("it ended with {status}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("it was not ready within a minute")
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

/// Chromium refuses its sandbox to root.
fn is_root() -> bool {
    cfg!(unix) && sh::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
