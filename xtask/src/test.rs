//! `cargo xtask test`: native tests, then the browser tests, then one line.

use crate::e2e::{self, Summary};
use crate::{browser, paths, sh, site};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[derive(clap::Args)]
pub struct Args {
    /// Only tests whose name contains this.
    #[arg(default_value = "")]
    filter: String,
    /// Only the native tests.
    #[arg(long, conflicts_with = "browser")]
    native: bool,
    /// Only the browser tests.
    #[arg(long)]
    browser: bool,
    /// Take dist/ as it is.
    #[arg(long)]
    no_build: bool,
}

/// Runs them all, whatever fails, and ends with `N passed, N failed, N skipped`.
///
/// # Errors
/// When a test failed or could not be run.
pub fn run(args: Args) -> Result<()> {
    let mut summary = Summary::default();
    if !args.native {
        // Without a browser there is no point in building for minutes first.
        browser::chromium()?;
    }
    if !args.browser {
        sh::say("Native tests (usually 3 to 8 minutes the first time, most of it compiling)");
        native(sh::cargo().args(["test", "--no-fail-fast"]), &args.filter, &mut summary)?;
        sh::say("Tests of the tasks themselves (usually under a minute)");
        native(sh::cargo().args(["test", "--profile", "xtask", "--package", "xtask"]), &args.filter, &mut summary)?;
    }
    if !args.native {
        match browser_tests(&args) {
            Ok(found) => {
                summary.passed += found.passed;
                summary.failed.extend(found.failed);
                summary.skipped.extend(found.skipped);
            }
            Err(error) => {
                println!("the browser tests could not be run: {error:#}");
                summary.failed.push("browser tests".to_owned());
            }
        }
    }
    for failed in &summary.failed {
        println!("failed: {failed}");
    }
    for skipped in &summary.skipped {
        println!("skipped: {skipped}");
    }
    println!("{} passed, {} failed, {} skipped", summary.passed, summary.failed.len(), summary.skipped.len());
    if !summary.failed.is_empty() {
        // The counts are the last line; the exit code says the rest.
        std::process::exit(1);
    }
    Ok(())
}

fn browser_tests(args: &Args) -> Result<Summary> {
    let dist = if args.no_build { paths::dist() } else { site::ready()? };
    sh::say("Browser tests (usually 6 to 12 minutes)");
    e2e::run(&dist, if args.browser { &args.filter } else { "" })
}

/// Runs `cargo test`, shows its output and counts its results.
fn native(command: &mut Command, filter: &str, summary: &mut Summary) -> Result<()> {
    if !filter.is_empty() {
        command.arg(filter);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the output was asked for")?;
    let failures_before = summary.failed.len();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        count(&line, summary);
    }
    let status = child.wait()?;
    if !status.success() && summary.failed.len() == failures_before {
        // No test failed, so it did not even compile, or a test program died.
        summary.failed.push(format!("cargo test ended with {status}"));
    }
    if status.code().is_none() {
        bail!("cargo test was stopped");
    }
    Ok(())
}

/// Takes in one line of a Rust test program's report.
fn count(line: &str, summary: &mut Summary) {
    let Some((name, result)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) else { return };
    match result.split_once(',').map_or(result, |(word, _)| word) {
        "ok" => summary.passed += 1,
        "FAILED" => summary.failed.push(name.to_owned()),
        "ignored" => {
            let reason = result.split_once(", ").map_or("no reason given", |(_, reason)| reason);
            summary.skipped.push(format!("{name}: {reason}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_a_test_program_reports() {
        let mut summary = Summary::default();
        for line in [
            "running 4 tests",
            "test data::idx::reads ... ok",
            "test slow ... ignored, needs ten minutes",
            "test bare ... ignored",
            "test wrong ... FAILED",
            "test doc - should panic - should panic ... ok",
            "test result: FAILED. 2 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out",
        ] {
            count(line, &mut summary);
        }
        assert_eq!(summary.passed, 2);
        assert_eq!(summary.failed, ["wrong"]);
        assert_eq!(summary.skipped, ["slow: needs ten minutes", "bare: no reason given"]);
    }
}
