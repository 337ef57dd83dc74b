//! The harness itself, on a page made for it: a test is only worth something if the tool can see and touch.

use super::{Harness, Outcome, Test, passed, skipped};
use crate::browser::{Look, Page, Viewport};
use crate::server::Server;
use anyhow::{Result, ensure};
use serde_json::json;
use std::fs;
use std::rc::Rc;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("harness_touches_like_a_visitor", touches_like_a_visitor),
    ("harness_sees_errors_and_requests_of_page_and_worker", sees_errors_and_requests),
    ("harness_hides_a_tab_behind_another", hides_a_tab),
    ("harness_has_a_webgpu_adapter", has_a_webgpu_adapter),
];

const PAGE: &str = r#"<!doctype html><title>x</title><link rel="icon" href="data:,">
<button id="count" onclick="this.textContent = +this.textContent + 1">0</button>
<button aria-label="Called so" onclick="this.textContent = 'called'">…</button>
<input id="text" /><select id="choice"><option>a<option>b</select>
<input id="file" type="file" hidden onchange="this.files[0].text().then(t => document.title = t)" />
<a id="save" href="data:text/plain,kept" download="kept.txt">save</a>
<div id="pad" style="width: 100px; height: 100px; background: gray"></div>
<p id="gone" style="position: fixed; bottom: 0; right: 0">going</p>
<script>
  const strokes = []; pad.onpointermove = e => { if (e.buttons) strokes.push([e.offsetX, e.offsetY]) };
  const keys = []; onkeydown = e => keys.push((e.shiftKey ? 'Shift+' : '') + e.key);
  setTimeout(() => gone.remove(), 300);
</script>"#;

const WORKER: &str =
    "console.error('from the worker'); fetch('missing.bin'); fetch('http://127.0.0.1:9/elsewhere').catch(() => {});";

fn with_page(h: &Harness, viewport: Viewport) -> Result<(Server, Rc<Page>)> {
    let folder = h.artefact("harness");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("index.html"), PAGE)?;
    fs::write(folder.join("worker.js"), WORKER)?;
    let server = Server::start(&folder, "", 0)?;
    // Not through the harness: this page is not of the site, and breaks its rules on purpose.
    let page = Rc::new(h.browser.page(viewport)?);
    page.goto(&server.url())?;
    Ok((server, page))
}

fn touches_like_a_visitor(h: &Harness) -> Result<Outcome> {
    let (_server, page) = with_page(h, Viewport { width: 400, height: 120, mobile: false })?;
    page.click("#count")?;
    page.click("#count")?;
    ensure!(page.text("#count")? == "2", "clicks");
    page.click_text("Called so")?;
    page.wait_for_text("called")?;
    page.fill("#text", "ab")?;
    page.fill("#text", "0.5é")?;
    ensure!(page.eval("text.value")? == "0.5é", "typing replaces");
    page.select("#choice", "b")?;
    ensure!(page.select("#choice", "c").is_err(), "an option that is not there is an error");
    page.press("Shift+Tab")?;
    ensure!(page.is("keys.at(-1) === 'Shift+Tab' && document.activeElement === text")?, "keys move the focus");
    page.drag("#pad", &[(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)])?;
    let strokes = page.eval("strokes")?;
    // The browser may merge moves, but neither the first half nor the end may be missing.
    ensure!(strokes.as_array().is_some_and(|s| s.len() > 5 && s[s.len() - 1] == json!([90, 90])), "strokes: {strokes}");
    page.hover("#pad", 0.5, 0.5)?;
    ensure!(page.is("pad.matches(':hover')")?, "hovers");
    let upload = h.artefact("upload.txt");
    fs::write(&upload, "uploaded")?;
    page.set_files("#file", &[&upload])?;
    page.wait_until("document.title === 'uploaded'", 5)?;
    page.click("#save")?;
    ensure!(fs::read_to_string(page.wait_download("kept.txt")?)? == "kept", "downloads");
    page.wait_gone("#gone")?;
    page.emulate(Look { dark: true, reduced_motion: true })?;
    ensure!(page.is("matchMedia('(prefers-color-scheme: dark) and (prefers-reduced-motion)').matches")?, "looks");
    page.eval("localStorage.kept = 1")?;
    page.reload()?;
    ensure!(page.is("localStorage.kept && !strokes.length")?, "reload keeps storage only");
    ensure!(h.browser.version()?.starts_with("Chrom"), "names itself");
    passed()
}

fn sees_errors_and_requests(h: &Harness) -> Result<Outcome> {
    let (_server, page) = with_page(h, Viewport::PHONE)?;
    page.eval("console.error('from the page'); setTimeout(() => { throw new Error('thrown') }); new Worker('worker.js'); fetch('gone.txt'); 1")?;
    page.sleep(Duration::from_secs(1))?;
    let problems = page.problems().join("\n");
    for expected in ["from the page", "thrown", "from the worker", "gone.txt", "missing.bin"] {
        ensure!(problems.contains(expected), "“{expected}” was not noticed in:\n{problems}");
    }
    ensure!(
        page.origins().contains("http://127.0.0.1:9"),
        "a worker's request elsewhere was not noticed: {:?}",
        page.origins()
    );
    ensure!(page.console().iter().any(|line| line == "error: from the worker"), "console: {:?}", page.console());
    page.offline(true)?;
    ensure!(page.eval("fetch('index.html').then(() => 'got', () => 'lost')")? == "lost", "offline");
    passed()
}

fn hides_a_tab(h: &Harness) -> Result<Outcome> {
    let (_server, page) = with_page(h, Viewport::PHONE)?;
    page.bring_to_front()?;
    page.wait_until("document.visibilityState === 'visible'", 5)?;
    let other = h.browser.page(Viewport::PHONE)?;
    other.bring_to_front()?;
    page.wait_until("document.visibilityState === 'hidden'", 5)?;
    page.bring_to_front()?;
    page.wait_until("document.visibilityState === 'visible'", 5)?;
    passed()
}

fn has_a_webgpu_adapter(h: &Harness) -> Result<Outcome> {
    // WebGPU wants a trustworthy origin, which a server on this machine is.
    let (_server, page) = with_page(h, Viewport::PHONE)?;
    if h.has_webgpu(&page)? {
        passed()
    } else {
        skipped("this Chromium has no WebGPU adapter, not even a software one")
    }
}
