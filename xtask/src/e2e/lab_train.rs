//! The run: train to the end, pause, single step, reset, stop, and the same numbers each time.

use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};

pub const TESTS: &[Test] = &[
    ("lab_trains_to_the_end", lab_trains_to_the_end),
    ("lab_trains_on_webgpu", lab_trains_on_webgpu),
    ("webgpu_learns_what_the_cpu_learns", webgpu_learns_what_the_cpu_learns),
    ("webgpu_takes_a_large_batch", webgpu_takes_a_large_batch),
    ("lab_trains_on_a_phone", lab_trains_on_a_phone),
    ("lab_trains_by_keyboard", lab_trains_by_keyboard),
    ("step_moves_one_step", |h| step_moves_one_step(h, lab::SHORT)),
    ("step_moves_one_step_on_webgpu", |h| step_moves_one_step(h, lab::SHORT_WEBGPU)),
    ("reset_gives_the_same_start", reset_gives_the_same_start),
    ("reset_can_be_undone", reset_can_be_undone),
    ("stop_measures_what_was_learned", stop_measures_what_was_learned),
    ("same_seed_gives_the_same_history", same_seed_gives_the_same_history),
    ("validation_is_measured_after_each_epoch", validation_is_measured_after_each_epoch),
];

fn lab_trains_to_the_end(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, "backend=cpu&validation=0&images=2000&batch=32&epochs=2", Viewport::LAPTOP)?;
    lab::record_steps(&page)?;
    lab::train_to_the_end(&page)?;
    let steps = lab::recorded_steps(&page)?;
    ensure!(steps.len() > 2 && steps.is_sorted(), "the page showed no progress: {steps:?}");
    // 2,000 pictures are 62 batches of 32 and one of 16.
    is_finished(&page, 126)?;
    ensure!(page.text("#epochs-done")? == "2 of 2", "epochs done: {}", page.text("#epochs-done")?);
    ensure!(page.is(LINE_WITH_POINTS)?, "the plot of the loss has no line");
    let accuracy = lab::percentage(&page, "#test-accuracy")?;
    ensure!(accuracy > 0.5, "2 epochs on 2,000 digits give {accuracy}, a guess gives 0.1");
    page.screenshot(&h.artefact("lenet-finished-1280.png"), true)?;
    passed()
}

/// The line of the recent steps has at least ten points.
const LINE_WITH_POINTS: &str =
    "document.querySelector('.plots path.line.live').getAttribute('d').split('L').length > 10";

fn is_finished(page: &Page, steps: usize) -> Result<()> {
    ensure!(lab::step(page)? == steps, "the run ended at step {} of {steps}", lab::step(page)?);
    ensure!(page.is("document.getElementById('run-bar').position === 1")?, "the bar of the run is not full");
    page.wait_for("#test-accuracy")?;
    page.wait_for("#confusion")
}

