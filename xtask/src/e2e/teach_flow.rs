//! From an empty project to a working classifier, and nothing is lost on the way.

use super::lab_train::NO_ADAPTER;
use super::teach::{self, COLLECT, RUN};
use super::{Harness, Outcome, Test, passed, skipped};
use crate::browser::{Browser, Page, Viewport};
use anyhow::{Context, Result, ensure};
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("teach_from_nothing_to_a_classifier_and_back", on_the_cpu),
    ("teach_from_nothing_to_a_classifier_on_webgpu", on_webgpu),
    ("teach_generated_pictures_within_a_minute", generated_pictures),
    ("teach_bad_files_lose_nothing", bad_files),
    ("teach_diverged_run_goes_back", diverged),
];

/// Pictures of each class.
const PICTURES: usize = 12;

fn on_the_cpu(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    collect_and_train(h, &page, "200")?;
    look_and_relabel(&page)?;
    take_to_another_device(h, &page, "cpu")?;
    passed()
}

fn on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=webgpu", Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    teach::ready(&page)?;
    ensure!(teach::data(&page, "backend")? == "webgpu", "it computes on {}", teach::data(&page, "backend")?);
    collect_and_train(h, &page, "40")?;
    look_and_relabel(&page)?;
    take_to_another_device(h, &page, "webgpu")?;
    passed()
}

/// Uploads two classes, trains, reloads in the middle and goes on, and asks about a picture it has not seen.
fn collect_and_train(h: &Harness, page: &Page, epochs: &str) -> Result<()> {
    let folder = h.artefact("teach-pictures");
    let mut classes = teach::drawn_pictures(page, &folder, PICTURES + 1)?;
    let unseen: Vec<_> = classes.iter_mut().filter_map(|(name, files)| Some((name.clone(), files.pop()?))).collect();
    for (name, files) in &classes {
        teach::add_class(page, name, files)?;
    }
    teach::set(page, "epochs", epochs)?;
    page.click("#teach-train")?;
    page.wait_until("Number(document.getElementById('teach-lab').dataset.epoch) >= 1", RUN)
        .with_context(|| format!("waiting for the first epoch; notices “{}”", teach::notices(page)))?;
    // A run this small may be over before the button is reached.
    page.eval("document.getElementById('teach-pause')?.click()")?;
    page.wait_until("['paused', 'finished'].includes(document.getElementById('teach-lab').dataset.runState)", RUN)?;
    // The browser writes what it was given to keep; a visitor is slower than that.
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    h.started(page)?;
    teach::ready(page)?;
    teach::wait_pictures(page, 2 * PICTURES, COLLECT)?;
    page.wait_until("['paused', 'finished'].includes(document.getElementById('teach-lab').dataset.runState)", RUN)
        .with_context(|| format!("the run is not there after a reload; notices “{}”", teach::notices(page)))?;
    if teach::data(page, "runState")? == "paused" {
        page.click("#teach-train")?;
        teach::wait_state(page, "finished", RUN)?;
    }
    for (name, picture) in unseen {
        let (said, probability, _) = teach::ask(page, &picture)?;
        ensure!(said == name && probability > 0.6, "a picture of {name} is called {said} ({probability})");
    }
    Ok(())
}

/// A click on the matrix leads to pictures; one of them gets another label, and the lab says what follows.
fn look_and_relabel(page: &Page) -> Result<()> {
    page.wait_for("#teach-confusion .cell")?;
    page.click("#teach-confusion .cell[data-actual='0'][data-predicted='0']")?;
    page.wait_for("#gallery .tile[data-class-name='across']")?;
    page.eval("document.querySelector('#gallery .tile[data-class-name=across]').scrollIntoView({ block: 'center' })")?;
    page.click("#gallery .tile[data-class-name='across']")?;
    page.select("#gallery-move", &page_option(page, "#gallery-move", "upright")?)?;
    page.wait_until(
        "document.querySelector('.teach-class[data-class-name=across] .class-count').innerText.startsWith('11 ')",
        20,
    )
    .context("a relabelled picture leaves its class")?;
    page.wait_for_text("Pictures have come, gone or changed their class")?;
    page.wait_until("!document.getElementById('teach-train').disabled", 20)?;
    teach::train(page, RUN)
}

/// The value of the option with this text.
fn page_option(page: &Page, select: &str, text: &str) -> Result<String> {
    let value = page.eval(&format!(
        "[...document.querySelector('{select}').options].find(o => o.textContent.includes('{text}'))?.value"
    ))?;
    value.as_str().map(str::to_owned).with_context(|| format!("{select} offers {text}"))
}

