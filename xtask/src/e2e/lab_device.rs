//! Which device trains, why, and what a visitor has to download for it; settings live in the address.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Result, ensure};

pub const TESTS: &[Test] = &[
    ("auto_says_what_it_measured", auto_says_what_it_measured),
    ("auto_without_webgpu_takes_the_cpu", auto_without_webgpu_takes_the_cpu),
    ("webgpu_that_is_not_there_is_explained", webgpu_that_is_not_there_is_explained),
    ("cpu_visitor_fetches_no_gpu_module", cpu_visitor_fetches_no_gpu_module),
    ("settings_live_in_the_address", settings_live_in_the_address),
];

/// Before the app starts.
const NO_WEBGPU: &str = "delete Navigator.prototype.gpu";

fn auto_says_what_it_measured(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, "", Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    let why = page.text("#device-why")?;
    if why.contains("took too long") {
        return skipped("WebGPU was not ready within the time the page gives it, which it said");
    }
    ensure!(why.contains("CPU: ") && why.contains("WebGPU: "), "the reason lacks a figure: “{why}”");
    ensure!(why.matches("images/s").count() == 2 && why.contains("faster"), "the reason is “{why}”");
    passed()
}

fn without_webgpu(h: &Harness, query: &str) -> Result<std::rc::Rc<Page>> {
    let page = h.page(Viewport::LAPTOP)?;
    page.before_load(NO_WEBGPU)?;
    page.goto(&h.url(&format!("lenet?{query}")))?;
    h.started(&page)?;
    lab::device_chosen(&page)?;
    ensure!(lab::backend(&page)? == "cpu", "without WebGPU the lab runs on {}", lab::backend(&page)?);
    fetched_no_gpu_module(&page)?;
    Ok(page)
}

fn fetched_no_gpu_module(page: &Page) -> Result<()> {
    let modules: Vec<String> = page.requests().into_iter().filter(|url| url.contains("worker_gpu")).collect();
    ensure!(modules.is_empty(), "fetched {modules:?}");
    Ok(())
}

fn auto_without_webgpu_takes_the_cpu(h: &Harness) -> Result<Outcome> {
    let page = without_webgpu(h, "")?;
    let why = page.text("#device-why")?;
    ensure!(why.contains("no WebGPU"), "the reason is “{why}”");
    passed()
}

fn webgpu_that_is_not_there_is_explained(h: &Harness) -> Result<Outcome> {
    let page = without_webgpu(h, "backend=webgpu")?;
    lab::wait_notice(&page, "no WebGPU")?;
    lab::wait_notice(&page, "CPU")?;
    passed()
}

fn cpu_visitor_fetches_no_gpu_module(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    fetched_no_gpu_module(&page)?;
    passed()
}

fn settings_live_in_the_address(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, "backend=cpu", Viewport::LAPTOP)?;
    page.select("#setting-activation", "relu")?;
    page.fill("#setting-epochs", "3")?;
    page.fill("#setting-learning-rate", "0.002")?;
    for pair in ["activation=relu", "epochs=3", "learning-rate=0.002", "backend=cpu"] {
        page.wait_until(&format!("location.search.includes('{pair}')"), lab::ANSWER)?;
    }
    page.reload()?;
    h.started(&page)?;
    lab::device_chosen(&page)?;
    for (key, value) in [("activation", "relu"), ("epochs", "3"), ("learning-rate", "0.002"), ("backend", "cpu")] {
        let shown = page.eval(&format!("document.getElementById('setting-{key}').value"))?;
        ensure!(shown == value, "{key} is {shown} after a reload, not {value}");
    }
    ensure!(page.count("#notices .notice")? == 0, "the lab complains: {}", page.text("#notices")?);
    page.fill("#setting-epochs", "0")?;
    page.wait_for("#setting-epochs-complaint")?;
    ensure!(page.text("#setting-epochs-complaint")?.contains("1 to 100"), "a wrong number is not explained");
    ensure!(page.is("location.search.includes('epochs=3')")?, "a wrong number went into the address");
    passed()
}
