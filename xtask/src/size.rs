//! `cargo xtask size`: what a visitor downloads, compressed, against the budgets.

use crate::{paths, site};
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use receptive::data::Manifest;
use serde::Serialize;
use std::fs;
use std::io::Write;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Measure dist/ as it is.
    #[arg(long)]
    no_build: bool,
}

/// One download and its budget, in bytes after `gzip -9`.
#[derive(Serialize)]
pub struct Row {
    what: &'static str,
    files: Vec<String>,
    bytes: u64,
    gzip: u64,
    budget: u64,
}

/// The network that is in the repository.
const EMBEDDED: &str = "squeezenet1_1";
const WORKER_CPU: &[&str] = &["worker_cpu_loader.js", "worker_cpu.js", "worker_cpu_bg.wasm"];
const WORKER_GPU: &[&str] = &["worker_gpu_loader.js", "worker_gpu.js", "worker_gpu_bg.wasm"];

/// Measures the built site and fails where it is over budget.
///
/// # Errors
/// When the site cannot be built, or a download is over its budget.
pub fn run(args: Args) -> Result<()> {
    let dist = if args.no_build { paths::dist() } else { site::ready()? };
    let rows = measure(&dist)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        print(&rows);
    }
    let over: Vec<_> = rows.iter().filter(|row| row.gzip > row.budget).map(|row| row.what).collect();
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

/// What a visitor downloads.
///
/// # Errors
/// When a file of the site is missing.
pub fn measure(dist: &Path) -> Result<Vec<Row>> {
    let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
    Ok(vec![
        // What was measured with four labs, and a few KB to spare.
        row(dist, "app, to first paint", first_paint(&fs::read_to_string(dist.join("index.html"))?), 690_000)?,
        row(dist, "CPU compute module", owned(WORKER_CPU), 835_000)?,
        row(dist, "GPU compute module", owned(WORKER_GPU), 2_000_000)?,
        // 3.0 MB are wanted of it (`bench inside`); what paths and versions of tools change must not fail a build.
        row(dist, "Look inside with SqueezeNet, on the CPU", opening_inside(dist)?, 3_010_000)?,
    ])
}

/// As a table.
pub fn print(rows: &[Row]) {
    println!("| download | raw | gzip -9 | budget | |");
    println!("| --- | ---: | ---: | ---: | --- |");
    for row in rows {
        let verdict = if row.gzip > row.budget { "OVER" } else { "ok" };
        let kb = |bytes: u64| format!("{:.1} KB", bytes as f64 / 1000.0);
        println!("| {} | {} | {} | {} | {verdict} |", row.what, kb(row.bytes), kb(row.gzip), kb(row.budget));
    }
}

/// What opening the lab that looks inside networks fetches besides the app: the compute module, the network that is
/// always there, the first photo and the small copies of all of them.
fn opening_inside(dist: &Path) -> Result<Vec<String>> {
    let manifest = Manifest::parse(&fs::read(dist.join("manifest.json"))?)?;
    let network = manifest.networks.iter().find(|n| n.name == EMBEDDED).context("SqueezeNet ships with the page")?;
    let mut files: Vec<String> = WORKER_CPU.iter().map(|file| (*file).to_owned()).collect();
    files.push("manifest.json".to_owned());
    files.extend(network.files().cloned());
    let of = |folder: &'static str| manifest.assets.iter().map(|a| &a.path).filter(move |p| p.starts_with(folder));
    files.extend(of("samples/").take(1).cloned());
    files.extend(of("thumbnails/").cloned());
    Ok(files)
}

fn row(dist: &Path, what: &'static str, files: Vec<String>, budget: u64) -> Result<Row> {
    let (mut bytes, mut gzip) = (0, 0);
    for file in &files {
        let Ok(content) = fs::read(dist.join(file)) else { bail!("{file} is missing from {}", dist.display()) };
        bytes += content.len() as u64;
        gzip += transferred(file, &content)?;
    }
    Ok(Row { what, files, bytes, gzip, budget })
}

/// Bytes of a file as a host sends it: what is text or code compressed, everything else as it is.
///
/// # Errors
/// When there is no memory left.
pub fn transferred(name: &str, content: &[u8]) -> Result<u64> {
    if !["html", "css", "js", "wasm", "json", "txt", "svg"].iter().any(|ending| name.ends_with(ending)) {
        return Ok(content.len() as u64);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len() as u64)
}

/// The page and every file of this site that it names.
fn first_paint(page: &str) -> Vec<String> {
    let mut files = vec!["index.html".to_owned()];
    for name in
        ["href=\"", "src=\"", "data-js=\"", "data-wasm=\""].iter().flat_map(|attribute| page.split(attribute).skip(1))
    {
        let name = name.split('"').next().unwrap_or_default().trim_start_matches("./");
        let name = name.split(['?', '#']).next().unwrap_or_default();
        if !name.is_empty() && !name.ends_with('/') && !name.contains(':') && !files.iter().any(|f| f == name) {
            files.push(name.to_owned());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_paint_names_each_file_once() {
        let page = r#"<base href="./"><link href="./a.css"><link href="x.wasm"><script src="boot.js" data-js="x.js" data-wasm="x.wasm">"#;
        assert_eq!(first_paint(page), ["index.html", "a.css", "x.wasm", "boot.js", "x.js"]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let dist = tempfile::tempdir().unwrap();
        let error = row(dist.path(), "x", vec!["gone.wasm".into()], 1).err().unwrap();
        assert!(error.to_string().contains("gone.wasm"));
    }
}
