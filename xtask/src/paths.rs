//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    // Cargo sets the variable when it runs the task; the compiled-in value serves a binary started by hand.
    let xtask =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or(xtask.clone(), Path::to_path_buf)
}

/// The built site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// What the repository ships as part of the site.
pub fn public() -> PathBuf {
    root().join("public")
}

/// What this host has installed besides.
pub fn assets() -> PathBuf {
    root().join("assets")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
}

/// Pinned tools live in the user's cache folder, so that a second clone finds them.
pub fn tools() -> PathBuf {
    cache().join("receptive").join("tools")
}

/// Downloaded checkpoints, for the same reason.
pub fn checkpoints() -> PathBuf {
    cache().join("receptive").join("checkpoints")
}

fn cache() -> PathBuf {
    let from = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(folder) = from("XDG_CACHE_HOME") {
        return folder;
    }
    if cfg!(windows) {
        return from("LOCALAPPDATA").unwrap_or_else(env::temp_dir);
    }
    let home = from("HOME").unwrap_or_else(env::temp_dir);
    if cfg!(target_os = "macos") { home.join("Library/Caches") } else { home.join(".cache") }
}

/// The first file of one of these names in a folder of `PATH`.
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names.iter().find_map(|name| {
        let file = if cfg!(windows) { format!("{name}.exe") } else { (*name).to_owned() };
        folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
    })
}
