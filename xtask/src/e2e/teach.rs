//! The lab that is taught pictures as a visitor's hands and eyes: what its tests and the benchmark share. No tests.

use crate::browser::Page;
use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Seconds until a small run is trained, also on a software GPU on two cores.
pub const RUN: u64 = 400;
/// Seconds until some pictures are collected.
pub const COLLECT: u64 = 120;

/// Waits until the lab is there, with a device and a project.
pub fn ready(page: &Page) -> Result<()> {
    let there = "(d => d?.backend && d.project)(document.getElementById('teach-lab')?.dataset)";
    page.wait_until(there, 180).context("waiting for a device and a project")
}

/// A `data-` attribute of the lab.
pub fn data(page: &Page, name: &str) -> Result<String> {
    let value = page.eval(&format!("document.getElementById('teach-lab').dataset.{name}"))?;
    Ok(value.as_str().with_context(|| format!("the lab says its {name}"))?.to_owned())
}

pub fn notices(page: &Page) -> String {
    page.text("#teach-notices").unwrap_or_default()
}

/// Waits until so many pictures are collected and nothing more is.
pub fn wait_pictures(page: &Page, count: usize, seconds: u64) -> Result<()> {
    let there = format!(
        "(d => Number(d.pictures) >= {count} && d.collecting === 'false')(document.getElementById('teach-lab').dataset)"
    );
    page.wait_until(&there, seconds).with_context(|| {
        format!("waiting for {count} pictures; there are {:?}, notices “{}”", data(page, "pictures"), notices(page))
    })
}

pub fn wait_state(page: &Page, state: &str, seconds: u64) -> Result<()> {
    page.wait_until(&format!("document.getElementById('teach-lab').dataset.runState === '{state}'"), seconds)
        .with_context(|| {
            let now = data(page, "runState").unwrap_or_default();
            format!("waiting until the run is {state}; it is {now}, notices “{}”", notices(page))
        })
}

/// Sets one setting of the next run.
pub fn set(page: &Page, key: &str, value: &str) -> Result<()> {
    let id = format!("#teach-setting-{key}");
    let is_select = page.is(&format!("document.querySelector('{id}')?.tagName === 'SELECT'"))?;
    page.eval(&format!("for (let e = document.querySelector('{id}'); e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true"))?;
    if is_select {
        return page.select(&id, value);
    }
    page.fill(&id, value)?;
    page.press("Tab")
}

/// Trains to the end and waits for it.
pub fn train(page: &Page, seconds: u64) -> Result<()> {
    page.wait_until("!document.getElementById('teach-train').disabled", 30)
        .with_context(|| format!("Train cannot be pressed: {}", page.text("#teach-run-hint").unwrap_or_default()))?;
    page.click("#teach-train")?;
    page.wait_until("document.getElementById('teach-lab').dataset.runState !== 'finished'", 30)?;
    wait_state(page, "finished", seconds)
}

/// What the network says of a picture: class, probability, whether it is familiar.
pub fn ask(page: &Page, picture: &Path) -> Result<(String, f64, bool)> {
    page.eval("window.beforeAnswer = document.getElementById('try-answer')?.dataset.asked ?? ''")?;
    page.set_files("#try-file", &[picture])?;
    page.wait_until("document.getElementById('try-answer')?.dataset.class", 60)?;
    // A second look, because an answer to the picture before may still stand there.
    page.sleep(std::time::Duration::from_millis(1500))?;
    let said =
        page.eval("(d => [d.class, d.probability, d.familiar])(document.getElementById('try-answer').dataset)")?;
    let text = |i: usize| said[i].as_str().map(str::to_owned).context("an answer");
    Ok((text(0)?, text(1)?.parse()?, text(2)? == "true"))
}

/// Picture files that the browser draws: stripes across and upright, each in its own colours; one class each.
pub fn drawn_pictures(page: &Page, folder: &Path, per_class: usize) -> Result<Vec<(String, Vec<PathBuf>)>> {
    fs::create_dir_all(folder)?;
    let mut all = Vec::new();
    for (class, name) in ["across", "upright"].into_iter().enumerate() {
        let mut files = Vec::new();
        for n in 0..per_class {
            let picture = page.eval(&format!("({DRAW})({class}, {n})"))?;
            let bytes = STANDARD.decode(picture.as_str().context("a picture")?)?;
            let file = folder.join(format!("{name}-{n}.png"));
            fs::write(&file, bytes)?;
            files.push(file);
        }
        all.push((name.to_owned(), files));
    }
    Ok(all)
}

const DRAW: &str = "async (upright, n) => {
    const canvas = new OffscreenCanvas(300, 260), c = canvas.getContext('2d');
    const random = i => { const x = Math.sin((n + 1) * 12.9898 + upright * 4.1 + i * 78.233) * 43758.5453; return x - Math.floor(x) };
    const colour = i => `hsl(${360 * random(i)} 70% ${30 + 40 * random(i + 1)}%)`;
    c.fillStyle = colour(1); c.fillRect(0, 0, 300, 260); c.fillStyle = colour(5);
    const width = 8 + 20 * random(9);
    for (let at = -width * random(11); at < 300; at += 2 * width) upright ? c.fillRect(at, 0, width, 260) : c.fillRect(0, at, 300, width);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
}";

/// Adds a class and pictures to it.
pub fn add_class(page: &Page, name: &str, pictures: &[PathBuf]) -> Result<()> {
    page.fill("#class-new-name", name)?;
    page.click("#class-add")?;
    let class = format!(".teach-class[data-class-name={}]", json!(name));
    page.wait_for(&class)?;
    let before: usize = data(page, "pictures")?.parse()?;
    let files: Vec<&Path> = pictures.iter().map(PathBuf::as_path).collect();
    page.set_files(&format!("{class} .class-files"), &files)?;
    wait_pictures(page, before + pictures.len(), COLLECT)
}
