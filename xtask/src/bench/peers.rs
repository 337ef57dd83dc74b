//! The libraries we are compared with: fetched by npm into the user's cache folder, never kept in the repository.

use crate::{paths, sh};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Changing a version changes the folder's name, so that an old installation is never taken for a new one.
const FOLDER: &str = "bench-peers-tfjs-4.22.0-jaxjs-0.1.25";
const PACKAGES: &[&str] = &[
    "@tensorflow/tfjs@4.22.0",
    "@tensorflow/tfjs-backend-webgpu@4.22.0",
    "@tensorflow/tfjs-backend-wasm@4.22.0",
    "@jax-js/jax@0.1.25",
];
/// What the pages load: files and folders below `node_modules`.
pub const SERVED: &[&str] = &[
    "@tensorflow/tfjs/dist/tf.min.js",
    "@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm",
    "@jax-js/jax/dist",
];

/// The `node_modules` folder with the libraries, or `None`, said aloud, where npm is missing.
///
/// # Errors
/// When npm is there and cannot install them.
pub fn ready() -> Result<Option<PathBuf>> {
    let folder = paths::tools().join(FOLDER);
    let modules = folder.join("node_modules");
    if SERVED.iter().all(|path| modules.join(path).exists()) {
        return Ok(Some(modules));
    }
    let Some(npm) = paths::on_path(&["npm"]) else {
        sh::warn(
            "npm is not on PATH, so TensorFlow.js and jax-js are not measured. Install Node.js and run this again.",
        );
        return Ok(None);
    };
    sh::say(&format!(
        "Installing TensorFlow.js and jax-js into {} (usually under a minute, once per user)",
        folder.display()
    ));
    fs::create_dir_all(&folder)?;
    sh::run(
        Command::new(npm)
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(&folder)
            .args(PACKAGES),
    )
    .context("npm could not install the libraries to compare with")?;
    Ok(Some(modules))
}
