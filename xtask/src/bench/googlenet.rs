//! The GoogLeNet variant for CIFAR-10: everyone trains the same network on made-up pictures, one after another; where the
//! time of a step goes, and how much memory a run takes.

use super::pytorch;
use super::report::{Only, Report, Row};
use super::stage::{PATIENCE, Stage};
use crate::browser::Browser;
use crate::{paths, site};
use anyhow::{Context, Result};
use receptive::protocol::GooglenetSettings;
use serde_json::Value;

pub struct Options {
    pub only: Only,
    pub seconds: u64,
    pub no_build: bool,
}

pub const TRAIN: &str = "googlenet-cifar-train";
pub const MEMORY: &str = "googlenet-cifar-memory";
/// Megabytes (millions of bytes) that a run may take.
pub const MOST_MEMORY: f64 = 1000.0;
/// The parts of a training step, as pages and scripts name them, and the work of their rows.
pub const PARTS: [(&str, &str); 4] = [
    ("data", "googlenet-cifar-data"),
    ("forward", "googlenet-cifar-forward"),
    ("backward", "googlenet-cifar-backward"),
    ("optimizer", "googlenet-cifar-optimizer"),
];
/// `who` in the table, and the page that measures it.
const IN_THE_BROWSER: [(&str, &str); 5] = [
    ("receptive-cpu", "googlenet_receptive-cpu"),
    ("receptive-webgpu", "googlenet_receptive-webgpu"),
    ("tfjs-cpu", "googlenet_tfjs-cpu"),
    ("tfjs-webgl", "googlenet_tfjs-webgl"),
    ("tfjs-webgpu", "googlenet_tfjs-webgpu"),
];
const THREADS: [usize; 2] = [1, 2];
/// Steps of the run whose memory is measured: the first takes as much as any.
const STEPS: usize = 2;
/// A software GPU takes minutes for a few steps.
const PATIENCE_STEPS: u64 = 3 * PATIENCE;

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
    let wants = |who: &str| [TRAIN].into_iter().chain(PARTS.map(|(_, work)| work)).any(|w| options.only.wants(w, who));
    let settings = GooglenetSettings::default();
    for (who, page) in IN_THE_BROWSER.into_iter().filter(|(who, _)| wants(who) && stage.has(who)) {
        rows(who, settings.batch, train(&stage, page, &settings, options.seconds)).into_iter().for_each(&mut add);
    }
    if THREADS.iter().any(|threads| wants(&pytorch::who(*threads)))
        && let Some(python) = pytorch::python()
    {
        for threads in THREADS {
            let who = pytorch::who(threads);
            if wants(&who) {
                let seconds = options.seconds.to_string();
                let arguments = ["--seconds", &seconds, "--threads", &threads.to_string()];
                let answer = pytorch::ask(&python, "pytorch_googlenet.py", &arguments);
                rows(&who, settings.batch, answer).into_iter().for_each(&mut add);
            }
        }
    }
    for (who, page) in IN_THE_BROWSER.into_iter().filter(|(who, _)| who.starts_with("receptive-")) {
        if options.only.wants(MEMORY, who) {
            add(memory(&stage, who, page, &settings));
        }
    }
    Ok(report)
}

/// What a page says of the speed: images per second as `value`, and seconds for a picture where it knows the parts.
fn train(stage: &Stage, page: &str, settings: &GooglenetSettings, seconds: u64) -> Result<Value> {
    let (batch, settings) = (settings.batch, encoded(settings)?);
    let query = format!("who={page}&settings={settings}&batch={batch}&seconds={seconds}");
    // A fresh browser each time, so that nobody pays for what another one left behind.
    stage.ask(&Browser::launch()?, &query, PATIENCE_STEPS + 5 * seconds)
}

