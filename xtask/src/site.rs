//! The site in dist/: Trunk builds it, then its modules are made smaller and deep links get their own page.

use crate::sorted::sorted;
use crate::tools::Tools;
use crate::{assets, paths, sh, size};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use walkdir::WalkDir;

/// Paths of the app that can be opened directly; each gets a copy of the page, because a plain static
/// host knows nothing of the app's routes.
pub const ROUTES: &[&str] = &["lenet", "inside", "teach", "googlenet"];

/// The compute workers; Trunk leaves their names as they are.
const WORKERS: &[&str] = &["worker_cpu", "worker_gpu"];
const WORKER_LOADER: &str = include_str!("worker_loader.js");

/// Everything the site is made from; nothing else changes it.
const INPUTS: &[&str] = &[
    "src",
    "loops",
    "worker_cpu",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
];

/// Named one by one: `--all-features` would emit what no browser accepts yet.
const WASM_FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// `cargo xtask build`: builds where needed and prints what it weighs.
///
/// # Errors
/// When a tool or the build fails.
pub fn build() -> Result<()> {
    ready()?;
    size::print(&size::measure(&paths::dist())?);
    println!("The site is in {}: copy it to any static host, at the root or below a path.", paths::dist().display());
    Ok(())
}

/// The site in dist/ with what this host has installed in assets/. Returns its folder.
///
/// # Errors
/// When a tool or the build fails.
pub fn ready() -> Result<PathBuf> {
    let dist = built()?;
    // Every time: networks and data come and go without a new build.
    assets::overlay(&paths::public(), &paths::assets(), &dist)?;
    Ok(dist)
}

/// Builds the site unless dist/ is already made from exactly these inputs.
fn built() -> Result<PathBuf> {
    let tools = Tools::ready()?;
    let dist = paths::dist();
    let stamp_file = dist.join(".stamp");
    let stamp = stamp(&tools)?;
    if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        sh::say("The site is up to date");
        return Ok(dist);
    }
    // A build that ends half-way must not look finished.
    fs::remove_file(&stamp_file).ok();

    sh::say("Fetching the crates (usually under a minute, once)");
    let host = sh::output(sh::command("rustc").args(["--print", "host-tuple"]))?;
    sh::run(sh::cargo().args(["fetch", "--quiet", "--target", "wasm32-unknown-unknown", "--target", host.trim()]))?;
    sh::say(
        "Building the page and both compute workers (usually 6 to 15 minutes the first time, 1 to 3 after a change)",
    );
    trunk(&tools)?;
    optimise(&tools, &dist)?;
    loaders(&dist)?;
    one_stylesheet(&dist)?;
    deep_links(&dist)?;
    fs::write(&stamp_file, stamp)?;
    Ok(dist)
}

fn trunk(tools: &Tools) -> Result<()> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools.wasm_bindgen_folder.clone()).chain(std::env::split_paths(&old));
    let mut build = sh::command(&tools.trunk);
    // Offline: everything is there, and Trunk must not fetch tools of its own.
    build.args(["--offline", "--skip-version-check", "build"]).env("PATH", std::env::join_paths(folders)?);
    // Trunk takes the value of NO_COLOR for that of its own option, and refuses "1".
    build.env_remove("NO_COLOR");
    sh::run(&mut build)
}

/// Makes all modules smaller after compression: by wasm-opt the page and the GPU worker, by the order of their functions
/// all three. The CPU worker stays as the compiler made it: every level of wasm-opt makes its unrolled kernels larger after
/// compression, and slower.
fn optimise(tools: &Tools, dist: &Path) -> Result<()> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(dist)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            modules.push(path);
        }
    }
    let Some(wasm_opt) = &tools.wasm_opt else {
        sh::warn(
            "wasm-opt is neither on PATH nor can npm fetch it: the site works, but its modules are larger. \
             Install Binaryen or Node.js with npm and build again.",
        );
        return modules.iter().try_for_each(|module| sort_functions(module));
    };
    sh::say("Shrinking the WebAssembly modules with wasm-opt (usually 1 to 3 minutes)");
    thread::scope(|scope| {
        let optimised = modules.iter().filter(|module| !name(module).starts_with("worker_cpu"));
        let tasks: Vec<_> = optimised.map(|module| scope.spawn(|| optimise_module(wasm_opt, module))).collect();
        for task in tasks {
            if let Err(error) = task.join().expect("the closure does not panic") {
                sh::warn(&format!("a module stays as the compiler made it: {error:#}"));
            }
        }
    });
    modules.iter().try_for_each(|module| sort_functions(module))
}

