//! What a visitor of the lab that looks inside networks must not lose: by a reload, by a cancelled download, by a worker
//! or a graphics device that is gone.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, inside, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use crate::paths;
use crate::server::Server;
use anyhow::{Context, Result, ensure};
use std::rc::Rc;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("inside_a_reload_keeps_the_visitors_photo", a_reload_keeps_the_visitors_photo),
    ("inside_a_cancelled_download_can_go_on", a_cancelled_download_can_go_on),
    ("inside_a_dead_worker_is_replaced", a_dead_worker_is_replaced),
    ("inside_a_lost_webgpu_goes_on_on_the_cpu", a_lost_webgpu_goes_on_on_the_cpu),
];

fn a_reload_keeps_the_visitors_photo(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::PHONE)?;
    page.set_files("#photo-file", &[&inside::picture("cmyk.jpg")])?;
    let own = "document.getElementById('inside-lab')?.dataset.photo === 'cmyk.jpg'";
    page.wait_until(own, lab::ANSWER)?;
    // Written when the tab remembers which photo is its own.
    page.wait_until("sessionStorage.getItem('receptive.inside.photo')", lab::ANSWER)?;
    page.reload()?;
    page.wait_until(own, lab::ANSWER).context("after a reload")?;
    inside::wait_computed(&page, 1)?;
    // Another tab is another visitor's, for all one knows.
    let other = inside::open(h, "backend=cpu", Viewport::PHONE)?;
    ensure!(inside::data(&other, "photo")? != "cmyk.jpg", "another tab shows the photo");
    // A sample takes its place, and it is let go of.
    page.click("#sample-1")?;
    page.wait_until("!sessionStorage.getItem('receptive.inside.photo')", lab::ANSWER)?;
    passed()
}

fn a_cancelled_download_can_go_on(h: &Harness) -> Result<Outcome> {
    let server = Server::start_slow(&paths::dist(), "/classifier-", Duration::from_secs(6))?;
    // Not through the harness: this is another origin.
    let page = h.browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{}inside?backend=cpu&network=squeezenet1_1", server.url()))?;
    h.started(&page)?;
    page.wait_until("document.getElementById('inside-lab')?.dataset.group === 'features'", lab::ANSWER)?;
    page.click("#cancel-open")?;
    page.wait_gone("#opening-progress")?;
    page.wait_for("#load-rest")?;
    ensure!(inside::colours(&page, "#map-grid canvas")? > 20, "what is here is still shown");
    ensure!(page.count("#predictions > li")? == 0, "without its classifier the network guesses nothing");
    page.click("#load-rest")?;
    page.wait_until("document.querySelectorAll('#predictions > li').length === 5", lab::ANSWER)?;
    page.wait_gone("#load-rest")?;
    passed()
}

/// Keeps every worker that the page starts, and tells the newest that its device is lost.
const KEEP_WORKERS: &str = "window.workers = []; \
    window.Worker = class extends Worker { constructor(...all) { super(...all); workers.push(this); } };";
const LOSE_DEVICE: &str = "workers.at(-1).postMessage([{ Test: 'LoseDevice' }])";

fn with_workers(h: &Harness, query: &str) -> Result<Rc<Page>> {
    let page = h.page(Viewport::LAPTOP)?;
    page.before_load(KEEP_WORKERS)?;
    page.goto(&h.url(&format!("inside?network=squeezenet1_1&{query}")))?;
    h.started(&page)?;
    inside::wait_computed(&page, 1)?;
    Ok(page)
}

fn a_dead_worker_is_replaced(h: &Harness) -> Result<Outcome> {
    let page = with_workers(h, "backend=cpu&layer=features.5")?;
    page.click("#sample-1")?;
    inside::wait_computed(&page, 2)?;
    let photo = inside::data(&page, "photo")?;
    page.eval(LOSE_DEVICE)?;
    inside::wait_computed(&page, 3)?;
    ensure!(inside::data(&page, "photo")? == photo, "another photo");
    ensure!(inside::data(&page, "layer")? == "features.5", "another layer");
    ensure!(inside::notices(&page).contains("started again"), "the page says “{}”", inside::notices(&page));
    ensure!(page.eval("workers.length")? == 2, "one worker took over");
    passed()
}

fn a_lost_webgpu_goes_on_on_the_cpu(h: &Harness) -> Result<Outcome> {
    let page = h.open("inside", Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    let page = with_workers(h, "backend=webgpu")?;
    ensure!(inside::data(&page, "backend")? == "webgpu", "it runs on {}", inside::data(&page, "backend")?);
    page.eval(LOSE_DEVICE)?;
    page.wait_until("document.getElementById('inside-lab').dataset.backend === 'cpu'", lab::RUN)?;
    inside::wait_computed(&page, 2)?;
    ensure!(inside::notices(&page).contains("CPU goes on"), "the page says “{}”", inside::notices(&page));
    passed()
}
