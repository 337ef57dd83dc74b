//! Browser tests: each is a named function that shows one behaviour of the built site.
//!
//! ```ignore
//! pub const TESTS: &[Test] = &[("drawing_predicts_a_digit", drawing_predicts_a_digit)];
//!
//! fn drawing_predicts_a_digit(h: &Harness) -> Result<Outcome> {
//!     let page = h.open("lenet", Viewport::PHONE)?;
//!     page.drag("canvas.drawing", &[(0.5, 0.1), (0.5, 0.9)])?;
//!     page.wait_for_text("probability")?;
//!     passed()
//! }
//! ```
//!
//! Every test has a browser with a fresh profile. After a test, its pages must have had no console error,
//! no uncaught exception, no failed request and no request to another origin; a test that causes an error
//! on purpose calls `page.forget_problems()`. When a test fails, pictures of its pages and what they
//! printed are in `target/e2e/`. `cargo xtask test --browser NAME` runs only tests whose name contains NAME.

mod accessibility;
mod googlenet;
mod harness;
mod inside;
mod inside_keep;
mod inside_look;
mod inside_networks;
mod inside_photo;
mod lab;
mod lab_device;
mod lab_draw;
mod lab_faults;
mod lab_files;
mod lab_keep;
mod lab_look;
mod lab_train;
mod networks;
mod start;
pub mod teach;
mod teach_files;
mod teach_flow;
mod teach_harm;
mod teach_more;

use crate::browser::{Browser, Page, Viewport};
use crate::server::Server;
use crate::{paths, sh};
use anyhow::{Result, bail, ensure};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

/// A name and what it shows.
pub type Test = (&'static str, fn(&Harness) -> Result<Outcome>);

/// All browser tests, in the order in which they run.
const ALL: &[&[Test]] = &[
    harness::TESTS,
    start::TESTS,
    accessibility::TESTS,
    lab_train::TESTS,
    lab_keep::TESTS,
    lab_draw::TESTS,
    lab_look::TESTS,
    lab_files::TESTS,
    lab_device::TESTS,
    lab_faults::TESTS,
    networks::TESTS,
    inside_look::TESTS,
    inside_photo::TESTS,
    inside_keep::TESTS,
    inside_networks::TESTS,
    teach_flow::TESTS,
    teach_more::TESTS,
    teach_harm::TESTS,
    googlenet::TESTS,
];

/// How a test ended, if it did not fail.
pub enum Outcome {
    Passed,
    /// With the reason.
    Skipped(String),
}

/// The usual end of a test.
pub fn passed() -> Result<Outcome> {
    Ok(Outcome::Passed)
}

/// The end of a test that cannot be run here.
pub fn skipped(reason: &str) -> Result<Outcome> {
    Ok(Outcome::Skipped(reason.to_owned()))
}

/// What a test is given.
pub struct Harness {
    browser: Browser,
    root: Rc<Server>,
    below: Rc<Server>,
    pages: RefCell<Vec<Rc<Page>>>,
    artefacts: PathBuf,
}

impl Harness {
    /// The address of a page of the site, such as `lenet?seed=2`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root.url())
    }

    /// The same page where the site lies below a path of its host.
    pub fn url_below(&self, path: &str) -> String {
        format!("{}{path}", self.below.url())
    }

    /// An empty tab. All tabs of a test share storage.
    pub fn page(&self, viewport: Viewport) -> Result<Rc<Page>> {
        let page = Rc::new(self.browser.page(viewport)?);
        self.pages.borrow_mut().push(page.clone());
        Ok(page)
    }

    /// A tab with this page of the site, once the app has started.
    pub fn open(&self, path: &str, viewport: Viewport) -> Result<Rc<Page>> {
        let page = self.page(viewport)?;
        page.goto(&self.url(path))?;
        self.started(&page)?;
        Ok(page)
    }

    /// Waits until the app has started in this tab.
    pub fn started(&self, page: &Page) -> Result<()> {
        page.wait_until("document.readyState === 'complete' && !document.getElementById('boot')", 60)
    }

    /// Whether this browser has a WebGPU adapter (a software one counts).
    pub fn has_webgpu(&self, page: &Page) -> Result<bool> {
        Ok(page.eval("(async () => !!(await navigator.gpu?.requestAdapter()))()")? == true)
    }

    /// A file in the folder of artefacts; for screenshots and for files a test makes up.
    pub fn artefact(&self, name: &str) -> PathBuf {
        self.artefacts.join(name)
    }

    /// What must be true after every test.
    fn nothing_went_wrong(&self) -> Result<()> {
        let own = BTreeSet::from([self.root.origin(), self.below.origin()]);
        for page in self.pages.borrow().iter() {
            let problems = page.problems();
            ensure!(problems.is_empty(), "the page had problems: {}", problems.join(" | "));
            let foreign: Vec<String> =
                page.origins().difference(&own).filter(|o| !o.starts_with("about:")).cloned().collect();
            ensure!(foreign.is_empty(), "the page asked another origin: {}", foreign.join(", "));
        }
        Ok(())
    }

    /// Pictures and words for whoever looks into a failure.
    fn keep_evidence(&self, name: &str) {
        for (n, page) in self.pages.borrow().iter().enumerate() {
            page.screenshot(&self.artefact(&format!("{name}-{n}.png")), true).ok();
            let said =
                format!("problems:\n{}\n\nconsole:\n{}\n", page.problems().join("\n"), page.console().join("\n"));
            fs::write(self.artefact(&format!("{name}-{n}.txt")), said).ok();
        }
    }
}

/// Counts and reasons.
#[derive(Default)]
pub struct Summary {
    pub passed: usize,
    pub failed: Vec<String>,
    /// `name: reason`
    pub skipped: Vec<String>,
}

/// Runs the tests whose name contains `filter` against a built site.
///
/// # Errors
/// When the site cannot be served; a failing test is only counted.
pub fn run(dist: &Path, filter: &str) -> Result<Summary> {
    let artefacts = paths::target().join("e2e");
    fs::create_dir_all(&artefacts)?;
    let root = Rc::new(Server::start(dist, "", 0)?);
    let below = Rc::new(Server::start(dist, "/some/where", 0)?);
    let mut summary = Summary::default();
    for (name, test) in ALL.iter().flat_map(|group| group.iter()).filter(|(name, _)| name.contains(filter)) {
        let start = Instant::now();
        let outcome = Browser::launch().and_then(|browser| {
            let pages = RefCell::default();
            let harness =
                Harness { browser, root: root.clone(), below: below.clone(), pages, artefacts: artefacts.clone() };
            let outcome = test(&harness).and_then(|outcome| harness.nothing_went_wrong().map(|()| outcome));
            if outcome.is_err() {
                harness.keep_evidence(name);
            }
            outcome
        });
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Passed) => {
                println!("browser test {name} ... ok ({seconds:.1} s)");
                summary.passed += 1;
            }
            Ok(Outcome::Skipped(reason)) => {
                println!("browser test {name} ... skipped: {reason}");
                summary.skipped.push(format!("{name}: {reason}"));
            }
            Err(error) => {
                println!("browser test {name} ... FAILED ({seconds:.1} s)\n    {error:#}");
                summary.failed.push((*name).to_owned());
            }
        }
    }
    if !summary.failed.is_empty() {
        sh::say(&format!("Pictures of the failures are in {}", artefacts.display()));
    }
    if summary.passed + summary.failed.len() + summary.skipped.len() == 0 && !filter.is_empty() {
        bail!("no browser test has “{filter}” in its name");
    }
    Ok(summary)
}
