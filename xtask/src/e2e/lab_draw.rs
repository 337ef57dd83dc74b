//! Drawing a digit: by mouse, finger and keyboard.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};
use serde_json::json;

pub const TESTS: &[Test] = &[
    ("drawn_stroke_is_read_as_one", drawn_stroke_is_read_as_one),
    ("drawing_is_read_on_webgpu", drawing_is_read_on_webgpu),
    ("drawing_by_finger_is_read", drawing_by_finger_is_read),
    ("drawing_by_keyboard_is_read", drawing_by_keyboard_is_read),
    ("training_changes_what_is_read", training_changes_what_is_read),
];

const PAPER: &str = "#draw-canvas";

/// The widths of the bars in percent, once there are some.
fn bars(page: &Page) -> Result<Vec<f64>> {
    page.wait_until(
        "Number.parseFloat(document.querySelector('.draw .best .bar-fill')?.style.width) > 0",
        lab::ANSWER,
    )?;
    let widths = page.eval(
        "[...document.querySelectorAll('.draw .prediction .bar-fill')].map(e => Number.parseFloat(e.style.width))",
    )?;
    widths.as_array().context("there are bars")?.iter().map(|w| w.as_f64().context("a bar has a width")).collect()
}

fn are_probabilities(bars: &[f64]) -> Result<()> {
    ensure!(bars.len() == 10, "there are {} bars", bars.len());
    let sum: f64 = bars.iter().sum();
    // Each is rounded to a hundredth of a percent.
    ensure!((sum - 100.0).abs() < 0.1, "the probabilities sum to {sum} %: {bars:?}");
    Ok(())
}

fn drawn_stroke_is_read_as_one(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, "backend=cpu&validation=0&images=6000&batch=32&epochs=1", Viewport::LAPTOP)?;
    page.drag(PAPER, &[(0.55, 0.15), (0.45, 0.85)])?;
    are_probabilities(&bars(&page)?)?;
    page.wait_until("document.getElementById('verdict').innerText.includes('reads a 1')", lab::ANSWER)?;
    page.wait_for(".seen-picture canvas")?;
    page.click("#undo")?;
    page.wait_until("document.getElementById('verdict').innerText.includes('Draw a digit')", lab::ANSWER)?;
    passed()
}

fn drawing_is_read_on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT_WEBGPU, Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    page.drag(PAPER, &[(0.5, 0.15), (0.5, 0.85)])?;
    are_probabilities(&bars(&page)?)?;
    ensure!(lab::backend(&page)? == "webgpu", "it was read on {}", lab::backend(&page)?);
    passed()
}

fn drawing_by_finger_is_read(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::PHONE)?;
    page.wait_for(PAPER)?;
    let place = page.eval(
        "(() => { const e = document.getElementById('draw-canvas'); e.scrollIntoView({ block: 'center', behavior: 'instant' }); \
         const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height, scrollY] })()",
    )?;
    let number = |i: usize| place[i].as_f64().context("the paper has a place");
    let (left, top, width, height) = (number(0)?, number(1)?, number(2)?, number(3)?);
    let touch = |kind: &str, points: serde_json::Value| {
        page.call("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points }))
    };
    for i in 0..=10 {
        let kind = if i == 0 { "touchStart" } else { "touchMove" };
        let y = top + height * (0.2 + 0.06 * f64::from(i));
        touch(kind, json!([{ "x": left + width / 2.0, "y": y }]))?;
    }
    touch("touchEnd", json!([]))?;
    are_probabilities(&bars(&page)?)?;
    ensure!(page.eval("scrollY")? == place[4], "the page scrolled under the drawing finger");
    passed()
}

fn drawing_by_keyboard_is_read(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    page.wait_for(PAPER)?;
    page.eval("document.getElementById('draw-canvas').focus()")?;
    for _ in 0..8 {
        page.press("ArrowUp")?;
    }
    ensure!(page.is("document.querySelector('.draw .best') === null")?, "a lifted pen draws");
    page.press("Space")?;
    for _ in 0..16 {
        page.press("ArrowDown")?;
    }
    page.press("Space")?;
    are_probabilities(&bars(&page)?)?;
    page.press("Delete")?;
    page.wait_until("document.querySelector('.draw .best') === null", lab::ANSWER)?;
    passed()
}

fn training_changes_what_is_read(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    page.drag(PAPER, &[(0.3, 0.2), (0.7, 0.2), (0.4, 0.85)])?;
    page.wait_for_text("It has learned nothing yet.")?;
    let before = bars(&page)?;
    lab::train_to_the_end(&page)?;
    page.wait_until("!document.getElementById('verdict').innerText.includes('learned nothing')", lab::ANSWER)?;
    let after = bars(&page)?;
    are_probabilities(&after)?;
    ensure!(before != after, "20 steps changed nothing: {before:?}");
    passed()
}
