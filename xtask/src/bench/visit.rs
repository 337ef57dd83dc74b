//! What a visitor of the lab that looks inside networks feels: how soon a new photo's first layer is painted, and what
//! opening the lab downloads.

use crate::browser::{Browser, Page, Viewport};
use crate::size;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The lab with everything at its default, on the CPU.
const LAB: &str = "inside/?backend=cpu";
/// Seconds until a slow machine has loaded the lab and computed a photo.
const PATIENCE: u64 = 120;
/// Times a photo is chosen; the median counts.
const TIMES: usize = 7;

/// Milliseconds from choosing another sample photo to its first-layer maps on the screen; the median of several.
pub fn first_maps(site: &str) -> Result<f64> {
    let browser = Browser::launch()?;
    let page = opened(&browser, site)?;
    let times = page.eval(&format!("({FIRST_MAPS})({TIMES})"))?;
    let mut times: Vec<f64> = times.as_array().into_iter().flatten().filter_map(|t| t.as_f64()).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.get(times.len() / 2).copied().context("the page gave no numbers")
}

/// Megabytes (millions of bytes) a visitor downloads when the lab opens with the network that is always there, beyond the
/// app itself: modules and text as gzip sends them, everything else as it is.
pub fn opening(site: &str, dist: &Path) -> Result<f64> {
    let browser = Browser::launch()?;
    let page = opened(&browser, site)?;
    let app = |path: &str| path.starts_with("app-") || path.ends_with(".css") || ["inside/", "boot.js"].contains(&path);
    let mut bytes = 0;
    let mut seen = Vec::new();
    for url in page.requests() {
        let path = url.strip_prefix(site).unwrap_or_default().split(['?', '#']).next().unwrap_or_default().to_owned();
        if path.is_empty() || app(&path) || seen.contains(&path) {
            continue;
        }
        let content = fs::read(dist.join(&path)).with_context(|| format!("the page asked for {path}"))?;
        bytes += size::transferred(&path, &content)?;
        seen.push(path);
    }
    Ok(bytes as f64 / 1e6)
}

fn opened(browser: &Browser, site: &str) -> Result<Page> {
    let page = browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{site}{LAB}"))?;
    page.wait_until("Number(document.querySelector('#inside-lab')?.dataset.computed) > 0", PATIENCE)
        .context("waiting until the first photo went through the network")?;
    Ok(page)
}

/// Clicks sample after sample; each time until the grid of maps shows something else, looked at in every frame.
const FIRST_MAPS: &str = "async times => {
    const found = [];
    const count = document.querySelectorAll('[id^=sample-]').length;
    const shown = () => {
        const canvas = document.querySelector('#map-grid canvas');
        const { data } = canvas.getContext('2d').getImageData(0, canvas.height >> 4, canvas.width, 1);
        return data.reduce((sum, value, i) => (sum * 31 + value * (i % 7 + 1)) % 1000003, 0);
    };
    for (let i = 0; i < times; i++) {
        const before = shown();
        const start = performance.now();
        document.querySelector('#sample-' + (1 + i % (count - 1))).click();
        while (shown() === before) await new Promise(requestAnimationFrame);
        found.push(performance.now() - start);
        await new Promise(resume => setTimeout(resume, 1500));
    }
    return found;
}";
