//! Rules about the source files themselves.

use crate::paths;
use anyhow::{Result, bail};
use std::fs;
use walkdir::WalkDir;

/// A file longer than this holds more than one idea.
const LONGEST: usize = 450;
/// Where people's folders lie; the folders of whoever runs this are looked for too.
const HOMES: &[&str] = &["/home/", "/Users/", r"C:\Users"];
/// This file names them.
const EXEMPT: &str = "tidy.rs";

/// Checks every source file.
///
/// # Errors
/// One line per breach.
pub fn check() -> Result<()> {
    let root = paths::root();
    let own = [std::env::var("HOME").unwrap_or_default(), root.display().to_string()];
    let own = own.into_iter().filter(|folder| folder.len() > 1).map(|folder| format!("{folder}/"));
    let homes: Vec<String> = HOMES.iter().map(|home| (*home).to_owned()).chain(own).collect();
    let mut breaches = Vec::new();
    for folder in ["src", "loops/src", "worker_cpu/src", "tests", "xtask/src", "style", ".ci", ".cargo"] {
        for entry in WalkDir::new(root.join(folder)).into_iter().filter_map(|e| e.ok()) {
            let Ok(text) = fs::read_to_string(entry.path()) else { continue };
            let name = entry.path().strip_prefix(&root)?.display().to_string();
            breaches.extend(breaches_of(&name, &text, &homes));
        }
    }
    if !breaches.is_empty() {
        bail!("the source is not tidy:\n  {}", breaches.join("\n  "));
    }
    Ok(())
}

fn breaches_of(name: &str, text: &str, homes: &[String]) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if name.ends_with(".rs") && lines > LONGEST {
        breaches.push(format!("{name} has {lines} lines; {LONGEST} is the most"));
    }
    if !name.ends_with(EXEMPT) {
        for home in homes.iter().filter(|home| text.contains(home.as_str())) {
            breaches.push(format!("{name} names a folder of one machine ({home})"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_long_files_and_machine_paths() {
        let homes = ["/home/".to_owned()];
        assert!(breaches_of("src/a.rs", &"x\n".repeat(450), &homes).is_empty());
        assert_eq!(breaches_of("src/a.rs", &"x\n".repeat(451), &homes).len(), 1);
        assert_eq!(breaches_of("src/a.rs", "see /home/me/x", &homes).len(), 1);
    }
}
