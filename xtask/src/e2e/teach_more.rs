//! What a visitor takes home, what becomes of storage that is full, files that mean harm, and projects side by side.

use super::inside_networks::copy_of_the_site;
use super::lab_train::NO_ADAPTER;
use super::teach::{self, COLLECT, RUN};
use super::{Harness, Outcome, Test, passed, skipped, teach_files};
use crate::browser::{Page, Viewport};
use crate::server::Server;
use crate::sh;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub const TESTS: &[Test] = &[
    ("teach_the_exported_page_gives_the_labs_answer", exported_page),
    ("teach_exported_files_hold_what_they_say", exported_files),
    ("teach_unfrozen_blocks_begin_with_the_heads_weights", unfreeze),
    ("teach_a_lost_webgpu_goes_on_on_the_cpu", lost_device),
    ("teach_an_imported_set_and_the_xray_preset", imported_set),
    ("teach_results_fit_a_phone", phone),
];

/// Pictures of each class.
const PICTURES: usize = 8;
const CLASSES: [&str; 2] = ["across", "upright"];

/// Two classes of stripes in this many pictures each.
fn collect(h: &Harness, page: &Page, per_class: usize) -> Result<()> {
    teach::ready(page)?;
    let files = teach_files::picture_folder(&h.artefact("teach-stripes"), &CLASSES, per_class)?;
    for (name, files) in CLASSES.iter().zip(&files) {
        teach::add_class(page, name, files)?;
    }
    Ok(())
}

fn trained(h: &Harness, viewport: Viewport) -> Result<Rc<Page>> {
    let page = h.open("teach?backend=cpu", viewport)?;
    collect(h, &page, PICTURES)?;
    teach::set(&page, "epochs", "40")?;
    teach::train(&page, RUN)?;
    Ok(page)
}

/// A picture of a class that was not among those to learn from.
fn unseen(h: &Harness, class: usize) -> Result<PathBuf> {
    let file = h.artefact(&format!("teach-unseen-{class}.png"));
    fs::write(&file, teach_files::stripes(class, 100)?)?;
    Ok(file)
}

fn exported_page(h: &Harness) -> Result<Outcome> {
    let page = trained(h, Viewport::LAPTOP)?;
    page.click("#export-page")?;
    let file = page.wait_download("My-first-project-page.zip")?;
    let folder = h.artefact("exported-page");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    zip::ZipArchive::new(fs::File::open(&file)?)?.extract(&folder)?;
    for name in ["index.html", "classify.js", "model.safetensors", "README.txt", "MODEL-CARD.md"] {
        ensure!(folder.join(name).is_file(), "there is no {name} in the zip");
    }
    let server = Server::start(&folder, "", 0)?;
    // Not through the harness: this is a site of its own.
    let there = h.browser.page(Viewport::PHONE)?;
    there.goto(&server.url())?;
    there
        .wait_until("document.body.dataset.state === 'ready'", 60)
        .with_context(|| format!("the page says “{}”", there.text("#status").unwrap_or_default()))?;
    for (class, name) in CLASSES.iter().enumerate() {
        let picture = unseen(h, class)?;
        let (said, probability, familiar) = teach::ask(&page, &picture)?;
        ensure!(said == *name, "the lab takes {name} for {said}");
        let (same, close, known) = teach::ask(&there, &picture)?;
        ensure!(same == said && known == familiar, "{said} {familiar} became {same} {known}");
        ensure!((close - probability).abs() < 1e-3, "{probability} became {close}");
    }
    ensure!(there.origins() == BTreeSet::from([server.origin()]), "it asked {:?}", there.origins());
    ensure!(there.problems().is_empty(), "problems: {:?}", there.problems());
    ensure!(there.is("document.documentElement.scrollWidth <= 360")?, "it is wider than a phone");
    passed()
}