fn lab_trains_on_webgpu(h: &Harness) -> Result<Outcome> {
    // Few pictures and a larger rate: a software GPU is slow.
    let query = format!("{}&learning-rate=0.003", lab::SHORT_WEBGPU);
    let page = lab::open(h, &query, Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    ensure!(lab::backend(&page)? == "webgpu", "the lab runs on {}: {}", lab::backend(&page)?, page.text("#notices")?);
    lab::train_to_the_end(&page)?;
    is_finished(&page, 20)?;
    ensure!(lab::backend(&page)? == "webgpu", "the run did not end where it began");
    let accuracy = lab::percentage(&page, "#test-accuracy")?;
    ensure!(accuracy > 0.3, "20 steps give {accuracy}, a guess gives 0.1");
    passed()
}

/// The same run on both backends: every loss within a thousandth, which is the rounding of f32 after twenty steps.
fn webgpu_learns_what_the_cpu_learns(h: &Harness) -> Result<Outcome> {
    let losses = |query: &str| -> Result<Option<Vec<f64>>> {
        let page = lab::open(h, query, Viewport::LAPTOP)?;
        if query == lab::SHORT_WEBGPU && !h.has_webgpu(&page)? {
            return Ok(None);
        }
        lab::train_to_the_end(&page)?;
        let history = lab::history(&page)?;
        let loss = |line: &str| line.split(',').nth(3).and_then(|loss| loss.parse().ok());
        Ok(Some(history.lines().skip(1).filter_map(loss).collect()))
    };
    let Some(webgpu) = losses(lab::SHORT_WEBGPU)? else { return skipped(NO_ADAPTER) };
    let cpu = losses(lab::SHORT)?.unwrap_or_default();
    // 20 steps, the epoch, the test.
    ensure!(cpu.len() == 22 && webgpu.len() == 22, "{} losses on the CPU, {} on WebGPU", cpu.len(), webgpu.len());
    for (i, (a, b)) in cpu.iter().zip(&webgpu).enumerate() {
        ensure!((a - b).abs() < 1e-3 * a, "loss {i} is {a} on the CPU and {b} on WebGPU");
    }
    passed()
}

/// More workgroups than WebGPU allows in one dimension.
fn webgpu_takes_a_large_batch(h: &Harness) -> Result<Outcome> {
    let query = "backend=webgpu&validation=0&images=2048&batch=1024&epochs=1&learning-rate=0.01";
    let page = lab::open(h, query, Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    lab::train_to_the_end(&page)?;
    is_finished(&page, 2)?;
    ensure!(lab::backend(&page)? == "webgpu", "the run did not end where it began");
    passed()
}

pub const NO_ADAPTER: &str = "this Chromium has no WebGPU adapter, not even a software one";

fn lab_trains_on_a_phone(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::PHONE)?;
    is_finished(&page, 20)?;
    let width = page.eval("document.documentElement.scrollWidth")?;
    ensure!(width.as_u64() <= Some(360), "a finished run is {width} px wide on a phone of 360");
    page.screenshot(&h.artefact("lenet-finished-360.png"), true)?;
    passed()
}

fn lab_trains_by_keyboard(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    let mut way = Vec::new();
    while !page.is("document.activeElement.id === 'train'")? {
        ensure!(way.len() < 40, "Tab does not lead to Train but to {way:?}");
        page.press("Tab")?;
        way.push(page.eval("document.activeElement.id || document.activeElement.tagName")?);
    }
    page.press("Enter")?;
    lab::wait_state(&page, "finished", lab::RUN)?;
    // The button that was pressed gave way to Pause and came back.
    page.wait_until("document.activeElement !== document.body", lab::ANSWER)
        .context("the keyboard's focus was lost")?;
    passed()
}

fn step_moves_one_step(h: &Harness, query: &str) -> Result<Outcome> {
    let page = lab::open(h, query, Viewport::LAPTOP)?;
    if query == lab::SHORT_WEBGPU && !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    lab::record_steps(&page)?;
    for expected in 1..=3 {
        page.click("#step")?;
        lab::wait_step(&page, expected)?;
        lab::wait_state(&page, "paused", lab::ANSWER)?;
    }
    page.sleep(std::time::Duration::from_millis(500))?;
    ensure!(lab::recorded_steps(&page)? == [1, 2, 3], "steps shown: {:?}", lab::recorded_steps(&page)?);
    passed()
}

fn reset_gives_the_same_start(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    let mut histories = Vec::new();
    for _ in 0..2 {
        page.click("#step")?;
        lab::wait_step(&page, 1)?;
        lab::wait_state(&page, "paused", lab::ANSWER)?;
        histories.push(lab::history(&page)?);
        page.click("#reset")?;
        lab::wait_state(&page, "fresh", lab::ANSWER)?;
        ensure!(lab::step(&page)? == 0, "reset leads to step {}", lab::step(&page)?);
    }
    ensure!(histories[0].lines().count() == 2, "one step gives one point, not {}", histories[0]);
    ensure!(histories[0] == histories[1], "the first step after a reset differs: {histories:?}");
    passed()
}

fn reset_can_be_undone(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    page.click("#step")?;
    lab::wait_step(&page, 1)?;
    lab::wait_state(&page, "paused", lab::ANSWER)?;
    let before = lab::history(&page)?;
    page.click("#reset")?;
    lab::wait_state(&page, "fresh", lab::ANSWER)?;
    page.click_text("Undo")?;
    lab::wait_step(&page, 1)?;
    ensure!(lab::history(&page)? == before, "undo gives another history");
    passed()
}

fn stop_measures_what_was_learned(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, "backend=cpu&validation=0&batch=32&epochs=2", Viewport::LAPTOP)?;
    page.click("#train")?;
    lab::wait_step(&page, 20)?;
    page.click("#stop")?;
    lab::wait_state(&page, "finished", lab::RUN)?;
    let step = lab::step(&page)?;
    ensure!((20..3750).contains(&step), "stopped at step {step} of 3,750");
    let accuracy = lab::percentage(&page, "#test-accuracy")?;
    ensure!(accuracy > 0.15, "{step} steps give {accuracy}, a guess gives 0.1");
    passed()
}

fn same_seed_gives_the_same_history(h: &Harness) -> Result<Outcome> {
    let history = |seed: u32| -> Result<String> {
        let page = lab::trained(h, &format!("{}&seed={seed}", lab::SHORT), Viewport::LAPTOP)?;
        lab::history(&page)
    };
    let (one, again, other) = (history(5)?, history(5)?, history(6)?);
    // A heading, 20 steps, an epoch, the test.
    ensure!(one.lines().count() == 23, "the history has {} lines:\n{one}", one.lines().count());
    ensure!(one == again, "the same seed gives another history:\n{one}\n{again}");
    ensure!(one != other, "another seed gives the same history");
    passed()
}

fn validation_is_measured_after_each_epoch(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, "backend=cpu&images=320&batch=32&epochs=2", Viewport::LAPTOP)?;
    let history = lab::history(&page)?;
    ensure!(history.lines().filter(|l| l.starts_with("validation,")).count() == 2, "the history is\n{history}");
    ensure!(page.count("#epochs tbody tr")? == 2, "the table has one line per epoch");
    ensure!(page.count(".plots circle.dot.validation")? >= 4, "two points in each of the two plots");
    passed()
}
