//! The LeNet lab as a visitor's hands and eyes: what the tests of the lab share. No tests.

use super::Harness;
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Seconds until a run of a few hundred pictures is trained and measured, also on a software GPU on two cores.
pub const RUN: u64 = 240;
/// Seconds until the page answers a question.
pub const ANSWER: u64 = 60;

/// A run of 20 steps, the smallest that can be called training.
pub const SHORT: &str = "backend=cpu&validation=0&images=640&batch=32&epochs=1";
/// The same on WebGPU, at a tenth of the speed or less where that is software.
pub const SHORT_WEBGPU: &str = "backend=webgpu&validation=0&images=640&batch=32&epochs=1";

/// Opens the lab with these settings and waits until a device is chosen.
pub fn open(h: &Harness, query: &str, viewport: Viewport) -> Result<Rc<Page>> {
    let page = h.open(&format!("lenet?{query}"), viewport)?;
    device_chosen(&page)?;
    Ok(page)
}

/// Waits until the lab has a device and a network on it.
pub fn device_chosen(page: &Page) -> Result<()> {
    page.wait_until("document.getElementById('lab')?.dataset.backend", 120).context("waiting for a device")
}

/// `cpu` or `webgpu`.
pub fn backend(page: &Page) -> Result<String> {
    attribute(page, "backend")
}

/// Steps taken, as the page shows it.
pub fn step(page: &Page) -> Result<usize> {
    Ok(attribute(page, "step")?.parse()?)
}

/// `fresh`, `loading`, `training`, `paused`, `testing`, `diverged` or `finished`.
pub fn state(page: &Page) -> Result<String> {
    attribute(page, "runState")
}

fn attribute(page: &Page, name: &str) -> Result<String> {
    let value = page.eval(&format!("document.getElementById('lab').dataset.{name}"))?;
    Ok(value.as_str().context("the lab says where its run is")?.to_owned())
}

pub fn wait_state(page: &Page, state: &str, seconds: u64) -> Result<()> {
    page.wait_until(&format!("document.getElementById('lab').dataset.runState === '{state}'"), seconds)
        .with_context(|| format!("waiting until the run is {state}; {}", where_it_stands(page)))
}

pub fn wait_step(page: &Page, step: usize) -> Result<()> {
    page.wait_until(&format!("Number(document.getElementById('lab').dataset.step) >= {step}"), RUN)
        .with_context(|| format!("waiting for step {step}; {}", where_it_stands(page)))
}

fn where_it_stands(page: &Page) -> String {
    let said = page.text("#notices").unwrap_or_default();
    format!("it is {} at step {}, notices “{said}”", state(page).unwrap_or_default(), step(page).unwrap_or_default())
}

/// Opens the lab and trains to the end.
pub fn trained(h: &Harness, query: &str, viewport: Viewport) -> Result<Rc<Page>> {
    let page = open(h, query, viewport)?;
    train_to_the_end(&page)?;
    Ok(page)
}

pub fn train_to_the_end(page: &Page) -> Result<()> {
    page.click("#train")?;
    wait_state(page, "finished", RUN)
}

/// Keeps every step the page shows from now on in `window.steps`.
pub fn record_steps(page: &Page) -> Result<()> {
    page.eval(
        "window.steps = []; { const lab = document.getElementById('lab'); \
         new MutationObserver(() => steps.push(Number(lab.dataset.step))) \
         .observe(lab, { attributes: true, attributeFilter: ['data-step'] }) }",
    )?;
    Ok(())
}

/// What [`record_steps`] saw.
pub fn recorded_steps(page: &Page) -> Result<Vec<u64>> {
    let steps = page.eval("window.steps")?;
    Ok(steps.as_array().context("steps were recorded")?.iter().filter_map(serde_json::Value::as_u64).collect())
}

/// A percentage that the page shows, such as `98.52 %`, as 0..=1.
pub fn percentage(page: &Page, selector: &str) -> Result<f64> {
    let text = page.text(selector)?;
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let percent: f64 = number.parse().with_context(|| format!("“{text}” is no percentage"))?;
    Ok(percent / 100.0)
}

/// Presses a button that hands out a file, and takes the file.
pub fn download(page: &Page, button: &str, name: &str) -> Result<Vec<u8>> {
    page.click(button)?;
    let file = page.wait_download(name)?;
    // The name may be that of an earlier download, which was removed here.
    let deadline = Instant::now() + Duration::from_secs(ANSWER);
    while !file.exists() {
        if Instant::now() > deadline {
            bail!("{name} was handed out, but is not in the folder of downloads");
        }
        page.sleep(Duration::from_millis(50))?;
    }
    let bytes = fs::read(&file)?;
    fs::remove_file(&file)?;
    Ok(bytes)
}

/// The history of the run, one line per measured point.
pub fn history(page: &Page) -> Result<String> {
    String::from_utf8(download(page, "#export-csv", "lenet5-history.csv")?).context("the history is text")
}

/// Gives the lab a file to import.
pub fn import(page: &Page, file: &Path) -> Result<()> {
    page.wait_until("document.getElementById('import-file')", ANSWER)?;
    page.set_files("#import-file", &[file])
}

/// Waits until a notice contains this text.
pub fn wait_notice(page: &Page, text: &str) -> Result<()> {
    let text = serde_json::json!(text);
    page.wait_until(&format!("document.getElementById('notices').innerText.includes({text})"), ANSWER)
}
