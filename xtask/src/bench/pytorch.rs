//! Native PyTorch on one thread, where Python has it: how much of a native program's speed the browser reaches.

use super::report::Row;
use crate::{paths, sh};
use anyhow::{Context, Result};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::process::Command;

pub const WHO: &str = "pytorch-native-1";
const UNIT: &str = "images/s";

/// The Python that can import torch: `PYTHON`, else `python3`; or none, said aloud.
pub fn python() -> Option<OsString> {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| OsString::from("python3"));
    if sh::output(Command::new(&python).args(["-c", "import torch"])).is_err() {
        sh::warn(&format!("{} cannot import torch, so PyTorch is not measured.", python.display()));
        return None;
    }
    Some(python)
}

/// Trains the same network natively.
pub fn train(python: &OsStr, work: &str, optimizer: &str, seconds: u64) -> Row {
    let script = paths::root().join("bench/pytorch_lenet.py");
    let mut command = sh::command(python);
    command.arg(script).args(["--optimizer", optimizer, "--seconds", &seconds.to_string(), "--threads", "1"]);
    match sh::output(&mut command).and_then(|text| value(&text)) {
        Ok(value) => Row::new(work, WHO, value, UNIT),
        Err(error) => Row::missing(work, WHO, UNIT, &error),
    }
}

/// The script's last line is a JSON object with the images per second as its `value`.
fn value(text: &str) -> Result<f64> {
    let last = text.lines().last().unwrap_or_default();
    let json: Value = serde_json::from_str(last).with_context(|| format!("the script's last line is `{last}`"))?;
    json["value"].as_f64().with_context(|| format!("no value in `{last}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_last_line() {
        assert_eq!(value("warming up\n{\"value\": 12069.5}\n").unwrap(), 12069.5);
        assert!(value("").is_err());
        assert!(value("{\"speed\": 1}").is_err());
    }
}
