//! `cargo xtask check`: everything that can be judged without running the product.

use crate::{paths, sh, tidy, tools};
use anyhow::{Result, bail};

/// A check: its name, what to say while it runs, and the deed.
type Check = (&'static str, &'static str, fn() -> Result<()>);

const CHECKS: &[Check] = &[
    ("format", "Format", format),
    ("tidy", "Length of files, no paths of one machine", tidy::check),
    ("rooms", "The app is built without Burn, the workers without Leptos", rooms),
    ("lints, native", "Lints, native (usually 2 to 5 minutes the first time)", native_lints),
    ("lints, Wasm", "Lints for Wasm: app, CPU worker, GPU worker (usually 3 to 8 minutes the first time)", wasm_lints),
    ("dependencies", "Licences and known weaknesses of dependencies", dependencies),
];

/// Runs every check, whatever fails, and names the failures at the end.
///
/// # Errors
/// When a check fails.
pub fn run() -> Result<()> {
    tools::wasm_target()?;
    let mut failed = Vec::new();
    for (name, what, check) in CHECKS {
        sh::say(what);
        if let Err(error) = check() {
            println!("✗ {name}: {error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join("; "));
    }
    println!("All checks passed.");
    Ok(())
}

fn format() -> Result<()> {
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]))
}

/// The app never sees a tensor, and a worker never sees a page.
fn rooms() -> Result<()> {
    for (features, stranger) in [("ui", "burn"), ("cpu", "leptos"), ("gpu", "leptos")] {
        let tree = sh::output(sh::cargo().args(["tree", "--quiet", "--edges", "normal", "--prefix", "none"]).args([
            "--package",
            "receptive",
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--features",
            features,
        ]))?;
        if tree.lines().count() < 10 {
            bail!("the tree of “{features}” is suspiciously short:\n{tree}");
        }
        if let Some(line) = tree.lines().find(|line| line.starts_with(stranger)) {
            bail!("the feature “{features}” pulls in {line}");
        }
    }
    Ok(())
}

/// Warnings are errors; what blocks is forbidden (clippy.toml) in a browser only, and native tests may do it.
fn native_lints() -> Result<()> {
    let verdict = ["--", "-D", "warnings", "-A", "clippy::disallowed_methods"];
    sh::run(sh::cargo().args(["clippy", "--all-targets"]).args(verdict))?;
    sh::run(sh::cargo().args(["clippy", "--profile", "xtask", "--package", "xtask", "--all-targets"]).args(verdict))
}

fn wasm_lints() -> Result<()> {
    for features in ["ui", "cpu", "gpu"] {
        let what = ["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", features];
        sh::run(sh::cargo().args(["clippy"]).args(what).args(["--", "-D", "warnings"]))?;
    }
    let what = ["--target", "wasm32-unknown-unknown", "--package", "receptive-worker-cpu"];
    sh::run(sh::cargo().args(["clippy"]).args(what).args(["--", "-D", "warnings"]))
}

fn dependencies() -> Result<()> {
    let mut none = true;
    if paths::on_path(&["cargo-deny"]).is_some() {
        none = false;
        sh::run(sh::cargo().args(["deny", "check", "bans", "licenses", "sources"]))?;
    }
    if paths::on_path(&["cargo-audit"]).is_some() {
        none = false;
        sh::run(sh::cargo().arg("audit"))?;
    }
    if none {
        sh::warn("Neither cargo-deny nor cargo-audit is installed: dependencies were not checked.");
    }
    Ok(())
}
