//! LeNet-5 on MNIST: everyone trains the same network on the same pictures in the same browser, one after another.

use super::report::{Only, Report, Row};
use super::stage::{PATIENCE, Stage};
use super::{lab, pytorch};
use crate::browser::Browser;
use crate::{paths, sh, site, size};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;

pub struct Options {
    pub accuracy: bool,
    pub only: Only,
    pub seconds: u64,
    pub no_build: bool,
}

const WORKS: [(&str, &str); 2] = [("lenet-train", "adam"), ("lenet-train-sgd", "sgd")];
const IN_THE_BROWSER: [&str; 8] = [
    "receptive-cpu",
    "receptive-webgpu",
    "tfjs-cpu",
    "tfjs-webgl",
    "tfjs-webgpu",
    "tfjs-wasm",
    "jaxjs-wasm",
    "jaxjs-webgpu",
];
/// Ten epochs on a slow tablet.
const PATIENCE_ACCURACY: u64 = 3600;

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
    let python = pytorch::python();
    for (work, optimizer) in WORKS {
        for who in IN_THE_BROWSER.into_iter().filter(|who| options.only.wants(work, who)) {
            if stage.has(who) {
                add(train(&stage, work, who, optimizer, options.seconds));
            }
        }
        if let Some(python) = python.as_ref().filter(|_| options.only.wants(work, &pytorch::who(1))) {
            add(pytorch::train(python, work, optimizer, options.seconds));
        }
    }
    if options.only.wants("first-loss", "receptive-cpu") {
        add(row_of("first-loss", "ms", lab::first_loss(&stage.url())));
    }
    if options.only.wants("longest-task", "receptive-cpu") {
        add(row_of("longest-task", "ms", lab::longest_task(&stage.url())));
    }
    if options.only.all() {
        sizes(&dist)?.into_iter().for_each(&mut add);
    }
    if options.accuracy {
        accuracy(&stage).into_iter().for_each(&mut add);
    }
    Ok(report)
}

fn train(stage: &Stage, work: &str, who: &str, optimizer: &str, seconds: u64) -> Row {
    let query = format!("who={who}&optimizer={optimizer}&seconds={seconds}");
    // A fresh browser each time, so that nobody pays for what another one left behind.
    let answer = Browser::launch().and_then(|browser| stage.ask(&browser, &query, PATIENCE + 5 * seconds));
    match answer.and_then(|a| a["value"].as_f64().context("the page gave no number")) {
        Ok(value) => Row::new(work, who, value, "images/s"),
        Err(error) => Row::missing(work, who, "images/s", &error),
    }
}

/// The reference run: ten epochs on all 60,000 pictures, then the test pictures.
fn accuracy(stage: &Stage) -> Vec<Row> {
    sh::say("Training the reference ten epochs on the CPU (usually 3 to 5 minutes)");
    let answer = Browser::launch().and_then(|b| stage.ask(&b, "who=receptive-cpu&epochs=10", PATIENCE_ACCURACY));
    let part = |name: &str| match &answer {
        Ok(answer) => answer[name].as_f64().with_context(|| format!("the page gave no {name}")),
        Err(error) => bail!("{error:#}"),
    };
    vec![row_of("lenet-accuracy", "%", part("accuracy")), row_of("lenet-time", "s", part("seconds"))]
}

/// What `cargo xtask size --json` prints.
fn sizes(dist: &Path) -> Result<Vec<Row>> {
    let downloads = serde_json::to_value(size::measure(dist)?)?;
    let row = |download: &Value| {
        let kb = |name: &str| {
            download[name].as_f64().map(|bytes| bytes / 1000.0).with_context(|| format!("a size has a {name}"))
        };
        Ok(Row::new("size", download["what"].as_str().unwrap_or_default(), kb("gzip")?, "KB gzip")
            .at_most(kb("budget")?))
    };
    downloads.as_array().into_iter().flatten().map(row).collect()
}

fn row_of(work: &str, unit: &str, value: Result<f64>) -> Row {
    match value {
        Ok(value) => Row::new(work, "receptive-cpu", value, unit),
        Err(error) => Row::missing(work, "receptive-cpu", unit, &error),
    }
}
