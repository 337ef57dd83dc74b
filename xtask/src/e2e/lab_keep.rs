//! Nothing is lost: pause, reload, and go on.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Result, ensure};
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("pause_stands_still", pause_stands_still),
    ("paused_run_goes_on_after_reload", paused_run_goes_on_after_reload),
    ("paused_run_goes_on_after_reload_on_webgpu", paused_run_goes_on_after_reload_on_webgpu),
    ("paused_run_goes_on_on_a_phone", paused_run_goes_on_on_a_phone),
    ("run_left_while_training_is_kept", run_left_while_training_is_kept),
    ("finished_run_is_shown_again", finished_run_is_shown_again),
    ("discarded_run_is_gone", discarded_run_is_gone),
];

/// 200 steps, so that a pause can fall between them.
const RUN: &str = "backend=cpu&validation=0&images=3200&batch=32&epochs=2";

fn pause_stands_still(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, RUN, Viewport::LAPTOP)?;
    let paused = pause_at(&page, 20)?;
    page.sleep(Duration::from_secs(1))?;
    ensure!(lab::step(&page)? == paused, "a paused run went from step {paused} to {}", lab::step(&page)?);
    page.click("#train")?;
    lab::wait_step(&page, paused + 1)?;
    lab::wait_state(&page, "finished", lab::RUN)?;
    ensure!(lab::step(&page)? == 200, "the run ended at step {}", lab::step(&page)?);
    passed()
}

/// Trains until this step has passed and pauses; gives the step at which it stands.
fn pause_at(page: &Page, step: usize) -> Result<usize> {
    page.click("#train")?;
    lab::wait_step(page, step)?;
    page.click("#pause")?;
    lab::wait_state(page, "paused", lab::ANSWER)?;
    lab::step(page)
}

/// Reloads, continues, and checks that the run went on from at least `step`, to the end.
fn reload_and_continue(h: &Harness, page: &Page, step: usize, end: usize) -> Result<()> {
    // The browser writes what it was given to keep; a visitor is slower than that.
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    h.started(page)?;
    page.wait_for("#continue-run")?;
    lab::device_chosen(page)?;
    ensure!(lab::step(page)? == 0, "the run goes on without being asked");
    lab::record_steps(page)?;
    page.click("#continue-run")?;
    lab::wait_state(page, "finished", lab::RUN)?;
    let shown = lab::recorded_steps(page)?;
    ensure!(
        shown.iter().all(|&s| s >= step as u64) && shown.is_sorted(),
        "the run did not go on from step {step}: {shown:?}"
    );
    ensure!(lab::step(page)? == end, "the run ended at step {}, not {end}", lab::step(page)?);
    Ok(())
}

fn paused_run_goes_on_after_reload(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, RUN, Viewport::LAPTOP)?;
    let paused = pause_at(&page, 30)?;
    ensure!(paused < 200, "the run was over before it could be paused");
    reload_and_continue(h, &page, paused, 200)?;
    let interrupted = lab::history(&page)?;
    let uninterrupted = lab::history(&*lab::trained(h, RUN, Viewport::LAPTOP)?)?;
    ensure!(interrupted == uninterrupted, "the interrupted run learned something else");
    passed()
}

fn paused_run_goes_on_after_reload_on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT_WEBGPU, Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    let paused = pause_at(&page, 3)?;
    ensure!(paused < 20, "the run was over before it could be paused");
    reload_and_continue(h, &page, paused, 20)?;
    ensure!(lab::backend(&page)? == "webgpu", "the run went on on {}", lab::backend(&page)?);
    passed()
}

fn paused_run_goes_on_on_a_phone(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, RUN, Viewport::PHONE)?;
    let paused = pause_at(&page, 20)?;
    reload_and_continue(h, &page, paused, 200)?;
    passed()
}

fn run_left_while_training_is_kept(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, "backend=cpu&validation=0&images=3200&batch=32&epochs=5", Viewport::LAPTOP)?;
    page.click("#train")?;
    page.wait_until("Number(document.getElementById('lab').dataset.epoch) >= 1", lab::RUN)?;
    reload_and_continue(h, &page, 100, 500)?;
    passed()
}

fn finished_run_is_shown_again(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    let (accuracy, history) = (page.text("#test-accuracy")?, lab::history(&page)?);
    reload_and_continue(h, &page, 20, 20)?;
    page.wait_for("#test-accuracy")?;
    ensure!(page.text("#test-accuracy")? == accuracy, "the accuracy changed from {accuracy}");
    ensure!(lab::history(&page)? == history, "the history changed");
    passed()
}

fn discarded_run_is_gone(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    page.click("#step")?;
    lab::wait_step(&page, 1)?;
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    page.click("#discard-run")?;
    page.wait_gone("#continue-run")?;
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    h.started(&page)?;
    lab::device_chosen(&page)?;
    page.sleep(Duration::from_secs(1))?;
    ensure!(page.count("#continue-run")? == 0, "a discarded run is offered again");
    passed()
}