fn exported_files(h: &Harness) -> Result<Outcome> {
    let page = trained(h, Viewport::LAPTOP)?;
    let get = |button: &str, name: &str| -> Result<Vec<u8>> {
        page.wait_until(&format!("!document.getElementById('{button}').disabled"), 30)?;
        page.click(&format!("#{button}"))?;
        fs::read(page.wait_download(name)?).with_context(|| format!("reading {name}"))
    };
    let weights = get("export-safetensors", "My-first-project.safetensors")?;
    let (_, metadata) = safetensors::SafeTensors::read_metadata(&weights)?;
    let tensors = safetensors::SafeTensors::deserialize(&weights)?;
    ensure!(tensors.len() > 50, "only {} tensors", tensors.len());
    let head = tensors.tensor("head.linear.weight").context("the new layer is among them")?;
    ensure!(head.shape().first() == Some(&2), "the new layer has the shape {:?}", head.shape());
    let facts = metadata.metadata().as_ref().and_then(|all| all.get("receptive")).context("facts in the metadata")?;
    let facts: Value = serde_json::from_str(facts)?;
    ensure!(facts["classes"] == serde_json::json!(CLASSES), "its classes are {}", facts["classes"]);
    let script = String::from_utf8(get("export-script", "My-first-project.py")?)?;
    ensure!(script.contains("import torch") && script.contains("My-first-project.safetensors"), "{script:.300}");
    let card = String::from_utf8(get("export-card", "My-first-project-model-card.md")?)?;
    for words in ["# Model card: My", "| Accuracy | ", "| across | ", "| upright | ", "SqueezeNet", "not for diagnosis"]
    {
        ensure!(card.contains(words), "the card does not say “{words}”: {card}");
    }
    let csv = String::from_utf8(get("export-csv", "My-first-project-history.csv")?)?;
    ensure!(csv.starts_with("kind,step,epoch,loss,accuracy\n"), "{csv:.100}");
    for kind in ["train,", "train-epoch,", "validation,", "test,"] {
        ensure!(csv.lines().any(|line| line.starts_with(kind)), "the history has no {kind} {csv:.300}");
    }
    let epochs = csv.lines().filter(|line| line.starts_with("train-epoch,")).count();
    ensure!(epochs == 40, "{epochs} epochs of 40");
    passed()
}

/// The validation's loss and accuracy after the last epoch.
fn last_epoch(page: &Page) -> Result<(f64, f64)> {
    let cells = page.eval(
        "(cells => [3, 5].map(i => parseFloat(cells[i].textContent)))([...document.querySelectorAll('#teach-epochs tbody tr')].at(-1).cells)",
    )?;
    let number = |i: usize| cells[i].as_f64().with_context(|| format!("the table of epochs holds {cells}"));
    Ok((number(0)?, number(1)?))
}

fn unfreeze(h: &Harness) -> Result<Outcome> {
    let page = trained(h, Viewport::LAPTOP)?;
    let (loss, accuracy) = last_epoch(&page)?;
    // A fresh layer's loss would be about 0.69.
    ensure!(loss < 0.35 && accuracy > 50.0, "the new layer alone has learned little: {loss}, {accuracy} %");
    teach::set(&page, "blocks", "1")?;
    teach::set(&page, "epochs", "1")?;
    teach::set(&page, "learning-rate", "0.00001")?;
    page.wait_for_text("begins with what it learned in the run that is shown")?;
    teach::train(&page, RUN)?;
    let (after, still) = last_epoch(&page)?;
    ensure!(after < loss + 0.1 && still >= accuracy - 5.0, "{loss} ({accuracy} %) became {after} ({still} %)");
    ensure!(page.count("#teach-comparison")? == 0, "nothing has been compared yet");
    page.click("#teach-compare")?;
    let compared = "document.getElementById('teach-comparison')?.innerText.includes('From random weights')";
    page.wait_until(compared, RUN)
        .with_context(|| format!("waiting for the comparison; notices “{}”", teach::notices(&page)))?;
    let words = page.text("#teach-comparison")?;
    ensure!(words.contains("From pretrained weights"), "it says “{words}”");
    page.wait_for("#teach-curves .chart-legend .beside-validation")?;
    for line in ["validation", "beside-validation"] {
        ensure!(page.count(&format!("#teach-curves svg .dot.{line}"))? >= 2, "no {line} in both plots");
    }
    passed()
}

