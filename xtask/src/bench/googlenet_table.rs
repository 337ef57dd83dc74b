//! The table of `cargo xtask bench googlenet`, as Markdown.

use super::googlenet::{PARTS, TRAIN};
use super::readme::{TRAINERS, cell, wanted};
use super::report::Report;
use super::targets;
use std::fmt::Write as _;

/// Whether a report is one of these.
pub fn is_of(report: &Report) -> bool {
    report.rows.iter().any(|row| row.work.starts_with("googlenet-cifar-"))
}

pub fn table(report: &Report) -> String {
    let mut text = String::from(
        "The GoogLeNet variant for CIFAR-10 on made-up pictures, training with Adam, batch 128: images per second (in \
         brackets how many times faster Receptive is, CPU against CPU and WebGPU against GPU), and milliseconds that the \
         parts of a step take for a picture.\n\n\
         | | images/s | data | forward | backward | optimizer |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (who, name, ours) in TRAINERS {
        let Some(speed) = cell(report, TRAIN, who, *ours) else { continue };
        let parts = PARTS.map(|(_, work)| report.value(work, who).map_or(String::new(), |ms| format!("{ms:.2}")));
        // A `String` takes every write.
        let _ = writeln!(text, "| {name} | {speed} | {} |", parts.join(" | "));
    }
    text + "\n" + &wanted(report, targets::GOOGLENET)
}

#[cfg(test)]
mod tests {
    use super::super::googlenet::MEMORY;
    use super::super::report::{Row, tests::example};
    use super::*;

    #[test]
    fn shows_speeds_parts_ratios_and_verdicts() {
        let mut report = example();
        assert!(!is_of(&report));
        report.rows = vec![
            Row::new(TRAIN, "receptive-cpu", 120.0, "images/s"),
            Row::new("googlenet-cifar-forward", "receptive-cpu", 2.5, "ms/image"),
            Row::new("googlenet-cifar-backward", "receptive-cpu", 5.25, "ms/image"),
            Row::new(TRAIN, "receptive-webgpu", 3.0, "images/s"),
            Row::new(TRAIN, "tfjs-cpu", 1.5, "images/s"),
            Row::new(TRAIN, "tfjs-webgpu", 4.0, "images/s"),
            Row::new(TRAIN, "pytorch-native-1", 500.0, "images/s"),
            Row::new(MEMORY, "receptive-cpu", 1000.4, "MB").at_most(1000.0),
        ];
        assert!(is_of(&report));
        let table = table(&report);
        assert!(table.contains("| **Receptive, CPU** | 120 |  | 2.50 | 5.25 |  |"), "{table}");
        assert!(table.contains("| TensorFlow.js 4.22, `cpu` | 1.5 (80×) |  |  |  |  |"), "{table}");
        assert!(table.contains("| PyTorch, native, one thread | 500 (0.24×) |"), "{table}");
        assert!(!table.contains("two threads"), "a row that was not measured is not shown: {table}");
        assert!(table.contains("TensorFlow.js `cpu` | 80× | at least 20× | met |"), "{table}");
        assert!(table.contains("one thread | 24 % | at least 20 % | met |"), "{table}");
        assert!(table.contains("same adapter | 0.75× | at least 1.0× | **not met** |"), "{table}");
        assert!(table.contains("Memory while training, CPU | 1001 MB | at most 1000 MB | **not met** |"), "{table}");
        assert!(table.contains("GPU process | not measured | at most 1000 MB |  |"), "{table}");
        assert!(!table.contains("LeNet-5") && !table.contains("first loss"), "{table}");
    }

    #[test]
    fn one_row_is_enough() {
        let mut report = example();
        report.rows = vec![Row::new("googlenet-cifar-memory", "receptive-cpu", 700.0, "MB")];
        assert!(is_of(&report));
        assert!(table(&report).contains("Memory while training, CPU | 700 MB | at most 1000 MB | met |"));
    }
}
