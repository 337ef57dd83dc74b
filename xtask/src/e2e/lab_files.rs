//! Export and import, and what happens to files that are none.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

pub const TESTS: &[Test] = &[
    ("exported_weights_are_a_safetensors_file", exported_weights_are_a_safetensors_file),
    ("exported_script_names_the_weights", exported_script_names_the_weights),
    ("exported_weights_can_be_imported", |h| exported_weights_can_be_imported(h, lab::SHORT)),
    ("exported_weights_can_be_imported_on_webgpu", |h| exported_weights_can_be_imported(h, lab::SHORT_WEBGPU)),
    ("text_file_is_refused_and_training_goes_on", text_file_is_refused_and_training_goes_on),
    ("truncated_file_is_refused_and_the_run_stays", truncated_file_is_refused_and_the_run_stays),
];

const WEIGHTS: &str = "lenet5.safetensors";

/// The reference network's parameters under PyTorch's names, with their shapes.
fn reference() -> Vec<(&'static str, Value)> {
    vec![
        ("conv1.weight", json!([6, 1, 5, 5])),
        ("conv1.bias", json!([6])),
        ("conv2.weight", json!([16, 6, 5, 5])),
        ("conv2.bias", json!([16])),
        ("fc1.weight", json!([120, 400])),
        ("fc1.bias", json!([120])),
        ("fc2.weight", json!([84, 120])),
        ("fc2.bias", json!([84])),
        ("fc3.weight", json!([10, 84])),
        ("fc3.bias", json!([10])),
    ]
}

/// The parsed header of a safetensors file, and how many bytes of values follow it.
fn header(file: &[u8]) -> Result<(Value, usize)> {
    let (length, rest) = file.split_first_chunk::<8>().context("the file has a length")?;
    let length = usize::try_from(u64::from_le_bytes(*length))?;
    let header = rest.get(..length).context("the file has a header")?;
    Ok((serde_json::from_slice(header).context("the header is JSON")?, rest.len() - length))
}

fn exported_weights_are_a_safetensors_file(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    let (header, values) = header(&lab::download(&page, "#export-safetensors", WEIGHTS)?)?;
    ensure!(values == 4 * 61_706, "61,706 floats take 246,824 bytes, not {values}");
    let mut entries = header.as_object().context("the header is an object")?.clone();
    let metadata = entries.remove("__metadata__").unwrap_or_default();
    ensure!(metadata.to_string().contains("640"), "the settings are not in the metadata: {metadata}");
    ensure!(entries.len() == reference().len(), "the tensors are {:?}", entries.keys());
    for (name, shape) in reference() {
        ensure!(entries[name]["shape"] == shape, "{name} has the shape {}", entries[name]["shape"]);
        ensure!(entries[name]["dtype"] == "F32", "{name} is {}", entries[name]["dtype"]);
    }
    passed()
}

fn exported_script_names_the_weights(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, &format!("{}&pooling=max", lab::SHORT), Viewport::LAPTOP)?;
    let script = String::from_utf8(lab::download(&page, "#export-pytorch", "lenet5.py")?)?;
    for expected in ["import torch", WEIGHTS, "max_pool2d"] {
        ensure!(script.contains(expected), "the script does not contain {expected}");
    }
    passed()
}

fn exported_weights_can_be_imported(h: &Harness, query: &str) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    if query == lab::SHORT_WEBGPU && !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    let weights = lab::download(&page, "#export-safetensors", WEIGHTS)?;
    drop(page);
    let page = lab::open(h, query, Viewport::LAPTOP)?;
    let file = h.artefact("imported.safetensors");
    fs::write(&file, &weights)?;
    lab::import(&page, &file)?;
    lab::wait_notice(&page, "The file was loaded")?;
    ensure!(page.count("#notices [role=alert]")? == 0, "the import was complained about: {}", page.text("#notices")?);
    ensure!(values(&lab::download(&page, "#export-safetensors", WEIGHTS)?)? == values(&weights)?, "other weights");
    passed()
}

/// The bytes behind the header.
fn values(file: &[u8]) -> Result<Vec<u8>> {
    let (_, values) = header(file)?;
    Ok(file[file.len() - values..].to_vec())
}

fn refused(page: &Page, file: &Path, name: &str) -> Result<()> {
    lab::import(page, file)?;
    page.wait_for("#notices [role=alert]")?;
    let sentence = page.text("#notices [role=alert]")?;
    for expected in [name, "cannot be used", "byte", "Nothing was changed"] {
        ensure!(sentence.contains(expected), "the sentence lacks “{expected}”: “{sentence}”");
    }
    Ok(())
}

fn text_file_is_refused_and_training_goes_on(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    let file = h.artefact("letter.safetensors");
    fs::write(&file, "Dear reader, this is a letter and not a network.\n".repeat(50))?;
    refused(&page, &file, "letter.safetensors")?;
    lab::train_to_the_end(&page)?;
    ensure!(lab::step(&page)? == 20, "the run ended at step {}", lab::step(&page)?);
    passed()
}

fn truncated_file_is_refused_and_the_run_stays(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::PHONE)?;
    let weights = lab::download(&page, "#export-safetensors", WEIGHTS)?;
    let file = h.artefact("truncated.safetensors");
    fs::write(&file, &weights[..weights.len() / 2])?;
    refused(&page, &file, "truncated.safetensors")?;
    ensure!(lab::state(&page)? == "finished", "the run is {} now", lab::state(&page)?);
    let after = lab::download(&page, "#export-safetensors", WEIGHTS)?;
    ensure!(values(&after)? == values(&weights)?, "the weights changed");
    passed()
}
