//! Rules about the source files themselves.

use crate::paths;
use anyhow::{Result, bail};
use std::fs;
use walkdir::WalkDir;

/// A file longer than this holds more than one idea.
const LONGEST: usize = 450;
/// Folders that exist on somebody's machine only.
const FOREIGN: &[&str] = &["/home/", "/Users/", "/root/", "C:\\\\Users"];
/// This file names them.
const EXEMPT: &str = "tidy.rs";

/// Checks every source file.
///
/// # Errors
/// One line per breach.
pub fn check() -> Result<()> {
    let root = paths::root();
    let mut breaches = Vec::new();
    for folder in ["src", "tests", "xtask/src", "style", ".ci", ".cargo"] {
        for entry in WalkDir::new(root.join(folder)).into_iter().filter_map(|e| e.ok()) {
            let Ok(text) = fs::read_to_string(entry.path()) else { continue };
            let name = entry.path().strip_prefix(&root)?.display().to_string();
            breaches.extend(breaches_of(&name, &text));
        }
    }
    if !breaches.is_empty() {
        bail!("the source is not tidy:\n  {}", breaches.join("\n  "));
    }
    Ok(())
}

fn breaches_of(name: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if name.ends_with(".rs") && lines > LONGEST {
        breaches.push(format!("{name} has {lines} lines; {LONGEST} is the most"));
    }
    if !name.ends_with(EXEMPT) {
        for folder in FOREIGN.iter().filter(|folder| text.contains(**folder)) {
            breaches.push(format!("{name} names a folder of one machine ({folder})"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_long_files_and_machine_paths() {
        assert!(breaches_of("src/a.rs", &"x\n".repeat(450)).is_empty());
        assert_eq!(breaches_of("src/a.rs", &"x\n".repeat(451)).len(), 1);
        assert_eq!(breaches_of("src/a.rs", "see /home/me/x").len(), 1);
    }
}