/// The project as one file, opened in a browser that has never been here, gives the same answer.
fn take_to_another_device(h: &Harness, page: &Page, backend: &str) -> Result<()> {
    let picture = h.artefact("teach-pictures").join(format!("upright-{PICTURES}.png"));
    let (said, probability, _) = teach::ask(page, &picture)?;
    page.click("#project-save")?;
    let file = page.wait_download("My first project.zip")?;
    let other = Browser::launch()?;
    let there = other.page(Viewport::PHONE)?;
    there.goto(&h.url(&format!("teach?backend={backend}")))?;
    h.started(&there)?;
    teach::ready(&there)?;
    there.set_files("#project-open", &[&file])?;
    teach::wait_pictures(&there, 2 * PICTURES, COLLECT)?;
    teach::wait_state(&there, "finished", RUN)?;
    let (same, close, _) = teach::ask(&there, &picture)?;
    ensure!(same == said && (close - probability).abs() < 1e-3, "{said} {probability} became {same} {close}");
    ensure!(there.problems().is_empty(), "problems: {:?}", there.problems());
    Ok(())
}

fn generated_pictures(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu", Viewport::PHONE)?;
    teach::ready(&page)?;
    page.click("#try-sample")?;
    teach::wait_pictures(&page, 60, COLLECT)?;
    ensure!(teach::data(&page, "classes")? == "6", "six textures");
    page.wait_for_text("generated")?;
    teach::train(&page, RUN)?;
    let accuracy = page.eval("Number(document.getElementById('teach-accuracy').dataset.value)")?;
    ensure!(accuracy.as_f64().is_some_and(|a| a >= 0.9), "textures are told apart in {accuracy} of the cases");
    // A photo is no texture.
    let photo = crate::paths::root().join("public/samples/astronaut.jpg");
    let (_, _, familiar) = teach::ask(&page, &photo)?;
    ensure!(!familiar, "a photo of an astronaut is called familiar");
    page.wait_for_text("does not look like any of your classes")?;
    passed()
}

fn bad_files(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    let classes = teach::drawn_pictures(&page, &h.artefact("teach-pictures"), 3)?;
    teach::add_class(&page, &classes[0].0, &classes[0].1)?;
    // A class of the same name, and one with markup in its name.
    page.fill("#class-new-name", &classes[0].0)?;
    page.click("#class-add")?;
    page.wait_until("document.getElementById('class-complaint').innerText.length > 10", 10)?;
    page.fill("#class-new-name", "<img src=x onerror=alert(1)>")?;
    page.click("#class-add")?;
    page.wait_until(
        "document.querySelectorAll('.teach-class').length === 2 && !document.querySelector('.teach-class img[src=x]')",
        10,
    )?;
    // Text that calls itself a picture, and a zip that is none.
    let (text, zip) = (h.artefact("not-a-picture.png"), h.artefact("not-a-zip.zip"));
    std::fs::write(&text, "no picture")?;
    std::fs::write(&zip, "no zip either")?;
    page.set_files("#add-files", &[&text])?;
    page.wait_until("document.body.innerText.includes('not-a-picture.png')", 30)?;
    page.set_files("#add-files", &[&zip])?;
    page.wait_until("document.body.innerText.includes('not-a-zip.zip')", 30)?;
    // The same pictures again: duplicates are not taken twice.
    let again: Vec<_> = classes[0].1.iter().map(std::path::PathBuf::as_path).collect();
    page.set_files(".teach-class[data-class-name='across'] .class-files", &again)?;
    page.sleep(Duration::from_secs(2))?;
    teach::wait_pictures(&page, 3, COLLECT)?;
    ensure!(teach::data(&page, "pictures")? == "3", "duplicates were taken: {}", teach::data(&page, "pictures")?);
    page.reload()?;
    h.started(&page)?;
    teach::ready(&page)?;
    teach::wait_pictures(&page, 3, COLLECT)?;
    passed()
}

fn diverged(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu&test", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    for (name, files) in teach::drawn_pictures(&page, &h.artefact("teach-pictures"), 6)? {
        teach::add_class(&page, &name, &files)?;
    }
    teach::set(&page, "optimizer", "plain-sgd")?;
    teach::set(&page, "learning-rate", "1")?;
    teach::set(&page, "epochs", "200")?;
    teach::set(&page, "weight-decay", "0.1")?;
    page.click("#teach-train")?;
    page.wait_until("['diverged', 'finished'].includes(document.getElementById('teach-lab').dataset.runState)", RUN)?;
    passed()
}
