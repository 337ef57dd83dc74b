//! The pinned build tools: installed once per user, never globally.

use crate::{paths, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Newer ones need a newer Rust.
const TRUNK: &str = "0.21.14";
/// Must be the version of the `wasm-bindgen` crate in Cargo.toml.
const WASM_BINDGEN: &str = "0.2.130";
const BINARYEN: &str = "132.0.0";

/// What a build needs.
pub struct Tools {
    pub trunk: PathBuf,
    /// The folder that holds the `wasm-bindgen` program.
    pub wasm_bindgen_folder: PathBuf,
    pub wasm_opt: Option<PathBuf>,
}

impl Tools {
    /// Finds them, and installs what is missing.
    ///
    /// # Errors
    /// When something needed cannot be installed. A missing `wasm-opt` is only said aloud.
    pub fn ready() -> Result<Self> {
        wasm_target()?;
        Ok(Self {
            trunk: cargo_tool("trunk", TRUNK, "trunk", true, "4 to 8 minutes")?,
            wasm_bindgen_folder: cargo_tool("wasm-bindgen-cli", WASM_BINDGEN, "wasm-bindgen", false, "1 to 3 minutes")?
                .parent()
                .context("a program lies in a folder")?
                .to_path_buf(),
            wasm_opt: wasm_opt(),
        })
    }

    /// Which tools these are; a change of any of them makes a build stale.
    pub fn versions(&self) -> String {
        let optimiser = self.wasm_opt.as_ref().map_or("none".to_owned(), |path| path.display().to_string());
        format!("trunk {TRUNK}, wasm-bindgen {WASM_BINDGEN}, wasm-opt {optimiser}")
    }
}

/// Adds Rust's WebAssembly target where it is missing.
///
/// # Errors
/// When rustup is not there or cannot add it.
pub fn wasm_target() -> Result<()> {
    let sysroot = sh::output(sh::command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    sh::say("Adding Rust's WebAssembly target (usually under a minute, once)");
    sh::run(sh::command("rustup").args(["target", "add", WASM_TARGET]))
        .context("Rust's WebAssembly target is missing, and rustup could not add it")
}

fn cargo_tool(package: &str, version: &str, program: &str, locked: bool, how_long: &str) -> Result<PathBuf> {
    let folder = paths::tools().join(format!("{package}-{version}"));
    let path = folder.join("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    sh::say(&format!("Installing {package} {version} into {} (usually {how_long}, once per user)", folder.display()));
    let mut install = sh::cargo();
    install.args(["install", package, "--version", version, "--root"]).arg(&folder);
    install.env("CARGO_TARGET_DIR", folder.join("build"));
    if locked {
        install.arg("--locked");
    }
    sh::run(&mut install).with_context(|| format!("{package} {version} could not be installed"))?;
    std::fs::remove_dir_all(folder.join("build")).ok();
    if !path.is_file() {
        bail!("{package} was installed, but {} is not there", path.display());
    }
    Ok(path)
}

/// `wasm-opt` from `PATH`, or from the npm package `binaryen`; `None` where neither can be had.
fn wasm_opt() -> Option<PathBuf> {
    if let Some(path) = paths::on_path(&["wasm-opt"]) {
        return Some(path);
    }
    let folder = paths::tools().join(format!("binaryen-{BINARYEN}"));
    let path = folder.join("node_modules/binaryen/bin/wasm-opt");
    if path.is_file() {
        return Some(path);
    }
    let npm = paths::on_path(&["npm"])?;
    sh::say(&format!(
        "Installing wasm-opt (npm package binaryen {BINARYEN}) into {} (usually under a minute, once per user)",
        folder.display()
    ));
    std::fs::create_dir_all(&folder).ok()?;
    let package = format!("binaryen@{BINARYEN}");
    let installed = sh::run(
        Command::new(npm)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(&folder)
            .arg(package),
    );
    if let Err(error) = installed {
        sh::warn(&format!("wasm-opt could not be installed: {error:#}"));
        return None;
    }
    path.is_file().then_some(path)
}
