//! Classic networks on one picture: everyone computes the same layers in the same browser, one after another; and how
//! soon the lab shows the first layer of a new photo, and what opening it costs.

use super::report::{Only, Report, Row};
use super::stage::{PATIENCE, Stage};
use super::visit;
use crate::browser::Browser;
use crate::{paths, site};
use anyhow::{Context, Result};
use std::path::Path;

pub struct Options {
    pub only: Only,
    pub no_build: bool,
}

pub const WORKS: [&str; 2] = ["alexnet-features", "vgg16-features"];
/// `who` in the table, and the page that measures it.
const WHO: [(&str, &str); 4] = [
    ("receptive-cpu", "features_receptive-cpu"),
    ("tfjs-wasm", "features_tfjs-wasm"),
    ("receptive-webgpu", "features_receptive-webgpu"),
    ("tfjs-webgpu", "features_tfjs-webgpu"),
];
/// Runs that count, and runs before them.
const TIMES: usize = 15;
const WARM: usize = 3;
/// A software GPU needs half a minute for one pass of VGG-16.
const TIMES_WEBGPU: usize = 10;
const WARM_WEBGPU: usize = 1;
/// The photo's maps on the CPU, and what opening the lab may cost beyond the app.
const FIRST_MAPS: f64 = 150.0;
const OPENING: f64 = 3.0;

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
    for work in WORKS {
        for (who, page) in WHO.into_iter().filter(|(who, _)| options.only.wants(work, who)) {
            if stage.has(who) {
                add(time(&stage, work, who, page));
            }
        }
    }
    if options.only.wants("first-maps", "receptive-cpu") {
        add(row("first-maps", "ms", visit::first_maps(&stage.url())).at_most(FIRST_MAPS));
    }
    if options.only.wants("opening", "receptive-cpu") {
        add(row("opening", "MB", visit::opening(&stage.url(), Path::new(&dist))).at_most(OPENING));
    }
    Ok(report)
}

/// Median of the milliseconds for one picture.
fn time(stage: &Stage, work: &str, who: &str, page: &str) -> Row {
    let on_gpu = who.ends_with("webgpu");
    let (times, warm) = if on_gpu { (TIMES_WEBGPU, WARM_WEBGPU) } else { (TIMES, WARM) };
    let query = format!("who={page}&work={work}&times={times}&warm={warm}");
    let patience = if on_gpu { 6 * PATIENCE } else { PATIENCE };
    // A fresh browser each time, so that nobody pays for what another one left behind.
    let answer = Browser::launch().and_then(|browser| stage.ask(&browser, &query, patience));
    match answer.and_then(|a| a["value"].as_f64().context("the page gave no number")) {
        Ok(value) => Row::new(work, who, value, "ms"),
        Err(error) => Row::missing(work, who, "ms", &error),
    }
}

fn row(work: &str, unit: &str, value: Result<f64>) -> Row {
    match value {
        Ok(value) => Row::new(work, "receptive-cpu", value, unit),
        Err(error) => Row::missing(work, "receptive-cpu", unit, &error),
    }
}