fn name(module: &Path) -> &str {
    module.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn sort_functions(module: &Path) -> Result<()> {
    let result = sorted(&fs::read(module)?).with_context(|| format!("Trunk made a broken {}", name(module)))?;
    Ok(fs::write(module, result)?)
}

/// Optimises one module in place; the result is kept, so that an unchanged module costs nothing next time.
fn optimise_module(wasm_opt: &Path, module: &Path) -> Result<()> {
    // Twice and flattened costs seconds for the page and saves it 2 KB; for the large GPU module it would cost minutes.
    let level: &[&str] =
        if name(module).starts_with("app") { &["--flatten", "--rereloop", "-Oz", "-Oz"] } else { &["-Oz"] };
    let kept = paths::target().join("wasm-opt");
    fs::create_dir_all(&kept)?;
    let key = hex(Sha256::new()
        .chain_update(fs::read(module)?)
        .chain_update(level.join(" "))
        .chain_update(wasm_opt.as_os_str().as_encoded_bytes()));
    // With names, unlike those of earlier versions.
    let optimised = kept.join(format!("{key}.named.wasm"));
    if !optimised.is_file() {
        let partial = kept.join(format!("{key}.partial"));
        let mut command = Command::new(wasm_opt);
        command.args(level).args(WASM_FEATURES).arg("--debuginfo");
        sh::output(command.arg(module).arg("-o").arg(&partial))?;
        fs::rename(partial, &optimised)?;
    }
    fs::copy(optimised, module)?;
    Ok(())
}

/// Writes `<worker>_loader.js` for every worker; it names the module with a digest, so that no cache mixes versions.
fn loaders(dist: &Path) -> Result<()> {
    for worker in WORKERS {
        let mut digest = Sha256::new();
        for file in [format!("{worker}.js"), format!("{worker}_bg.wasm")] {
            digest.update(fs::read(dist.join(&file)).with_context(|| format!("Trunk made no {file}"))?);
        }
        let version = &hex(digest)[..16];
        let loader = WORKER_LOADER.replace("MODULE", worker).replace("VERSION", version);
        fs::write(dist.join(format!("{worker}_loader.js")), loader)?;
    }
    Ok(())
}

/// Joins the stylesheets into one, in their order: one request before the first paint, and it compresses better.
fn one_stylesheet(dist: &Path) -> Result<()> {
    const START: &str = r#"<link rel="stylesheet" href="./"#;
    let mut page = fs::read_to_string(dist.join("index.html"))?;
    let Some(place) = page.find(START) else { return Ok(()) };
    let mut styles = String::new();
    while let Some(start) = page.find(START) {
        let name = page[start + START.len()..].split('"').next().unwrap_or_default().to_owned();
        let file = dist.join(&name);
        styles.push_str(&fs::read_to_string(&file).with_context(|| format!("the page asks for {name}"))?);
        styles.push('\n');
        fs::remove_file(file)?;
        let end = start + page[start..].find('>').context("a link ends")? + 1;
        // The line break and the indentation go with it.
        let end = end + page[end..].len() - page[end..].trim_start().len();
        page.replace_range(start..end, "");
    }
    let name = format!("style-{}.css", &hex(Sha256::new().chain_update(&styles))[..16]);
    page.insert_str(place, &format!("<link rel=\"stylesheet\" href=\"{name}\">\n    "));
    fs::write(dist.join(name), styles)?;
    fs::write(dist.join("index.html"), page)?;
    Ok(())
}

/// Writes `<route>/index.html` for every route: the same page, whose links start one folder up.
fn deep_links(dist: &Path) -> Result<()> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    for route in ROUTES {
        let up = "../".repeat(route.split('/').count());
        let deeper = page.replacen(r#"<base href="./""#, &format!(r#"<base href="{up}""#), 1);
        anyhow::ensure!(deeper != page, r#"index.html has no <base href="./"> to change for /{route}"#);
        let folder = dist.join(route);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("index.html"), deeper)?;
    }
    Ok(())
}

/// A digest of all inputs, by content, and of the tools.
fn stamp(tools: &Tools) -> Result<String> {
    let root = paths::root();
    let mut digest = Sha256::new();
    digest.update(tools.versions());
    digest.update(sh::output(sh::command("rustc").arg("-vV"))?);
    // How dist/ is made is part of what it is made from.
    digest.update(include_str!("site.rs"));
    digest.update(WORKER_LOADER);
    for input in INPUTS {
        for entry in WalkDir::new(root.join(input)).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() {
                digest.update(entry.path().strip_prefix(&root)?.as_os_str().as_encoded_bytes());
                digest.update(Sha256::digest(fs::read(entry.path())?));
            }
        }
    }
    Ok(hex(digest))
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_links_point_one_folder_up() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("index.html"), r#"<base href="./"><script src="boot.js">"#).unwrap();
        deep_links(dist.path()).unwrap();
        let page = fs::read_to_string(dist.path().join("lenet/index.html")).unwrap();
        assert_eq!(page, r#"<base href="../"><script src="boot.js">"#);
    }

    #[test]
    fn stylesheets_become_one_in_their_order() {
        let dist = tempfile::tempdir().unwrap();
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"./b.css\"/>\n  <link rel=\"stylesheet\" href=\"./a.css\"/>\n  <title>";
        fs::write(dist.path().join("index.html"), page).unwrap();
        fs::write(dist.path().join("b.css"), "p { color: red }").unwrap();
        fs::write(dist.path().join("a.css"), "p { color: blue }").unwrap();
        one_stylesheet(dist.path()).unwrap();
        let page = fs::read_to_string(dist.path().join("index.html")).unwrap();
        let name = page.split('"').nth(3).unwrap();
        assert_eq!(page, format!("<head>\n  <link rel=\"stylesheet\" href=\"{name}\">\n    <title>"));
        assert_eq!(fs::read_to_string(dist.path().join(name)).unwrap(), "p { color: red }\np { color: blue }\n");
        assert!(!dist.path().join("a.css").exists());
    }

    #[test]
    fn a_page_without_base_is_refused() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("index.html"), "<p>").unwrap();
        assert!(deep_links(dist.path()).is_err());
    }
}
