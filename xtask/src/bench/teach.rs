//! The lab that is taught pictures: how good it gets on two sets, how soon, how much memory it takes.
//!
//! Everything happens through the page, in headless Chromium, as a visitor would do it.

use super::pictures::{self, Photos};
use super::report::{Only, Report, Row};
use super::stage::Stage;
use crate::browser::{Browser, Page, Viewport};
use crate::e2e::teach;
use crate::{paths, site};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub struct Options {
    pub only: Only,
    pub no_build: bool,
    /// Where the sets lie, and for how many seeds each is taught.
    pub mirror: PathBuf,
    pub seeds: usize,
}

pub const WORKS: [&str; 8] = [
    "teach-flowers-head",
    "teach-flowers-finetuned",
    "teach-flowers-scratch",
    "teach-xray-head",
    "teach-xray-finetuned",
    "teach-drop-to-result",
    "teach-live",
    "teach-memory-2000",
];
const WHO: &str = "receptive-cpu";
/// Seconds for a run of minutes on a slow machine.
const PATIENCE: u64 = 3_600;
/// Settings beyond the defaults, `key=value`.
const FLOWERS_HEAD: &[&str] = &["epochs=60", "weight-decay=0.1", "schedule=cosine", "learning-rate=0.002"];
const FLOWERS_FINETUNED: &[&str] = &[
    "blocks=2",
    "learning-rate=0.00003",
    "epochs=6",
    "schedule=cosine",
    "weight-decay=0.05",
    "flip=yes",
    "rotation=10",
    "shift=0.1",
    "zoom=0.3",
    "brightness=0.2",
    "contrast=0.2",
];
const XRAY_HEAD: &[&str] = &["epochs=40", "class-weights=inverse"];
const XRAY_FINETUNED: &[&str] = &[
    "blocks=2",
    "learning-rate=0.00005",
    "epochs=5",
    "schedule=cosine",
    "weight-decay=0.01",
    "class-weights=inverse",
    "flip=yes",
    "rotation=5",
    "brightness=0.1",
    "contrast=0.1",
];
/// Pictures in the measurement of memory.
const MANY: usize = 2_000;

/// A set of pictures and how it is taught.
struct Set {
    name: &'static str,
    archive: &'static str,
    pictures: usize,
    head: &'static [&'static str],
    finetuned: &'static [&'static str],
    /// What counts: plain or balanced accuracy.
    figure: &'static str,
}

const SETS: [Set; 2] = [
    Set {
        name: "flowers",
        archive: "flowers-5x100.tar",
        pictures: 494,
        head: FLOWERS_HEAD,
        finetuned: FLOWERS_FINETUNED,
        figure: "teach-accuracy",
    },
    Set {
        name: "xray",
        archive: "chest-xray-128.tar",
        pictures: 670,
        head: XRAY_HEAD,
        finetuned: XRAY_FINETUNED,
        figure: "teach-balanced",
    },
];

/// Builds where needed, then measures row after row; a row that fails says why and the others go on.
///
/// # Errors
/// When the site cannot be built or the browser cannot be started.
pub fn measure(options: &Options) -> Result<Report> {
    let dist = if options.no_build { paths::dist() } else { site::ready()? };
    let stage = Stage::set(&dist)?;
    let mut report = Report { machine: stage.machine()?, rows: Vec::new() };
    let mut add = |row: Row| {
        println!("{row}");
        report.rows.push(row);
    };
    let wants = |work: &str| options.only.wants(work, WHO);
    for set in &SETS {
        let works = ["head", "finetuned", "scratch"].map(|what| format!("teach-{}-{what}", set.name));
        if works.iter().any(|work| wants(work)) || set.name == "flowers" && wants("teach-drop-to-result") {
            match taught(&stage.url(), set, options) {
                Ok(rows) => rows.into_iter().for_each(&mut add),
                Err(error) => add(Row::missing(&works[0], WHO, "percent", &error)),
            }
        }
    }
    if wants("teach-live") {
        add(row("teach-live", "frames/s", live(&stage.url())));
    }
    if wants("teach-memory-2000") {
        add(row("teach-memory-2000", "MB", memory(&stage.url())));
    }
    Ok(report)
}

fn row(work: &str, unit: &str, value: Result<f64>) -> Row {
    match value {
        Ok(value) => Row::new(work, WHO, value, unit),
        Err(error) => Row::missing(work, WHO, unit, &error),
    }
}

