//! The table of `cargo xtask bench teach`, as Markdown.

use super::readme::verdict;
use super::report::Report;
use super::teach::WORKS;
use std::fmt::Write as _;

/// What is wanted, if anything: at least (`true`) or at most.
type Wanted = Option<(bool, f64)>;

/// Work, what it is in the table, and what is wanted.
const ROWS: &[(&str, &str, Wanted)] = &[
    ("teach-flowers-head", "Flowers, 5 x 100 pictures, new layer only: test accuracy", Some((true, 87.0))),
    ("teach-flowers-finetuned", "The same, last blocks unfrozen, with augmentation", Some((true, 90.0))),
    ("teach-flowers-scratch", "The same from random weights, same epochs (one seed)", None),
    ("teach-xray-head", "Chest X-rays, 3 classes, new layer only: balanced accuracy", Some((true, 81.0))),
    ("teach-xray-finetuned", "The same, last blocks unfrozen, with augmentation", Some((true, 86.0))),
    ("teach-drop-to-result", "500 pictures from the drop to the result", Some((false, 90.0))),
    ("teach-live", "Live predictions, SqueezeNet, CPU", Some((true, 8.0))),
    ("teach-memory-2000", "2,000 pictures collected, reloaded, none lost: peak of the tab", Some((false, 600.0))),
];

/// Whether a report is one of these.
pub fn is_of(report: &Report) -> bool {
    report.rows.iter().any(|row| WORKS.contains(&row.work.as_str()))
}

pub fn table(report: &Report) -> String {
    let mut text = String::from("| | measured | wanted | |\n| --- | ---: | --- | --- |\n");
    for (work, what, wanted) in ROWS {
        let Some(row) = report.row(work, "receptive-cpu") else { continue };
        let unit = if row.unit == "percent" { "%" } else { &row.unit };
        let measured = row.value.map_or("not measured".to_owned(), |value| format!("{value:.1} {unit}"));
        let (bound, met) = match (wanted, row.value) {
            (Some((true, least)), Some(value)) => (format!("at least {least} {unit}"), verdict(value >= *least)),
            (Some((false, most)), Some(value)) => (format!("at most {most} {unit}"), verdict(value <= *most)),
            _ => (String::new(), ""),
        };
        // A `String` takes every write.
        let _ = writeln!(text, "| {what} | {measured} | {bound} | {met} |");
    }
    text
}
