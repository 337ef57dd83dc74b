//! Native PyTorch, where Python has it: how much of a native program's speed the browser reaches.

use super::report::Row;
use crate::{paths, sh};
use anyhow::{Context, Result};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::process::Command;

/// Its `who` with so many threads.
pub fn who(threads: usize) -> String {
    format!("pytorch-native-{threads}")
}

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

/// Trains LeNet-5 natively on one thread.
pub fn train(python: &OsStr, work: &str, optimizer: &str, seconds: u64) -> Row {
    let arguments = ["--optimizer", optimizer, "--seconds", &seconds.to_string(), "--threads", "1"];
    let answer = ask(python, "pytorch_lenet.py", &arguments);
    match answer.and_then(|answer| answer["value"].as_f64().context("the script gave no number")) {
        Ok(value) => Row::new(work, &who(1), value, UNIT),
        Err(error) => Row::missing(work, &who(1), UNIT, &error),
    }
}

/// What a script of `bench/` says: a JSON object with the images per second as its `value`.
///
/// # Errors
/// When the script fails or says something else.
pub fn ask(python: &OsStr, script: &str, arguments: &[&str]) -> Result<Value> {
    let mut command = sh::command(python);
    command.arg(paths::root().join("bench").join(script)).args(arguments);
    last_line(&sh::output(&mut command)?)
}

fn last_line(text: &str) -> Result<Value> {
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("the script's last line is `{last}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_last_line() {
        assert_eq!(last_line("warming up\n{\"value\": 12069.5}\n").unwrap()["value"], 12069.5);
        assert!(last_line("").is_err());
        assert!(last_line("{\"value\": 1}\nkilled").is_err());
    }
}