fn lost_device(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=webgpu&test", Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    // Few, because a software GPU is slow.
    collect(h, &page, 4)?;
    ensure!(teach::data(&page, "backend")? == "webgpu", "it computes on {}", teach::data(&page, "backend")?);
    teach::set(&page, "epochs", "80")?;
    page.click("#teach-train")?;
    page.wait_until("Number(document.getElementById('teach-lab').dataset.epoch) >= 1", RUN)?;
    page.eval("window.receptiveTest.loseDevice()")?;
    page.wait_until("document.getElementById('teach-lab').dataset.backend === 'cpu'", 120)?;
    page.wait_for_text("CPU goes on")?;
    teach::wait_state(&page, "finished", RUN)?;
    ensure!(teach::data(&page, "epoch")? == "80", "it ended in epoch {}", teach::data(&page, "epoch")?);
    let (said, ..) = teach::ask(&page, &unseen(h, 1)?)?;
    ensure!(said == "upright", "upright stripes are called {said}");
    passed()
}

fn served(h: &Harness, site: &Path) -> Result<(Server, Page)> {
    let server = Server::start(site, "", 0)?;
    // Not through the harness: this is a site of its own.
    let page = h.browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{}teach?backend=cpu", server.url()))?;
    h.started(&page)?;
    teach::ready(&page)?;
    Ok((server, page))
}

fn imported_set(h: &Harness) -> Result<Outcome> {
    let site = copy_of_the_site(h, "site-with-pictures")?;
    let folder = h.artefact("teach-set");
    let classes = ["normal", "pneumonia", "covid-19"];
    teach_files::picture_folder(&folder, &classes, 8)?;
    let import = [
        "assets",
        "import",
        "--name",
        "chest-xrays",
        "--title",
        "Chest X-rays",
        "--licence",
        "CC0",
        "--source",
        "a test",
    ];
    let mut command = std::process::Command::new(std::env::current_exe()?);
    sh::output(command.args(import).arg("--image-folder").arg(&folder).arg("--into").arg(&site))?;
    let (_server, page) = served(h, &site)?;
    page.wait_for("#set-chest-xrays")?;
    page.wait_for_text("24 pictures in 3 classes")?;
    page.wait_for_text("Licence: CC0")?;
    page.click("#set-chest-xrays")?;
    teach::wait_pictures(&page, 24, COLLECT)?;
    for class in classes {
        page.wait_for(&format!(".teach-class[data-class-name='{class}']"))?;
    }
    page.click("#preset-xray")?;
    page.wait_for("#xray-frame")?;
    let settings = [
        ("learning-rate", "0.0001"),
        ("epochs", "30"),
        ("patience", "5"),
        ("class-weights", "inverse"),
        ("rotation", "10"),
    ];
    for (key, value) in settings {
        page.wait_until(&format!("document.getElementById('teach-setting-{key}')?.value === '{value}'"), 10)
            .with_context(|| format!("the preset sets {key} to {value}"))?;
    }
    // The preset adds no second copy to a project that has pictures.
    ensure!(teach::data(&page, "pictures")? == "24", "{} pictures", teach::data(&page, "pictures")?);
    teach::set(&page, "epochs", "2")?;
    teach::train(&page, RUN)?;
    page.wait_for("#teach-front")?;
    page.wait_until("document.getElementById('teach-accuracy').dataset.value", 10)?;
    ensure!(page.is("document.getElementById('try-explain').checked")?, "where it looks is not shown");
    ensure!(page.problems().is_empty(), "problems: {:?}", page.problems());
    passed()
}

fn phone(h: &Harness) -> Result<Outcome> {
    let page = trained(h, Viewport::PHONE)?;
    teach::ask(&page, &unseen(h, 0)?)?;
    page.click("#try-explain")?;
    page.wait_for("#try-heat")?;
    page.click("#teach-confusion .cell[data-actual='0'][data-predicted='0']")?;
    page.eval("document.querySelectorAll('details').forEach(e => e.open = true)")?;
    // What sticks out, if anything, and is not in a part that scrolls by itself.
    let wide = page.eval(
        "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > 361 && !e.closest('.scroll, svg, .visually-hidden')).slice(0, 5).map(e => e.tagName + '#' + e.id + '.' + e.className)",
    )?;
    let width = page.eval("document.documentElement.scrollWidth")?;
    ensure!(width.as_u64().is_some_and(|width| width <= 360), "the page is {width} pixels wide; {wide} stick out");
    passed()
}