/// A set, head and blocks, for every seed; and once from random weights.
fn taught(url: &str, set: &Set, options: &Options) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let zip = pictures::as_zip(&options.mirror.join(set.archive), folder.path())?;
    let browser = Browser::launch()?;
    let page = opened(&browser, url)?;
    let start = Instant::now();
    page.set_files("#add-files", &[&zip])?;
    teach::wait_pictures(&page, set.pictures, PATIENCE)?;
    let (mut heads, mut finetuned, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=options.seeds {
        run(&page, set.head, seed)?;
        if seed == 1 && set.name == "flowers" {
            rows.push(Row::new("teach-drop-to-result", WHO, start.elapsed().as_secs_f64(), "s"));
        }
        heads.push(figure(&page, set.figure)?);
        println!("  {} seed {seed}: head {:.1} %", set.name, heads[seed - 1]);
        if options.only.wants(&format!("teach-{}-finetuned", set.name), WHO) {
            run(&page, set.finetuned, seed)?;
            finetuned.push(figure(&page, set.figure)?);
            println!("  {} seed {seed}: finetuned {:.1} %", set.name, finetuned[seed - 1]);
        }
    }
    rows.push(Row::new(&format!("teach-{}-head", set.name), WHO, mean(&heads), "percent"));
    if !finetuned.is_empty() {
        rows.push(Row::new(&format!("teach-{}-finetuned", set.name), WHO, mean(&finetuned), "percent"));
    }
    let scratch = format!("teach-{}-scratch", set.name);
    if set.name == "flowers" && options.only.wants(&scratch, WHO) {
        // A decay that holds pretrained weights where they are only pulls random ones to zero.
        let otherwise = ["start=random", "learning-rate=0.001", "weight-decay=0"];
        let random: Vec<&str> = set.finetuned.iter().copied().chain(otherwise).collect();
        run(&page, &random, 1)?;
        rows.push(Row::new(&scratch, WHO, figure(&page, set.figure)?, "percent"));
    }
    Ok(rows)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The lab, empty.
fn opened(browser: &Browser, url: &str) -> Result<Page> {
    let page = browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{url}teach/?backend=cpu"))?;
    teach::ready(&page)?;
    Ok(page)
}

/// One run of these settings, to its end.
fn run(page: &Page, settings: &[&str], seed: usize) -> Result<()> {
    if page.is("document.getElementById('teach-defaults') && !document.getElementById('teach-defaults').disabled")? {
        page.eval("document.getElementById('teach-defaults').click()")?;
    }
    for (key, value) in settings.iter().filter_map(|setting| setting.split_once('=')) {
        teach::set(page, key, value)?;
    }
    teach::set(page, "seed", &seed.to_string())?;
    teach::train(page, PATIENCE)
}

/// A figure of the finished run, in percent.
fn figure(page: &Page, id: &str) -> Result<f64> {
    page.wait_until(&format!("document.getElementById('{id}')?.dataset.value"), 60)?;
    let value = page.eval(&format!("Number(document.getElementById('{id}').dataset.value)"))?;
    Ok(100.0 * value.as_f64().with_context(|| format!("{id} is no number"))?)
}

/// Pictures a second that the live view answers, with a camera that the browser plays.
fn live(url: &str) -> Result<f64> {
    let browser = Browser::launch_with(&["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])?;
    let page = opened(&browser, url)?;
    page.click("#try-sample")?;
    teach::wait_pictures(&page, 60, PATIENCE)?;
    teach::train(&page, PATIENCE)?;
    page.click("#try-camera")?;
    page.wait_until("document.getElementById('try-answer')?.dataset.rate", 60)?;
    page.sleep(Duration::from_secs(6))?;
    let rate = page.eval("Number(document.getElementById('try-answer').dataset.rate)")?;
    rate.as_f64().context("the page gave no rate")
}

/// Megabytes (millions of bytes) that the tab's process had at its peak while it collected many photos.
fn memory(url: &str) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let zip = {
        // Drawn in a browser of its own, whose memory does not count.
        let browser = Browser::launch()?;
        let page = opened(&browser, url)?;
        Photos::new(&page).zip(folder.path(), MANY)?
    };
    let browser = Browser::launch()?;
    let page = opened(&browser, url)?;
    page.set_files("#add-files", &[&zip])?;
    teach::wait_pictures(&page, MANY, PATIENCE)?;
    page.reload()?;
    teach::ready(&page)?;
    teach::wait_pictures(&page, MANY, 120).context("after a reload")?;
    let peak = browser.peak_memory()?;
    Ok(peak as f64 / 1e6)
}

/// Whether a path is a picture.
pub fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|e| ["jpg", "jpeg", "png", "webp"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}
