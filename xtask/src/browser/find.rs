//! Which Chromium.

use crate::{paths, sh};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const PLACES: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// The program named by `CHROME`, or one on `PATH`, or one in its usual place; on Debian as root it is installed.
///
/// # Errors
/// When there is none; the message says what to do.
pub fn chromium() -> Result<PathBuf> {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    if let Some(path) = FOUND.get() {
        return Ok(path.clone());
    }
    let path = find()?;
    Ok(FOUND.get_or_init(|| path).clone())
}

fn find() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROME").map(PathBuf::from) {
        if !path.is_file() {
            bail!("CHROME is {}, and there is no such program", path.display());
        }
        return Ok(path);
    }
    let usual = || PLACES.iter().map(PathBuf::from).find(|path| path.is_file());
    if let Some(path) = paths::on_path(NAMES).or_else(usual) {
        return Ok(path);
    }
    if is_debian() && super::is_root() {
        sh::say("No Chromium found: installing Debian's package `chromium` with apt-get (usually 1 to 3 minutes)");
        let apt = |arguments: &[&str]| {
            sh::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update", "-q"])?;
        apt(&["install", "-q", "-y", "--no-install-recommends", "chromium"])?;
        return paths::on_path(NAMES).context("the package `chromium` was installed, but the program is not on PATH");
    }
    bail!(
        "no Chromium or Chrome found. Install one (Debian: `apt-get install chromium`; macOS: `brew install --cask \
         google-chrome`; otherwise from its maker), or name the program in the variable CHROME, and try again"
    )
}

fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}
