//! What a visitor of the lab feels: how soon the first loss appears, and whether the page ever freezes.

use crate::browser::{Browser, Page, Viewport};
use anyhow::{Context, Result};

/// The lab with everything at its default, on the CPU.
const LAB: &str = "lenet/?backend=cpu";
/// Seconds until a slow machine has loaded the page or begun to train.
const PATIENCE: u64 = 120;
/// Seconds of training over which the longest task is sought.
const WATCHED: u64 = 10;
/// The step that the page shows.
const STEP: &str = "Number(document.querySelector('[data-step]')?.dataset.step ?? 0)";

/// Milliseconds from the click on Train to the first loss point, everything in the browser's cache.
pub fn first_loss(site: &str) -> Result<f64> {
    let browser = Browser::launch()?;
    // The first visit fills the cache; the second is the one that counts.
    {
        let page = training(&browser, site)?;
        page.eval(CACHED).context("waiting until all pictures are in the browser's cache")?;
    }
    let page = open(&browser, site)?;
    page.eval(FIRST_LOSS)?.as_f64().context("the page gave no number")
}

/// The longest time in milliseconds during which the page's own thread did nothing else, while training at full speed.
pub fn longest_task(site: &str) -> Result<f64> {
    let browser = Browser::launch()?;
    let page = training(&browser, site)?;
    page.eval(&format!("({LONGEST_TASK})({WATCHED})"))?.as_f64().context("the page gave no number")
}

fn open(browser: &Browser, site: &str) -> Result<Page> {
    let page = browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{site}{LAB}"))?;
    page.wait_until("document.querySelector('[data-backend=cpu]')", PATIENCE)
        .context("waiting for the compute worker")?;
    Ok(page)
}

fn training(browser: &Browser, site: &str) -> Result<Page> {
    let page = open(browser, site)?;
    page.click("#train")?;
    page.wait_until(&format!("{STEP} > 0"), PATIENCE)?;
    Ok(page)
}

/// Waits until every picture of the manifest is in the cache.
const CACHED: &str = "(async () => {
    const { assets } = await (await fetch('/manifest.json')).json();
    const wanted = assets.filter(asset => asset.path.startsWith('datasets/mnist/')).length;
    const cache = await caches.open('receptive-assets');
    while ((await cache.keys()).length < wanted) await new Promise(resume => setTimeout(resume, 100));
})()";

/// Clicks, then looks at every frame until the page shows a step.
const FIRST_LOSS: &str = "new Promise(resolve => {
    const start = performance.now();
    document.querySelector('#train').click();
    const look = () => Number(document.querySelector('[data-step]')?.dataset.step ?? 0) > 0
        ? resolve(performance.now() - start) : requestAnimationFrame(look);
    look();
})";

/// A timer that should fire every 5 ms is late by as long as something else holds the thread.
const LONGEST_TASK: &str = "seconds => new Promise(resolve => {
    const start = performance.now();
    let before = start, longest = 0;
    const timer = setInterval(() => {
        const now = performance.now();
        longest = Math.max(longest, now - before - 5);
        before = now;
        if (now - start > seconds * 1000) { clearInterval(timer); resolve(longest); }
    }, 5);
})";
