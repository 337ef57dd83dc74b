//! The compute workers run the classic networks as PyTorch does, on the CPU and on WebGPU.
//!
//! The expected values are those of `tests/parity/classic/`: weights and picture come from a formula that the worker
//! computes too, so nothing is downloaded but the worker.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, passed, skipped};
use crate::browser::Viewport;
use crate::paths;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;

pub const TESTS: &[Test] = &[
    ("squeezenet_agrees_with_pytorch_on_the_cpu", |h| agrees(h, "squeezenet1_1", "cpu")),
    ("alexnet_agrees_with_pytorch_on_the_cpu", |h| agrees(h, "alexnet", "cpu")),
    ("squeezenet_agrees_with_pytorch_on_webgpu", |h| agrees(h, "squeezenet1_1", "gpu")),
    ("alexnet_agrees_with_pytorch_on_webgpu", |h| agrees(h, "alexnet", "gpu")),
];

/// Relative to the largest value of a layer.
const TOLERANCE: f64 = 1e-4;

/// Starts a worker, asks for the layers, and leaves their sums and samples in `window.found`.
const RUN: &str = "(backend, architecture, wanted) => {
    const worker = new Worker('worker_' + backend + '_loader.js');
    const fail = why => { window.found = { error: String(why) }; };
    worker.onerror = event => fail(event.message);
    worker.onmessage = ({ data: [body, ...buffers] }) => {
        if (body.Ready) {
            const layers = wanted.map(layer => layer.name);
            worker.postMessage([{ Inside: { Parity: { request: 1, architecture, layers } } }]);
        } else if (body.Failed) {
            fail(JSON.stringify(body.Failed));
        } else if (body.Inside?.ParityRun) {
            window.found = { layers: buffers.map((bytes, i) => {
                const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
                const found = { samples: [], sum: 0, abs_sum: 0 };
                values.forEach((value, place) => {
                    found.sum += value;
                    found.abs_sum += Math.abs(value);
                    if (place % wanted[i].stride === 0) found.samples.push(value);
                });
                return found;
            }) };
            worker.terminate();
        }
    };
    worker.postMessage([{ Open: { assets: new URL('./', document.baseURI).href } }]);
}";

/// AlexNet on a software GPU: making up 61 million weights and computing 0.7 billion products.
const PATIENCE: u64 = 300;

fn agrees(h: &Harness, key: &str, backend: &str) -> Result<Outcome> {
    let page = h.open("", Viewport::LAPTOP)?;
    if backend == "gpu" && !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    let file = paths::root().join(format!("tests/parity/classic/{key}.json"));
    let fixture: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    let mut expected: Vec<(String, Value)> = Vec::new();
    for (name, summary) in fixture["layers"].as_object().context("the fixture has layers")? {
        expected.push((name.clone(), summary.clone()));
    }
    let last = if key == "alexnet" { "classifier.6" } else { "flatten" };
    expected.push((last.to_owned(), fixture["logits"].clone()));
    let wanted: Vec<Value> = expected.iter().map(|(name, s)| json!({ "name": name, "stride": s["stride"] })).collect();
    page.eval(&format!("({RUN})({}, {}, {})", json!(backend), json!(key), json!(wanted)))?;
    page.wait_until("window.found", PATIENCE)?;
    let found = page.eval("window.found")?;
    ensure!(found["error"].is_null(), "the worker said: {}", found["error"]);
    for ((name, expected), got) in expected.iter().zip(found["layers"].as_array().context("layers came back")?) {
        let number = |value: &Value| value.as_f64().context("a number");
        let samples = |of: &Value| of["samples"].as_array().cloned().unwrap_or_default();
        let (ours, theirs) = (samples(got), samples(expected));
        ensure!(ours.len() == theirs.len() && !ours.is_empty(), "{name}: {} samples for {}", ours.len(), theirs.len());
        let most = number(&expected["max"])?;
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let (ours, theirs) = (number(ours)?, number(theirs)?);
            ensure!(
                (ours - theirs).abs() <= TOLERANCE * most,
                "{key} {name}: {ours} for {theirs}, the largest is {most}"
            );
        }
        let (sum, of_all) = (number(&got["abs_sum"])?, number(&expected["abs_sum"])?);
        ensure!((sum - of_all).abs() <= TOLERANCE * of_all, "{key} {name}: magnitudes sum up to {sum}, not {of_all}");
    }
    passed()
}
