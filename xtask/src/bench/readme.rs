//! The measured table in README.md: written by a command, so that no figure in it was typed by hand.

use super::report::{Machine, Report};
use super::targets::{self, Target, times};
use super::{googlenet_table, inside_table, teach_table};
use crate::{paths, sh};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What stands around the table of this name.
fn markers(name: &str) -> (String, String) {
    (format!("<!-- bench:{name} -->"), format!("<!-- /bench:{name} -->"))
}

/// `who`, its name in the table, and whom its row is compared with (ours on the same kind of device).
pub const TRAINERS: &[(&str, &str, Option<&str>)] = &[
    ("receptive-cpu", "**Receptive, CPU**", None),
    ("receptive-webgpu", "**Receptive, WebGPU**", None),
    ("tfjs-cpu", "TensorFlow.js 4.22, `cpu`", Some("receptive-cpu")),
    ("tfjs-wasm", "TensorFlow.js 4.22, `wasm`", Some("receptive-cpu")),
    ("tfjs-webgl", "TensorFlow.js 4.22, `webgl`", Some("receptive-webgpu")),
    ("tfjs-webgpu", "TensorFlow.js 4.22, `webgpu`", Some("receptive-webgpu")),
    ("jaxjs-wasm", "jax-js 0.1.25, `wasm`", Some("receptive-cpu")),
    ("jaxjs-webgpu", "jax-js 0.1.25, `webgpu`", Some("receptive-webgpu")),
    ("pytorch-native-1", "PyTorch, native, one thread", Some("receptive-cpu")),
    ("pytorch-native-2", "PyTorch, native, two threads", Some("receptive-cpu")),
];

/// Writes the table of this report into README.md.
///
/// # Errors
/// When a file cannot be read or written, the report is not one, or the README has no place for it.
pub fn write(json: &Path) -> Result<()> {
    let text = fs::read_to_string(json).with_context(|| format!("cannot read {}", json.display()))?;
    let report: Report = serde_json::from_str(&text).with_context(|| format!("{} is not a report", json.display()))?;
    let file = paths::root().join("README.md");
    let readme = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = match &report {
        report if inside_table::is_of(report) => "inside",
        report if teach_table::is_of(report) => "teach",
        report if googlenet_table::is_of(report) => "googlenet",
        _ => "lenet",
    };
    fs::write(&file, replaced(&readme, name, &table(&report))?)?;
    sh::say(&format!("Wrote the measured table into {}", file.display()));
    Ok(())
}

/// The README with what stands between the markers replaced.
fn replaced(readme: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = markers(name);
    let Some((before, rest)) = readme.split_once(&begin) else { bail!("README.md has no {begin}") };
    let Some((_, after)) = rest.split_once(&end) else { bail!("README.md has no {end} after {begin}") };
    Ok(format!("{before}{begin}\n{table}{end}{after}"))
}

