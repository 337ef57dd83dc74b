//! The GoogLeNet lab: a short run with everything that a long one has.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("googlenet_run_survives_a_reload", survives_a_reload),
    ("googlenet_remedy_is_a_run_beside", remedy_beside),
    ("googlenet_goes_back_after_a_divergence", goes_back),
    ("googlenet_learns_on_webgpu", on_webgpu),
    ("googlenet_downloads_make_room_for_a_run", downloads_make_room),
    ("googlenet_says_what_it_cannot_do", cannot_do),
    ("googlenet_shows_what_others_trained", finished_runs),
];

/// Seconds until a small run is over, with ten thousand digits measured after every epoch.
const RUN: u64 = 400;
/// A narrow network and few pictures, so that measuring takes most of the time.
const SMALL: &str = "dataset=mnist&images=300&width=0.25&batch=50&batch-norm=yes&branch-relu=yes";

/// Waits until the lab has a device and knows what there is to learn.
fn ready(page: &Page) -> Result<()> {
    let there = "(d => d?.backend && Number(d.sets) > 0)(document.getElementById('googlenet-lab')?.dataset)";
    page.wait_until(there, 180).context("waiting for a device and data sets")
}

fn data(page: &Page, name: &str) -> Result<String> {
    let value = page.eval(&format!("document.getElementById('googlenet-lab').dataset.{name}"))?;
    Ok(value.as_str().with_context(|| format!("the lab says its {name}"))?.to_owned())
}

/// Waits until something about the lab's `data-` attributes, called `d`, is true.
fn wait(page: &Page, what: &str, seconds: u64) -> Result<()> {
    page.wait_until(&format!("(d => {what})(document.getElementById('googlenet-lab').dataset)"), seconds).with_context(
        || {
            let notices = page.text("#googlenet-notices").unwrap_or_default();
            let now = ["runState", "epoch"].map(|name| data(page, name).unwrap_or_default());
            format!("waiting until {what}; it is {now:?}, notices “{notices}”")
        },
    )
}

/// Begins a run of the visitor's own; until then one of the site's is shown.
fn train(page: &Page) -> Result<()> {
    page.click("#googlenet-train")?;
    wait(page, "d.run && !d.run.startsWith('site-')", 60)
}

fn survives_a_reload(h: &Harness) -> Result<Outcome> {
    let page = h.open(&format!("googlenet?backend=cpu&epochs=3&{SMALL}"), Viewport::LAPTOP)?;
    ready(&page)?;
    train(&page)?;
    wait(&page, "Number(d.epoch) >= 1", RUN)?;
    page.click("#googlenet-pause")?;
    wait(&page, "d.runState === 'paused'", RUN)?;
    let run = data(&page, "run")?;
    // The browser writes what it was given to keep; a visitor is slower than that.
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    h.started(&page)?;
    ready(&page)?;
    wait(&page, "d.runState === 'paused' && Number(d.epoch) >= 1", RUN)?;
    ensure!(data(&page, "run")? == run, "another run is shown after a reload");
    page.click("#googlenet-train")?;
    wait(&page, "d.runState === 'finished'", RUN)?;
    ensure!(data(&page, "epoch")? == "3", "it ends after {} epochs", data(&page, "epoch")?);
    // The time-lapse has every epoch, those from before the reload too.
    page.wait_until("document.getElementById('googlenet-lapse').dataset.epoch === '3'", 60)?;
    page.eval(
        "(s => { s.value = s.min; s.dispatchEvent(new Event('input', { bubbles: true })) })(document.getElementById('googlenet-time'))",
    )?;
    page.wait_until("document.getElementById('googlenet-lapse').dataset.epoch === '1'", 60)
        .context("the slider leads to the first epoch")?;
    ensure!(page.eval("document.querySelectorAll('#googlenet-bars li').length")? == 10, "a bar for each digit");
    // With a picture of the visitor's own, too.
    page.set_files("#googlenet-picture", &[&crate::paths::root().join("public/samples/astronaut.jpg")])?;
    page.wait_until("document.getElementById('googlenet-actual').innerText.includes('of your choice')", 60)?;
    passed()
}

fn remedy_beside(h: &Harness) -> Result<Outcome> {
    // Far too small a rate: the coach has something to say.
    let page = h.open(&format!("googlenet?backend=cpu&epochs=6&learning-rate=0.000003&{SMALL}"), Viewport::LAPTOP)?;
    ready(&page)?;
    train(&page)?;
    wait(&page, "d.runState === 'finished'", RUN)?;
    page.wait_for("#googlenet-verdicts").context("the coach says something about a rate far too small")?;
    let before = data(&page, "run")?;
    page.click("#googlenet-remedy-1")?;
    wait(&page, &format!("d.run !== '{before}' && d.runState === 'finished'"), RUN)?;
    ensure!(data(&page, "runs")? == "2", "both runs are kept");
    page.wait_for("#googlenet-over li").context("the run before is laid over this one")?;
    page.wait_for_text("This run tries a remedy")?;
    page.wait_until("/Compared after epoch/.test(document.getElementById('googlenet-outcome').innerText)", 30)
        .with_context(|| format!("what it did: {}", page.text("#googlenet-outcome").unwrap_or_default()))?;
    passed()
}

