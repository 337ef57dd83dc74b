//! Which networks there are: the ledger of all of them, what is not installed, and a checkpoint that PyTorch wrote.

use super::{Harness, Outcome, Test, inside, lab, passed};
use crate::browser::{Page, Viewport};
use crate::server::Server;
use crate::{paths, sh};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use walkdir::WalkDir;

pub const TESTS: &[Test] = &[
    ("inside_the_ledger_knows_every_network", the_ledger_knows_every_network),
    ("inside_what_is_not_installed_is_said", what_is_not_installed_is_said),
    ("inside_a_site_without_weights_works", a_site_without_weights_works),
    ("inside_a_checkpoint_of_pytorch_gives_its_feature_maps", a_checkpoint_of_pytorch),
];

/// Keys and trainable values, as published.
const NETWORKS: &[(&str, &str)] = &[
    ("alexnet", "61,100,840"),
    ("vgg11", "132,863,336"),
    ("vgg16", "138,357,544"),
    ("vgg19", "143,667,240"),
    ("googlenet", "6,624,904"),
    ("resnet18", "11,689,512"),
    ("resnet34", "21,797,672"),
    ("resnet50", "25,557,032"),
    ("resnet101", "44,549,160"),
    ("resnet152", "60,192,808"),
    ("squeezenet1_1", "1,235,496"),
    ("googlenet_cifar", "5,983,802"),
    ("lenet5", "61,706"),
];

fn the_ledger_knows_every_network(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    for (key, parameters) in NETWORKS {
        page.select("#ledger-a", key)?;
        page.wait_until(
            &format!("document.getElementById('ledger-table')?.innerText.includes('{parameters}')"),
            lab::ANSWER,
        )
        .with_context(|| format!("the ledger of {key} should say {parameters}"))?;
    }
    page.select("#ledger-a", "alexnet")?;
    page.wait_for_text("11 x 11 x 3 x 64 + 64 = 23,296")?;
    page.select("#ledger-b", "vgg16")?;
    page.wait_for_text("15,470,264,320")?;
    passed()
}

fn what_is_not_installed_is_said(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu&network=alexnet", Viewport::PHONE)?;
    page.wait_until("document.body.textContent.includes('cargo xtask assets fetch alexnet')", lab::ANSWER)?;
    ensure!(inside::data(&page, "network")? == "squeezenet1_1", "the network that is always there is open");
    passed()
}

/// A copy of the site, in which files may be changed.
pub(super) fn copy_of_the_site(h: &Harness, name: &str) -> Result<std::path::PathBuf> {
    let folder = h.artefact(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let dist = paths::dist();
    for entry in WalkDir::new(&dist) {
        let entry = entry?;
        let to = folder.join(entry.path().strip_prefix(&dist)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(folder)
}

fn served(h: &Harness, site: &Path, query: &str) -> Result<(Server, Page)> {
    let server = Server::start(site, "", 0)?;
    // Not through the harness: this is a site of its own.
    let page = h.browser.page(Viewport::LAPTOP)?;
    page.goto(&format!("{}inside?{query}", server.url()))?;
    h.started(&page)?;
    Ok((server, page))
}

fn a_site_without_weights_works(h: &Harness) -> Result<Outcome> {
    let site = copy_of_the_site(h, "site-without-weights")?;
    let file = site.join("manifest.json");
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    manifest["networks"] = json!([]);
    fs::write(&file, manifest.to_string())?;
    let (_server, page) = served(h, &site, "backend=cpu")?;
    page.wait_until("document.body.textContent.includes('cargo xtask assets fetch')", lab::ANSWER)?;
    page.select("#ledger-a", "resnet50")?;
    page.wait_for_text("25,557,032")?;
    ensure!(page.problems().is_empty(), "problems: {:?}", page.problems());
    passed()
}

/// A `state_dict` that PyTorch itself saved goes through `cargo xtask assets import` and comes out of the lab with
/// PyTorch's own feature maps of a photo.
fn a_checkpoint_of_pytorch(h: &Harness) -> Result<Outcome> {
    let site = copy_of_the_site(h, "site-with-a-checkpoint")?;
    let fixtures = paths::root().join("tests/fixtures/checkpoints");
    let checkpoint = h.artefact("squeezenet1_1-random.pth");
    let mut unpacked = Vec::new();
    let packed = fs::File::open(fixtures.join("squeezenet1_1-random.pth.gz"))?;
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut unpacked)?;
    fs::write(&checkpoint, unpacked)?;
    let import =
        ["assets", "import", "--architecture", "squeezenet1_1", "--name", "random", "--title", "Random weights"];
    sh::output(
        std::process::Command::new(std::env::current_exe()?)
            .args(import)
            .arg("--checkpoint")
            .arg(&checkpoint)
            .arg("--into")
            .arg(&site),
    )?;
    let (_server, page) = served(h, &site, "backend=cpu&network=random")?;
    inside::wait_computed(&page, 1)?;
    ensure!(inside::data(&page, "network")? == "random", "the imported network is open");
    let expected: Value = serde_json::from_str(&fs::read_to_string(fixtures.join("expected.json"))?)?;
    let expected = &expected["squeezenet1_1_random"];
    for layer in ["features.0", "features.3", "features.5", "features.12"] {
        inside::look_at(&page, layer)?;
        let file = lab::download(&page, "#save-maps-npy", &format!("random-{layer}-maps.npy"))?;
        let (_, values) = inside::npy(&file)?;
        compare(layer, &values, &expected[layer])?;
    }
    ensure!(page.problems().is_empty(), "problems: {:?}", page.problems());
    passed()
}

/// The photo is decoded by another library than PyTorch's, whose pixels may differ by one level: a hundredth of the
/// largest value. Weights are the same to the bit.
const TOLERANCE: f64 = 0.01;

fn compare(layer: &str, got: &[f32], expected: &Value) -> Result<()> {
    let number = |name: &str| expected[name].as_f64().with_context(|| format!("{layer} has a {name}"));
    let stride = expected["stride"].as_u64().context("it has a stride")? as usize;
    let samples = expected["samples"].as_array().context("it has samples")?;
    let most = number("max")?;
    for (i, (got, wanted)) in got.iter().step_by(stride).zip(samples).enumerate() {
        let wanted = wanted.as_f64().context("samples are numbers")?;
        let difference = (f64::from(*got) - wanted).abs();
        ensure!(difference <= TOLERANCE * most, "{layer}[{}]: {got} for {wanted}, the largest is {most}", i * stride);
    }
    let sum: f64 = got.iter().map(|v| f64::from(v.abs())).sum();
    let wanted = number("abs_sum")?;
    ensure!((sum - wanted).abs() <= TOLERANCE * wanted, "{layer}: magnitudes sum up to {sum}, not {wanted}");
    Ok(())
}