/// The rows of one answer: its speed, and its parts in milliseconds for a picture.
fn rows(who: &str, batch: usize, answer: Result<Value>) -> Vec<Row> {
    let speed = answer.and_then(|answer| {
        let value = answer["value"].as_f64().context("the answer has no number")?;
        Ok((answer, value))
    });
    let (answer, value) = match speed {
        Ok(speed) => speed,
        Err(error) => return vec![Row::missing(TRAIN, who, "images/s", &error)],
    };
    let smaller = answer["batch"].as_u64().filter(|measured| *measured != batch as u64);
    let note = smaller.map(|measured| {
        format!("measured with batches of {measured}, because a step of {batch} pictures takes longer than a minute")
    });
    let parts = PARTS.into_iter().filter_map(|(part, work)| {
        answer[part].as_f64().map(|seconds| Row::new(work, who, 1000.0 * seconds, "ms/image"))
    });
    [Row { note, ..Row::new(TRAIN, who, value, "images/s") }].into_iter().chain(parts).collect()
}

/// The peak of the tab's process, in megabytes, while it trained; on WebGPU with that of the browser's GPU process, which
/// on a software adapter holds everything that a GPU would.
fn memory(stage: &Stage, who: &str, page: &str, settings: &GooglenetSettings) -> Row {
    let measured = || {
        let browser = Browser::launch()?;
        let query = format!("who={page}&settings={}&steps={STEPS}", encoded(settings)?);
        // The tab stays open: with it would go what is known of its memory.
        let (_tab, answer) = stage.open(&browser, &query, PATIENCE_STEPS)?;
        let mut peak = browser.peak_memory()?;
        if who.ends_with("webgpu") {
            peak += browser.peak_gpu_memory()?;
        }
        Ok((peak as f64 / 1e6, answer))
    };
    match measured() {
        Ok((megabytes, answer)) => {
            let other = answer["dataset"].as_str().filter(|name| *name != settings.dataset);
            let note = other
                .map(|name| format!("its memory was measured while learning {name}, as CIFAR-10 is not installed"));
            Row { note, ..Row::new(MEMORY, who, megabytes, "MB").at_most(MOST_MEMORY) }
        }
        Err(error) => Row::missing(MEMORY, who, "MB", &error),
    }
}

/// The settings as they can stand in an address.
fn encoded(settings: &GooglenetSettings) -> Result<String> {
    let json = serde_json::to_string(settings)?;
    // Of what has a meaning in a query, JSON of plain words and numbers has none; a browser takes the rest as it is.
    Ok(json.replace('"', "%22"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;
    use serde_json::json;

    #[test]
    fn one_answer_makes_a_row_for_the_speed_and_one_for_each_part_that_is_known() {
        let answer =
            json!({ "value": 100.0, "data": 0.0005, "forward": 0.003, "backward": 0.006, "optimizer": 0.0005 });
        let rows_of_all = rows("receptive-cpu", 128, Ok(answer));
        let found: Vec<(&str, Option<f64>)> = rows_of_all.iter().map(|row| (row.work.as_str(), row.value)).collect();
        let expected = [
            ("googlenet-cifar-train", Some(100.0)),
            ("googlenet-cifar-data", Some(0.5)),
            ("googlenet-cifar-forward", Some(3.0)),
            ("googlenet-cifar-backward", Some(6.0)),
            ("googlenet-cifar-optimizer", Some(0.5)),
        ];
        assert_eq!(found, expected);
        assert!(rows_of_all.iter().all(|row| row.note.is_none() && row.who == "receptive-cpu"));
    }

    #[test]
    fn a_smaller_batch_and_a_failure_are_said() {
        let smaller = rows("tfjs-cpu", 128, Ok(json!({ "value": 1.5, "batch": 64 })));
        assert_eq!(smaller.len(), 1);
        assert!(smaller[0].note.as_ref().is_some_and(|note| note.contains("batches of 64")), "{smaller:?}");
        assert_eq!(rows("tfjs-cpu", 128, Ok(json!({ "value": 1.5, "batch": 128 })))[0].note, None);
        let failed = rows("tfjs-cpu", 128, Err(anyhow!("no such backend")));
        assert_eq!((failed[0].value, failed[0].note.as_deref()), (None, Some("no such backend")));
        assert!(rows("tfjs-cpu", 128, Ok(json!({})))[0].value.is_none());
    }

    #[test]
    fn settings_survive_the_address() {
        let text = encoded(&GooglenetSettings::default()).unwrap();
        assert!(!text.contains(['&', '#', '+', '"', ' ']), "{text}");
        let settings: GooglenetSettings = serde_json::from_str(&text.replace("%22", "\"")).unwrap();
        assert_eq!(settings, GooglenetSettings::default());
    }
}
