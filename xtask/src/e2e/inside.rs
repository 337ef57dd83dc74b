//! The lab that looks inside networks as a visitor's hands and eyes: what its tests share. No tests.

use super::Harness;
use crate::browser::{Page, Viewport};
use crate::paths;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

/// Seconds until a photo went through SqueezeNet, also on a software GPU.
pub const PASS: u64 = 120;

/// Opens the lab and waits until the first sample photo went through the network.
pub fn open(h: &Harness, query: &str, viewport: Viewport) -> Result<Rc<Page>> {
    // Another network would be the first choice where this host has installed it.
    let network = if query.contains("network=") { "" } else { "&network=squeezenet1_1" };
    let page = h.open(&format!("inside?{query}{network}"), viewport)?;
    wait_computed(&page, 1)?;
    Ok(page)
}

/// Waits until this many photos (or networks) were computed to the end.
pub fn wait_computed(page: &Page, count: usize) -> Result<()> {
    page.wait_until(&format!("Number(document.getElementById('inside-lab')?.dataset.computed) >= {count}"), PASS)
        .with_context(|| format!("waiting for the network; notices “{}”", notices(page)))
}

pub fn computed(page: &Page) -> Result<usize> {
    Ok(data(page, "computed")?.parse()?)
}

/// A `data-` attribute of the lab.
pub fn data(page: &Page, name: &str) -> Result<String> {
    let value = page.eval(&format!("document.getElementById('inside-lab').dataset.{name}"))?;
    Ok(value.as_str().with_context(|| format!("the lab says its {name}"))?.to_owned())
}

pub fn notices(page: &Page) -> String {
    page.text("#inside-notices").unwrap_or_default()
}

/// A picture of tests/fixtures/pictures.
pub fn picture(name: &str) -> PathBuf {
    paths::root().join("tests/fixtures/pictures").join(name)
}

/// The samples and what PyTorch says of them.
pub fn samples() -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(paths::root().join("tests/fixtures/samples.json"))?)?)
}

/// Looks at a layer and waits until its maps are there.
pub fn look_at(page: &Page, layer: &str) -> Result<()> {
    page.select("#layer-choice", layer)?;
    page.wait_until(&format!("document.getElementById('inside-lab').dataset.layer === {}", json!(layer)), PASS)
}

/// How many different colours a canvas has, up to a hundred: a blank one has one.
pub fn colours(page: &Page, selector: &str) -> Result<u64> {
    let script = "selector => {
        const canvas = document.querySelector(selector);
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set(new Uint32Array(data.buffer));
        return Math.min(seen.size, 100);
    }";
    let count = page.eval(&format!("({script})({})", json!(selector)))?;
    count.as_u64().context("a canvas has colours")
}

/// Shape and values of a `.npy` file with 32-bit floats.
pub fn npy(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>)> {
    ensure!(bytes.starts_with(b"\x93NUMPY\x01\x00"), "it is no .npy file of version 1.0");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    ensure!((10 + length).is_multiple_of(64), "the values begin at a multiple of 64 bytes");
    let header = std::str::from_utf8(&bytes[10..10 + length])?;
    ensure!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"), "header: {header}");
    let shape = header.split_once('(').and_then(|(_, rest)| rest.split_once(')')).context("it has a shape")?.0;
    let numbers = shape.split(',').map(str::trim).filter(|part| !part.is_empty());
    let shape = numbers.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let values: Vec<f32> = bytes[10 + length..].as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    ensure!(values.len() == shape.iter().product::<usize>(), "{} values for the shape {shape:?}", values.len());
    Ok((shape, values))
}
