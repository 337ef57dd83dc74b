//! The table of `cargo xtask bench inside`, as Markdown.

use super::inside::WORKS;
use super::readme::verdict;
use super::report::Report;
use super::targets::times;
use std::fmt::Write as _;

/// `who`, its name in the table, and whom its row is compared with (ours on the same kind of device).
const WHO: &[(&str, &str, Option<&str>)] = &[
    ("receptive-cpu", "**Receptive, CPU**", None),
    ("tfjs-wasm", "TensorFlow.js 4.22, `wasm`, one thread", Some("receptive-cpu")),
    ("receptive-webgpu", "**Receptive, WebGPU**", None),
    ("tfjs-webgpu", "TensorFlow.js 4.22, `webgpu`", Some("receptive-webgpu")),
];

/// Whether a report is one of these.
pub fn is_of(report: &Report) -> bool {
    report
        .rows
        .iter()
        .any(|row| WORKS.contains(&row.work.as_str()) || row.work == "first-maps" || row.work == "opening")
}

pub fn table(report: &Report) -> String {
    let mut text = String::from(
        "The layers before the classifier on one picture of 224x224, random weights, milliseconds (median); in brackets \
         how many times faster Receptive is on the same kind of device.\n\n| | AlexNet | VGG-16 |\n| --- | ---: | ---: |\n",
    );
    for (who, name, ours) in WHO {
        let cells = WORKS.map(|work| cell(report, work, who, *ours));
        if cells.iter().any(Option::is_some) {
            let [alexnet, vgg16] = cells.map(|cell| cell.unwrap_or_default());
            // A `String` takes every write.
            let _ = writeln!(text, "| {name} | {alexnet} | {vgg16} |");
        }
    }
    text.push_str("\n| | measured | wanted | |\n| --- | ---: | --- | --- |\n");
    for (work, name) in WORKS.into_iter().zip(["AlexNet", "VGG-16"]) {
        if let Some(ratio) = report.ratio(work, "tfjs-wasm", "receptive-cpu") {
            let met = verdict(ratio >= 1.0);
            let _ = writeln!(
                text,
                "| {name} on the CPU against TensorFlow.js `wasm` | {} | at least 1.0× | {met} |",
                times(ratio)
            );
        }
    }
    for (work, what) in [
        ("first-maps", "First-layer maps of another photo painted, CPU"),
        ("opening", "Opening the lab, beyond the app"),
    ] {
        let Some(row) = report.row(work, "receptive-cpu") else { continue };
        if let (Some(value), Some(most)) = (row.value, row.at_most) {
            let met = verdict(value <= most);
            let _ = writeln!(text, "| {what} | {value:.2} {} | at most {most} {} | {met} |", row.unit, row.unit);
        }
    }
    text
}

/// One time, and how many times longer it is than ours; `None` where there is no row.
fn cell(report: &Report, work: &str, who: &str, ours: Option<&str>) -> Option<String> {
    let row = report.row(work, who)?;
    let Some(value) = row.value else { return Some("cannot".to_owned()) };
    let ratio = ours.and_then(|ours| report.ratio(work, who, ours)).map(|r| format!(" ({})", times(r)));
    Some(format!("{value:.1}{}", ratio.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::report::{Row, tests::example};
    use super::*;

    #[test]
    fn shows_times_ratios_and_verdicts() {
        let mut report = example();
        assert!(!is_of(&report));
        report.rows = vec![
            Row::new("alexnet-features", "receptive-cpu", 20.0, "ms"),
            Row::new("alexnet-features", "tfjs-wasm", 28.0, "ms"),
            Row::new("vgg16-features", "receptive-cpu", 700.0, "ms"),
            Row::new("vgg16-features", "tfjs-wasm", 630.0, "ms"),
            Row::new("opening", "receptive-cpu", 2.9, "MB").at_most(3.0),
        ];
        assert!(is_of(&report));
        let table = table(&report);
        assert!(table.contains("| **Receptive, CPU** | 20.0 | 700.0 |"), "{table}");
        assert!(table.contains("one thread | 28.0 (1.4×) | 630.0 (0.90×) |"), "{table}");
        assert!(
            table.contains("| AlexNet on the CPU against TensorFlow.js `wasm` | 1.4× | at least 1.0× | met |"),
            "{table}"
        );
        assert!(table.contains("`wasm` | 0.90× | at least 1.0× | **not met** |"), "{table}");
        assert!(table.contains("| 2.90 MB | at most 3 MB | met |"), "{table}");
    }
}
