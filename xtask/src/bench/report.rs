//! The one form in which all benchmarks are written down.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A machine and what was measured on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    pub rows: Vec<Row>,
}

/// Where it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Name of the processor.
    pub cpu: String,
    /// Logical processors that may be used.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    pub browser: String,
    /// What WebGPU ran on; absent where the browser offers none.
    pub adapter: Option<String>,
    /// Mean number of waiting processes in the minute before the start; a busy machine measures too little.
    pub load_before: Option<f64>,
}

/// One measured number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was done, such as `lenet-train`.
    pub work: String,
    /// Who did it, such as `receptive-cpu` or `tfjs-webgl`.
    pub who: String,
    /// Absent where it could not be done; `note` says why.
    pub value: Option<f64>,
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The budget, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

impl Row {
    pub fn new(work: &str, who: &str, value: f64, unit: &str) -> Self {
        Self { work: work.into(), who: who.into(), value: Some(value), unit: unit.into(), note: None, at_most: None }
    }

    /// A row whose number could not be had.
    pub fn missing(work: &str, who: &str, unit: &str, error: &anyhow::Error) -> Self {
        // The last line says it: what stands before it is where it happened, with folders of this machine.
        let why =
            format!("{error:#}").lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        Self { value: None, note: Some(why), ..Self::new(work, who, 0.0, unit) }
    }

    pub fn at_most(self, budget: f64) -> Self {
        Self { at_most: Some(budget), ..self }
    }
}

/// Which rows are wanted: those of these `who` or `work`; all where none is named.
pub struct Only(pub Vec<String>);

impl Only {
    pub fn all(&self) -> bool {
        self.0.is_empty()
    }

    pub fn wants(&self, work: &str, who: &str) -> bool {
        self.all() || self.0.iter().any(|name| name == work || name == who)
    }
}

/// As it is told while measuring.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.map_or("not measured".to_owned(), |v| format!("{v:.1} {}", self.unit));
        let note = self.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        write!(f, "{:<26} {:<18} {value}{note}", self.work, self.who)
    }
}

impl Report {
    pub fn row(&self, work: &str, who: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.work == work && row.who == who)
    }

    pub fn value(&self, work: &str, who: &str) -> Option<f64> {
        self.row(work, who)?.value
    }

    /// How many times more `who` reached than `other`.
    pub fn ratio(&self, work: &str, who: &str, other: &str) -> Option<f64> {
        let other = self.value(work, other).filter(|v| *v > 0.0)?;
        Some(self.value(work, who)? / other)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use anyhow::anyhow;
    use serde_json::json;

    /// A report with every kind of row.
    pub fn example() -> Report {
        let machine = Machine {
            cpu: "Some CPU".into(),
            cores: 2,
            system: "linux x86_64".into(),
            browser: "Chrome/156.0.0.0".into(),
            adapter: Some("google swiftshader".into()),
            load_before: Some(0.1),
        };
        let rows = vec![
            Row::new("lenet-train", "receptive-cpu", 3712.0, "images/s"),
            Row::new("lenet-train", "tfjs-cpu", 116.0, "images/s"),
            Row::missing(
                "lenet-train",
                "tfjs-wasm",
                "images/s",
                &anyhow!("Traceback:\n  in x\nit has no such kernel\n"),
            ),
            Row::new("lenet-train-sgd", "receptive-webgpu", 250.0, "images/s"),
            Row::new("lenet-train-sgd", "jaxjs-webgpu", 500.0, "images/s"),
            Row::new("first-loss", "receptive-cpu", 420.0, "ms"),
            Row::new("size", "CPU compute module", 851.2, "KB gzip").at_most(850.0),
        ];
        Report { machine, rows }
    }

    #[test]
    fn the_json_form_is_the_agreed_one() {
        let json = serde_json::to_value(example()).unwrap();
        let first = json!({ "work": "lenet-train", "who": "receptive-cpu", "value": 3712.0, "unit": "images/s" });
        assert_eq!(json["rows"][0], first);
        assert_eq!(json["rows"][2]["value"], json!(null));
        assert_eq!(json["rows"][2]["note"], "it has no such kernel");
        assert_eq!(json["machine"]["cores"], 2);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), example());
    }

    #[test]
    fn a_ratio_needs_both_numbers() {
        let report = example();
        assert_eq!(report.ratio("lenet-train", "receptive-cpu", "tfjs-cpu"), Some(32.0));
        assert_eq!(report.ratio("lenet-train", "receptive-cpu", "tfjs-wasm"), None);
        assert_eq!(report.ratio("lenet-train", "receptive-cpu", "nobody"), None);
    }
}