fn goes_back(h: &Harness) -> Result<Outcome> {
    let page = h.open(&format!("googlenet?backend=cpu&epochs=2&test=1&{SMALL}"), Viewport::PHONE)?;
    ready(&page)?;
    train(&page)?;
    page.wait_until("/step [2-9]/i.test(document.getElementById('googlenet-run').innerText)", RUN)?;
    page.eval("receptiveTest.diverge()")?;
    wait(&page, "d.runState === 'diverged'", RUN)?;
    page.click("#googlenet-rewind")?;
    wait(&page, "d.runState === 'training'", RUN)?;
    ensure!(page.count("#googlenet-diverged")? == 0, "the explanation stays");
    wait(&page, "d.runState === 'finished'", RUN)?;
    ensure!(data(&page, "epoch")? == "2", "it ends after {} epochs", data(&page, "epoch")?);
    passed()
}

fn on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = h.open(&format!("googlenet?backend=webgpu&epochs=50&{SMALL}"), Viewport::PHONE)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    ready(&page)?;
    ensure!(data(&page, "backend")? == "webgpu", "it computes on {}", data(&page, "backend")?);
    train(&page)?;
    page.wait_until("/step [1-9]/i.test(document.getElementById('googlenet-run').innerText)", RUN)?;
    page.click("#googlenet-pause")?;
    wait(&page, "d.runState === 'paused'", RUN)?;
    passed()
}

/// The browser is full until something is taken out of the cache of downloads.
const FULL_OF_DOWNLOADS: &str = "const put = IDBObjectStore.prototype.put; \
    IDBObjectStore.prototype.put = function (...all) { \
        if (['checkpoints', 'epochs'].includes(this.name) && !window.freed) \
            throw new DOMException('The quota has been exceeded.', 'QuotaExceededError'); \
        return put.apply(this, all); }; \
    const remove = Cache.prototype.delete; \
    Cache.prototype.delete = async function (...all) { \
        const gone = await remove.apply(this, all); \
        if (gone) window.freed = true; \
        return gone; };";

fn downloads_make_room(h: &Harness) -> Result<Outcome> {
    let page = h.page(Viewport::LAPTOP)?;
    page.before_load(FULL_OF_DOWNLOADS)?;
    page.goto(&h.url(&format!("googlenet?backend=cpu&epochs=1&{SMALL}")))?;
    h.started(&page)?;
    ready(&page)?;
    train(&page)?;
    wait(&page, "d.runState === 'finished'", RUN)?;
    let run = data(&page, "run")?;
    page.sleep(Duration::from_secs(1))?;
    ensure!(page.is("window.freed === true")?, "no download was let go of");
    ensure!(!page.text("#googlenet-notices")?.contains("full"), "it says “{}”", page.text("#googlenet-notices")?);
    page.reload()?;
    h.started(&page)?;
    ready(&page)?;
    wait(&page, "d.runState === 'finished' && Number(d.epoch) === 1", RUN)?;
    ensure!(data(&page, "run")? == run, "another run is shown after a reload");
    passed()
}

fn cannot_do(h: &Harness) -> Result<Outcome> {
    let page = h.open("googlenet?backend=cpu&dataset=unheard-of&width=7", Viewport::PHONE)?;
    ready(&page)?;
    page.wait_for_text("Width cannot be “7”")?;
    page.wait_for_text("are not on this site")?;
    ensure!(page.is("document.getElementById('googlenet-train').disabled")?, "nothing to train with");
    page.select("#googlenet-setting-dataset", "mnist").or_else(|_| {
        page.click("#googlenet-settings summary")?;
        page.select("#googlenet-setting-dataset", "mnist")
    })?;
    page.wait_until("!document.getElementById('googlenet-train').disabled", 20)?;
    passed()
}

fn finished_runs(h: &Harness) -> Result<Outcome> {
    let page = h.open("googlenet?backend=cpu", Viewport::PHONE)?;
    ready(&page)?;
    wait(&page, "d.run.startsWith('site-') && d.runState === 'finished' && d.epoch === '20'", 60)?;
    ensure!(data(&page, "runs")? == "0", "the site's runs are not the visitor's own");
    ensure!(page.eval("document.querySelectorAll('#googlenet-runs tbody tr').length")? == 2, "the site has two runs");
    page.wait_for_text("cannot be compared with published")?;
    page.click("#googlenet-runs tr:not(.chosen) .run-tick")?;
    page.wait_for_text("Against the run shown:").context("the other run is laid over it")?;
    // Where its data set is not installed there is a cat, and there are the visitor's own.
    let installed = page.is("document.getElementById('googlenet-sample').hidden")?;
    page.click(if installed { "#googlenet-next" } else { "#googlenet-sample" })?;
    page.wait_until("document.querySelectorAll('#googlenet-bars li').length === 10", 60)?;
    // A run of the visitor's own goes on from its weights.
    page.click("#googlenet-runs tr.chosen .run-from")?;
    wait(&page, "!d.run.startsWith('site-') && d.runState === 'training'", 60)?;
    page.wait_for_text("begun with the weights of epoch 20")?;
    page.click("#googlenet-pause")?;
    wait(&page, "d.runState === 'paused'", RUN)?;
    ensure!(data(&page, "runs")? == "1", "the run begun is kept");
    passed()
}
