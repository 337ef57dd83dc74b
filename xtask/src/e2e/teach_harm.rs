//! Files that mean harm, storage that is full, too little to learn from, projects side by side: nothing collected is
//! lost, and each gets a sentence.

use super::teach::{self, COLLECT};
use super::{Harness, Outcome, Test, passed, teach_files};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("teach_hostile_zips_lose_nothing", hostile_zips),
    ("teach_a_zip_with_10000_files_is_refused", too_many_files),
    ("teach_full_storage_keeps_what_was_stored", full_storage),
    ("teach_too_little_to_learn_from_is_said", too_little),
    ("teach_projects_side_by_side", side_by_side),
];

/// Pictures that are there before the harm comes.
const BEFORE: usize = 4;

fn with_pictures(h: &Harness) -> Result<Rc<Page>> {
    let page = h.open("teach?backend=cpu", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    let files = teach_files::picture_folder(&h.artefact("teach-before"), &["across"], BEFORE)?;
    teach::add_class(&page, "across", &files[0])?;
    Ok(page)
}

fn pictures(page: &Page) -> Result<usize> {
    Ok(teach::data(page, "pictures")?.parse()?)
}

/// Waits for a notice that says all of this, and that nothing more is being added.
fn wait_said(page: &Page, words: &[&str]) -> Result<()> {
    let all = serde_json::json!(words);
    let said = format!(
        "{all}.every(w => document.getElementById('teach-notices').innerText.includes(w)) && document.getElementById('teach-lab').dataset.collecting === 'false'"
    );
    page.wait_until(&said, COLLECT)
        .with_context(|| format!("waiting for {words:?}; notices “{}”", teach::notices(page)))
}

/// So many pictures are there, also after a reload.
fn are_kept(h: &Harness, page: &Page, count: usize) -> Result<()> {
    ensure!(pictures(page)? == count, "there are {} pictures, not {count}", pictures(page)?);
    page.reload()?;
    h.started(page)?;
    teach::ready(page)?;
    teach::wait_pictures(page, count, COLLECT)?;
    ensure!(pictures(page)? == count, "after a reload there are {} pictures, not {count}", pictures(page)?);
    Ok(())
}

fn hostile_zips(h: &Harness) -> Result<Outcome> {
    let page = with_pictures(h)?;
    let zeros = vec![0; 32 << 20];
    let harm = [
        ("../../way-out.png".to_owned(), teach_files::stripes(1, 200)?),
        ("bombs/bomb.png".to_owned(), zeros.clone()),
        ("upright/enormous.png".to_owned(), teach_files::enormous()?),
        ("upright/good.png".to_owned(), teach_files::stripes(1, 201)?),
    ];
    let zip = h.artefact("hostile.zip");
    teach_files::zip(&zip, &harm, true)?;
    page.set_files("#add-files", &[&zip])?;
    wait_said(
        &page,
        &["way-out.png", "leads out of the zip", "bomb.png", "zip bomb", "enormous.png", "40000 x 40000"],
    )?;
    teach::wait_pictures(&page, BEFORE + 1, COLLECT)?;
    page.wait_for(".teach-class[data-class-name='upright']")?;
    ensure!(teach::data(&page, "classes")? == "2", "{} classes", teach::data(&page, "classes")?);

    // Nothing but harm: its header says that the file is small.
    let liar = h.artefact("liar.zip");
    teach_files::zip(&liar, &[("upright/liar.png".to_owned(), zeros)], true)?;
    let mut bytes = fs::read(&liar)?;
    let small = 1000_u32.to_le_bytes();
    let directory = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").context("a zip has a directory")?;
    bytes[22..26].copy_from_slice(&small);
    bytes[directory + 24..directory + 28].copy_from_slice(&small);
    fs::write(&liar, bytes)?;
    page.set_files("#add-files", &[&liar])?;
    wait_said(&page, &["liar.png", "larger than the zip says"])?;

    // The same picture by itself.
    let enormous = h.artefact("enormous-alone.png");
    fs::write(&enormous, teach_files::enormous()?)?;
    page.set_files("#add-files", &[&enormous])?;
    wait_said(&page, &["enormous-alone.png"])?;
    are_kept(h, &page, BEFORE + 1)?;
    passed()
}

fn too_many_files(h: &Harness) -> Result<Outcome> {
    let page = with_pictures(h)?;
    let tiny = |kind: &str| (0..10_000).map(|n| (format!("tiny/{n}.{kind}"), b"tiny".to_vec())).collect::<Vec<_>>();
    let zip = h.artefact("ten-thousand.zip");
    teach_files::zip(&zip, &tiny("png"), false)?;
    page.set_files("#add-files", &[&zip])?;
    wait_said(&page, &["ten-thousand.zip", "10000 pictures", "room for 5000"])?;
    ensure!(pictures(&page)? == BEFORE, "{} pictures", pictures(&page)?);
    // Among files that are no pictures, those that are come all the same.
    let mut mixed = tiny("txt");
    mixed.push(("upright/good.png".to_owned(), teach_files::stripes(1, 202)?));
    let zip = h.artefact("needle.zip");
    teach_files::zip(&zip, &mixed, false)?;
    page.set_files("#add-files", &[&zip])?;
    wait_said(&page, &["0.txt", "not a picture", "10,000"])?;
    are_kept(h, &page, BEFORE + 1)?;
    passed()
}

/// The browser says that it is full after so many more pictures, once `window.room` is a number.
const LITTLE_ROOM: &str = "const put = IDBObjectStore.prototype.put; \
    IDBObjectStore.prototype.put = function (...all) { \
        if (this.name === 'blobs' && window.room !== undefined && window.room-- <= 0) \
            throw new DOMException('The quota has been exceeded.', 'QuotaExceededError'); \
        return put.apply(this, all); };";

fn full_storage(h: &Harness) -> Result<Outcome> {
    let page = h.page(Viewport::LAPTOP)?;
    page.before_load(LITTLE_ROOM)?;
    page.goto(&h.url("teach?backend=cpu"))?;
    h.started(&page)?;
    teach::ready(&page)?;
    let files = teach_files::picture_folder(&h.artefact("teach-many"), &["across", "upright"], 60)?;
    teach::add_class(&page, "across", &files[0][..BEFORE])?;
    page.eval("window.room = 20")?;
    let many: Vec<&Path> = files[1].iter().map(PathBuf::as_path).collect();
    page.set_files("#add-files", &many)?;
    wait_said(&page, &["storage for this page is full", "Remove pictures or projects"])?;
    let kept = pictures(&page)?;
    ensure!((BEFORE + 1..BEFORE + 60).contains(&kept), "{kept} pictures");
    let counted = format!("{} new pictures were stored and stay", kept - BEFORE);
    ensure!(teach::notices(&page).contains(&counted), "{kept} are there; it says “{}”", teach::notices(&page));
    are_kept(h, &page, kept)?;
    // After a reload there is room again; those that are there already are not taken twice.
    page.set_files("#add-files", &many)?;
    teach::wait_pictures(&page, BEFORE + 60, COLLECT)?;
    are_kept(h, &page, BEFORE + 60)?;
    passed()
}

/// Train cannot be pressed, and this is why.
fn refuses(page: &Page, words: &str) -> Result<()> {
    let why = format!(
        "document.getElementById('teach-train').disabled && document.getElementById('teach-run-hint').innerText.includes({})",
        serde_json::json!(words)
    );
    page.wait_until(&why, 20).with_context(|| {
        format!("waiting for “{words}”; it says “{}”", page.text("#teach-run-hint").unwrap_or_default())
    })
}

fn too_little(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    refuses(&page, "no classes yet")?;
    let files = teach_files::picture_folder(&h.artefact("teach-few"), &["across", "upright"], 3)?;
    teach::add_class(&page, "across", &files[0][..2])?;
    refuses(&page, "only the class “across”")?;
    page.fill("#class-new-name", "upright")?;
    page.click("#class-add")?;
    refuses(&page, "“upright” has no pictures")?;
    page.set_files(".teach-class[data-class-name='upright'] .class-files", &[&files[1][0]])?;
    refuses(&page, "“upright” has only a single picture")?;
    page.set_files(".teach-class[data-class-name='upright'] .class-files", &[&files[1][1]])?;
    page.wait_until("!document.getElementById('teach-train').disabled", 30)?;

    // The same picture in four classes, and then twice in each of two: that takes moving them.
    page.click("#project-new")?;
    page.wait_until("document.getElementById('teach-lab').dataset.pictures === '0'", 20)?;
    let one = teach_files::stripes(0, 0)?;
    let four: Vec<_> = ["a", "b", "c", "d"].iter().map(|class| (format!("{class}/one.png"), one.clone())).collect();
    let zip = h.artefact("all-the-same.zip");
    teach_files::zip(&zip, &four, false)?;
    page.set_files("#add-files", &[&zip])?;
    teach::wait_pictures(&page, 4, COLLECT)?;
    refuses(&page, "only a single picture")?;
    for (from, to) in [("c", "a"), ("d", "b")] {
        page.click(&format!("#gallery .tile[data-class-name='{from}']"))?;
        let option = page.eval(&format!(
            "[...document.getElementById('gallery-move').options].find(o => o.textContent.trim().endsWith('{to}') || o.textContent.includes('“{to}”'))?.value"
        ))?;
        page.select("#gallery-move", option.as_str().with_context(|| format!("the gallery can move to {to}"))?)?;
        page.wait_until(&format!("!document.querySelector('#gallery .tile[data-class-name={from}]')"), 20)?;
        page.click(&format!(".teach-class[data-class-name='{from}'] .class-remove"))?;
        page.wait_gone(&format!(".teach-class[data-class-name='{from}']"))?;
    }
    refuses(&page, "All pictures are the same one")?;
    passed()
}

fn side_by_side(h: &Harness) -> Result<Outcome> {
    let page = h.open("teach?backend=cpu", Viewport::LAPTOP)?;
    teach::ready(&page)?;
    let files = teach_files::picture_folder(&h.artefact("teach-few"), &["across", "upright"], 3)?;
    teach::add_class(&page, "across", &files[0][..2])?;
    let first = teach::data(&page, "project")?;
    page.click("#project-new")?;
    page.wait_until("document.querySelectorAll('#project-select option').length === 2", 20)?;
    page.wait_until("document.getElementById('teach-lab').dataset.pictures === '0'", 20)?;
    teach::add_class(&page, "upright", &files[1])?;
    let second = teach::data(&page, "project")?;
    ensure!(first != second, "both are called {first}");
    let value = page.eval("document.getElementById('project-select').value")?;
    let value = value.as_str().context("a project is chosen")?.to_owned();

    let shows = |project: &str, class: &str, count: usize| {
        let there = format!(
            "(d => d.project === {} && d.pictures === '{count}' && d.classes === '1')(document.getElementById('teach-lab').dataset) && document.querySelector('.teach-class').dataset.className === '{class}'",
            serde_json::json!(project)
        );
        page.wait_until(&there, 20).with_context(|| format!("waiting for {count} pictures of {class}"))
    };
    let other = page.eval("[...document.getElementById('project-select').options].find(o => !o.selected).value")?;
    let other = other.as_str().context("there is another project")?.to_owned();
    page.select("#project-select", &other)?;
    shows(&first, "across", 2)?;
    page.select("#project-select", &value)?;
    shows(&second, "upright", 3)?;

    page.click("#project-delete")?;
    page.click("#project-delete-yes")?;
    shows(&first, "across", 2)?;
    ensure!(page.count("#project-select option")? == 1, "the removed project can still be chosen");
    page.click("#undo")?;
    shows(&second, "upright", 3)?;
    ensure!(page.count("#project-select option")? == 2, "both are there again");
    // What was undone stays undone, and the project that was open is open again.
    page.sleep(Duration::from_secs(1))?;
    page.reload()?;
    h.started(&page)?;
    teach::ready(&page)?;
    shows(&second, "upright", 3)?;
    page.select("#project-select", &other)?;
    shows(&first, "across", 2)?;
    passed()
}