/// The report as Markdown: the machine, the speeds, and the targets.
pub fn table(report: &Report) -> String {
    if inside_table::is_of(report) {
        return [machine(&report.machine), inside_table::table(report), notes(report)].join("\n");
    }
    if teach_table::is_of(report) {
        return [machine(&report.machine), teach_table::table(report), notes(report)].join("\n");
    }
    if googlenet_table::is_of(report) {
        return [machine(&report.machine), googlenet_table::table(report), notes(report)].join("\n");
    }
    let parts = [machine(&report.machine), speeds(report), notes(report), wanted(report, targets::LENET)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn machine(machine: &Machine) -> String {
    let Machine { cpu, cores, system, browser, adapter, load_before } = machine;
    let adapter = adapter.as_ref().map_or("no WebGPU adapter".to_owned(), |name| format!("WebGPU adapter “{name}”"));
    let load = load_before.map_or(String::new(), |load| format!("; load before the start {load:.1}"));
    format!("Measured on {cpu}, {cores} cores, {system}; {browser}, headless; {adapter}{load}.\n")
}

fn speeds(report: &Report) -> String {
    let mut text = String::from(
        "LeNet-5 on MNIST, training, batch 64, images per second; in brackets how many times faster Receptive is, \
         CPU against CPU and WebGPU against GPU.\n\n| | Adam | plain SGD |\n| --- | ---: | ---: |\n",
    );
    for (who, name, ours) in TRAINERS {
        let cells = ["lenet-train", "lenet-train-sgd"].map(|work| cell(report, work, who, *ours));
        if cells.iter().any(Option::is_some) {
            let [adam, sgd] = cells.map(|cell| cell.unwrap_or_default());
            // A `String` takes every write.
            let _ = writeln!(text, "| {name} | {adam} | {sgd} |");
        }
    }
    text
}

/// One speed; `None` where there is no row.
pub fn cell(report: &Report, work: &str, who: &str, ours: Option<&str>) -> Option<String> {
    let row = report.row(work, who)?;
    let Some(value) = row.value else { return Some("cannot".to_owned()) };
    let ratio = ours.and_then(|ours| report.ratio(work, ours, who)).map(|r| format!(" ({})", times(r)));
    Some(format!("{}{}", thousands(value), ratio.unwrap_or_default()))
}

/// Why a number is missing, one sentence for each reason.
fn notes(report: &Report) -> String {
    let mut lines: Vec<String> = Vec::new();
    for row in &report.rows {
        if let Some(note) = &row.note {
            let line = format!("`{}`: {note}.\n", row.who);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

/// What is wanted, what was measured, and the budgets of downloads.
pub fn wanted(report: &Report, targets: &[Target]) -> String {
    let mut text = String::from("| | measured | wanted | |\n| --- | ---: | --- | --- |\n");
    for target in targets {
        let (measured, verdict) = match target.judge(report) {
            Some((measured, met)) => (measured, verdict(met)),
            None => ("not measured".to_owned(), ""),
        };
        let _ = writeln!(text, "| {} | {measured} | {} | {verdict} |", target.what, target.wanted());
    }
    for row in report.rows.iter().filter(|row| row.work == "size") {
        if let (Some(value), Some(budget)) = (row.value, row.at_most) {
            let verdict = verdict(value <= budget);
            let _ =
                writeln!(text, "| Download: {} | {value:.1} {} | at most {budget:.0} | {verdict} |", row.who, row.unit);
        }
    }
    text
}

pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**not met**" }
}

/// `3712.4` as `3,712`; small numbers keep one digit after the point.
fn thousands(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap_or_default()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::example;
    use super::*;

    #[test]
    fn shows_speeds_ratios_and_verdicts() {
        let table = table(&example());
        assert!(table.starts_with("Measured on Some CPU, 2 cores, linux x86_64; Chrome/156.0.0.0"), "{table}");
        assert!(table.contains("| **Receptive, CPU** | 3,712 |  |"), "{table}");
        assert!(table.contains("| TensorFlow.js 4.22, `cpu` | 116 (32×) |  |"), "{table}");
        assert!(table.contains("| TensorFlow.js 4.22, `wasm` | cannot |  |"), "{table}");
        assert!(table.contains("\n`tfjs-wasm`: it has no such kernel.\n"), "{table}");
        assert!(table.contains("`cpu` | 32× | at least 30× | met |"), "{table}");
        assert!(table.contains("(SGD), same adapter | 0.50× | at least 1.2× | **not met** |"), "{table}");
        assert!(table.contains("one thread | not measured | at least 30 % |  |"), "{table}");
        assert!(table.contains("| 420 ms | under 1000 ms | met |"), "{table}");
        assert!(
            table.contains("| Download: CPU compute module | 851.2 KB gzip | at most 850 | **not met** |"),
            "{table}"
        );
        assert!(!table.contains("PyTorch, native"), "a row that was not measured is not shown: {table}");
    }

    #[test]
    fn replaces_only_what_stands_between_the_markers() {
        let (begin, end) = markers("lenet");
        let readme = format!("# A\n{begin}\nold\n{end}\nafter\n");
        let once = replaced(&readme, "lenet", "new\n").unwrap();
        assert_eq!(once, format!("# A\n{begin}\nnew\n{end}\nafter\n"));
        assert_eq!(replaced(&once, "lenet", "new\n").unwrap(), once);
        assert!(replaced("# A\n", "lenet", "new\n").is_err());
        assert!(replaced(&format!("{end}{begin}"), "lenet", "new\n").is_err());
    }

    #[test]
    fn a_missed_target_does_not_look_met() {
        assert_eq!(times(29.99), "29×");
        assert_eq!(times(1.19), "1.1×");
        assert_eq!(thousands(12069.4), "12,069");
        assert_eq!(thousands(40.26), "40.3");
    }
}
