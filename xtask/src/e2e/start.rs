//! The site loads, everywhere it may lie, and says so when it cannot.

use super::{Harness, Outcome, Test, passed};
use crate::browser::Viewport;
use anyhow::{Result, ensure};

pub const TESTS: &[Test] = &[
    ("home_page_starts", home_page_starts),
    ("lab_link_works_on_a_plain_host", lab_link_works_on_a_plain_host),
    ("lab_link_works_below_a_path", lab_link_works_below_a_path),
    ("home_fetches_no_compute_module", home_fetches_no_compute_module),
    ("nothing_is_wider_than_a_phone", nothing_is_wider_than_a_phone),
    ("old_browser_gets_a_sentence", old_browser_gets_a_sentence),
    ("broken_download_gets_a_sentence", broken_download_gets_a_sentence),
    ("inline_script_is_refused", inline_script_is_refused),
];

fn home_page_starts(h: &Harness) -> Result<Outcome> {
    let page = h.open("", Viewport::LAPTOP)?;
    ensure!(page.count("h1")? == 1, "a page has one first heading");
    page.screenshot(&h.artefact("home-1280.png"), true)?;
    passed()
}

fn lab_link_works_on_a_plain_host(h: &Harness) -> Result<Outcome> {
    let page = h.open("lenet?epochs=3", Viewport::LAPTOP)?;
    is_the_lab(&page)?;
    page.screenshot(&h.artefact("lenet-1280.png"), true)?;
    passed()
}

fn lab_link_works_below_a_path(h: &Harness) -> Result<Outcome> {
    let page = h.page(Viewport::LAPTOP)?;
    page.goto(&h.url_below("lenet?epochs=3"))?;
    h.started(&page)?;
    is_the_lab(&page)?;
    ensure!(
        page.is("location.pathname.startsWith('/some/where/lenet')")?,
        "the app moved the visitor out of its folder"
    );
    let home = h.url_below("");
    let outside: Vec<String> = page.requests().into_iter().filter(|url| !url.starts_with(&home)).collect();
    ensure!(outside.is_empty(), "asked for files outside its folder: {outside:?}");
    passed()
}

fn is_the_lab(page: &crate::browser::Page) -> Result<()> {
    page.wait_for("h1")?;
    let heading = page.text("h1")?;
    ensure!(heading.contains("LeNet"), "the lab's heading is “{heading}”");
    Ok(())
}

fn home_fetches_no_compute_module(h: &Harness) -> Result<Outcome> {
    let page = h.open("", Viewport::LAPTOP)?;
    page.sleep(std::time::Duration::from_secs(1))?;
    let modules: Vec<String> = page.requests().into_iter().filter(|url| url.contains("worker_")).collect();
    ensure!(modules.is_empty(), "the landing page fetched {modules:?}");
    passed()
}

fn nothing_is_wider_than_a_phone(h: &Harness) -> Result<Outcome> {
    for path in ["", "lenet"] {
        let page = h.open(path, Viewport::PHONE)?;
        page.screenshot(&h.artefact(&format!("phone-{path}.png")), true)?;
        let width = page.eval("document.documentElement.scrollWidth")?;
        ensure!(width.as_u64() <= Some(360), "/{path} is {width} px wide on a phone of 360");
    }
    passed()
}

fn old_browser_gets_a_sentence(h: &Harness) -> Result<Outcome> {
    let page = h.page(Viewport::PHONE)?;
    page.before_load("WebAssembly.validate = () => false")?;
    page.goto(&h.url(""))?;
    page.wait_for("[role=alert]")?;
    let sentence = page.text("[role=alert]")?;
    ensure!(sentence.contains("no WebAssembly SIMD"), "the sentence is “{sentence}”");
    passed()
}

fn broken_download_gets_a_sentence(h: &Harness) -> Result<Outcome> {
    let page = h.page(Viewport::PHONE)?;
    // The module arrives, but is none.
    page.before_load(
        "WebAssembly.instantiateStreaming = WebAssembly.instantiate = async () => { throw new Error('no') }",
    )?;
    page.goto(&h.url(""))?;
    page.wait_for("[role=alert]")?;
    let sentence = page.text("[role=alert]")?;
    ensure!(sentence.contains("could not be loaded"), "the sentence is “{sentence}”");
    page.forget_problems();
    passed()
}

fn inline_script_is_refused(h: &Harness) -> Result<Outcome> {
    let page = h.open("", Viewport::PHONE)?;
    page.eval("{ const s = document.createElement('script'); s.textContent = 'window.intruder = true'; document.head.append(s) }")?;
    ensure!(!page.is("window.intruder")?, "an inline script ran");
    page.forget_problems();
    passed()
}
