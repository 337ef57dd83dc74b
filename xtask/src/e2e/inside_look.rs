//! Kernels, maps, arithmetic, predictions and Grad-CAM of a photo, with the network that ships with the page.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, inside, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;

pub const TESTS: &[Test] = &[
    ("inside_a_photo_is_named_as_by_pytorch", named_as_by_pytorch),
    ("inside_kernels_and_maps_are_painted", kernels_and_maps_are_painted),
    ("inside_a_value_is_spelt_out", a_value_is_spelt_out),
    ("inside_works_by_keyboard", works_by_keyboard),
    ("inside_a_map_is_enlarged_with_its_patches", a_map_is_enlarged),
    ("inside_grad_cam_is_shown_and_saved", grad_cam),
    ("inside_any_layer_can_be_looked_at", any_layer),
    ("inside_the_same_on_webgpu", the_same_on_webgpu),
    ("inside_a_link_reproduces_the_view", a_link_reproduces_the_view),
];

fn named_as_by_pytorch(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    let samples = inside::samples()?;
    let photos = samples["photos"].as_array().context("there are samples")?;
    for (i, photo) in photos.iter().enumerate() {
        if i > 0 {
            let before = inside::computed(&page)?;
            page.click(&format!("#sample-{i}"))?;
            inside::wait_computed(&page, before + 1)?;
        }
        let best = photo["top5"][0]["name"].as_str().unwrap_or_default();
        says_first(&page, best).with_context(|| format!("{}", photo["file"]))?;
        ensure!(page.count("#predictions > li")? == 5, "five guesses");
    }
    passed()
}

/// Waits until the first guess is this one.
fn says_first(page: &Page, best: &str) -> Result<()> {
    let first = "document.querySelector('#predictions > li')?.innerText ?? ''";
    page.wait_until(&format!("({first}).includes({})", serde_json::json!(best)), lab::ANSWER)
        .with_context(|| format!("PyTorch says “{best}”, the page “{}”", page.text("#predictions").unwrap_or_default()))
}

fn kernels_and_maps_are_painted(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::PHONE)?;
    page.wait_for("#kernel-grid canvas")?;
    for canvas in ["#kernel-grid canvas", "#map-grid canvas"] {
        ensure!(inside::colours(&page, canvas)? > 20, "{canvas} is blank");
    }
    let (shape, maps) = inside::npy(&lab::download(&page, "#save-maps-npy", &inside_file(&page, "maps")?)?)?;
    ensure!(shape == [64, 111, 111], "the maps have the shape {shape:?}");
    ensure!(maps.iter().any(|v| *v != 0.0) && maps.iter().all(|v| v.is_finite()), "the maps are numbers");
    let (shape, _) = inside::npy(&lab::download(&page, "#save-kernels-npy", &inside_file(&page, "kernels")?)?)?;
    ensure!(shape == [64, 3, 3, 3], "the kernels have the shape {shape:?}");
    for (button, what) in [("#save-maps-png", "maps"), ("#save-kernels-png", "kernels")] {
        let name = inside_file(&page, what)?.replace(".npy", ".png");
        let picture = lab::download(&page, button, &name)?;
        ensure!(picture.starts_with(b"\x89PNG"), "{name} is no PNG");
        // The header holds the width, big-endian: enlarged, for a slide or a page.
        let width = u32::from_be_bytes([picture[16], picture[17], picture[18], picture[19]]);
        ensure!(width >= 900, "{name} is {width} px wide");
    }
    // Nothing reaches beyond a phone's screen.
    let wide = page.eval("document.documentElement.scrollWidth - innerWidth")?;
    ensure!(wide.as_i64().unwrap_or_default() <= 0, "the page is {wide} px wider than a phone");
    passed()
}

/// The name under which a tensor of the layer that is looked at is saved.
fn inside_file(page: &Page, what: &str) -> Result<String> {
    let (network, layer) = (inside::data(page, "network")?, inside::data(page, "layer")?);
    Ok(format!("{network}-{layer}-{what}.npy"))
}

/// Numbers of a text, in order; the minus sign may be the real one.
fn numbers(text: &str) -> Vec<f64> {
    let text = text.replace('\u{2212}', "-").replace(',', "");
    text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).filter_map(|part| part.parse().ok()).collect()
}

fn a_value_is_spelt_out(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    page.hover("#map-grid canvas", 0.31, 0.22)?;
    page.wait_until("document.querySelector('#inside-arithmetic .equation')", lab::ANSWER)?;
    let equation = page.text("#inside-arithmetic .equation")?;
    ensure!(equation.contains("bias"), "the equation is “{equation}”");
    // sums + bias = value, each rounded to three digits.
    let found = numbers(equation.lines().last().unwrap_or_default());
    ensure!(found.len() >= 3, "the equation is “{equation}”");
    let sign = if equation.contains("\u{2212} ") { -1.0 } else { 1.0 };
    let (sum, bias, value) = (found[0], found[1], found[found.len() - 1]);
    ensure!((sum + sign * bias - value).abs() < 0.02 * (1.0 + value.abs() + sum.abs()), "“{equation}” does not add up");
    // Channel by channel: red, green and blue.
    ensure!(page.count("#inside-arithmetic .term")? == 3, "three channels");
    ensure!(page.count("#receptive-field, .receptive-field")? >= 1, "the receptive field is framed on the photo");
    passed()
}

fn works_by_keyboard(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    page.eval("document.querySelector('#map-grid').focus()")?;
    page.press("ArrowRight")?;
    page.wait_until("document.querySelector('#inside-arithmetic .equation')", lab::ANSWER)?;
    let before = page.text("#inside-arithmetic .arithmetic-place")?;
    page.press("ArrowDown")?;
    let other = format!(
        "document.querySelector('#inside-arithmetic .arithmetic-place')?.innerText !== {}",
        serde_json::json!(before)
    );
    page.wait_until(&other, lab::ANSWER)?;
    page.press("Enter")?;
    page.wait_for("#map-enlarged")?;
    passed()
}

fn a_map_is_enlarged(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    page.click_at("#map-grid canvas", 0.31, 0.22)?;
    page.wait_for("#map-enlarged")?;
    page.wait_until("document.querySelectorAll('#patches canvas').length > 0", lab::ANSWER)?;
    let patches = page.count("#patches canvas")?;
    ensure!(patches <= 9, "{patches} patches");
    passed()
}

fn grad_cam(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    page.click("#why-0")?;
    page.wait_for("#cam")?;
    page.wait_until("!document.querySelector('#save-cam-npy').disabled", lab::ANSWER)?;
    page.click("#save-cam-npy")?;
    let network = inside::data(&page, "network")?;
    let name = format!("{network}-features.12-grad-cam.npy");
    let (shape, heat) = inside::npy(&std::fs::read(page.wait_download(&name)?)?)?;
    ensure!(shape == [13, 13], "the heat map has the shape {shape:?}");
    let most = heat.iter().copied().fold(0.0, f32::max);
    ensure!(most == 1.0 && heat.iter().all(|v| (0.0..=1.0).contains(v)), "heat goes from 0 to 1, not to {most}");
    super::accessibility::no_violation(&page, "/inside with a heat map")?;
    passed()
}

fn any_layer(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu", Viewport::LAPTOP)?;
    for (layer, maps) in [("features.3", 128), ("features.12", 512), ("features.0", 64)] {
        inside::look_at(&page, layer)?;
        page.wait_until(&format!("document.querySelector('#maps-caption').innerText.includes('{maps}')"), lab::ANSWER)?;
        ensure!(inside::colours(&page, "#map-grid canvas")? > 20, "{layer} is blank");
    }
    // A deeper convolution: one kernel, a part for each input map.
    inside::look_at(&page, "features.6.squeeze")?;
    page.click_at("#map-grid canvas", 0.1, 0.1)?;
    page.wait_until(
        "document.querySelectorAll('#inside-arithmetic .terms tbody tr, #inside-arithmetic .term').length > 3",
        lab::ANSWER,
    )?;
    passed()
}

fn the_same_on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = h.open("inside?backend=webgpu", Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    inside::wait_computed(&page, 1)?;
    ensure!(inside::data(&page, "backend")? == "webgpu", "it runs on {}", inside::data(&page, "backend")?);
    let best = inside::samples()?["photos"][0]["top5"][0]["name"].as_str().unwrap_or_default().to_owned();
    says_first(&page, &best)?;
    page.click("#why-0")?;
    page.wait_for("#cam")?;
    passed()
}

fn a_link_reproduces_the_view(h: &Harness) -> Result<Outcome> {
    let page = inside::open(h, "backend=cpu&layer=features.5", Viewport::LAPTOP)?;
    page.wait_until("document.getElementById('inside-lab').dataset.layer === 'features.5'", lab::ANSWER)?;
    page.click("#sample-1")?;
    inside::wait_computed(&page, 2)?;
    let (address, photo) = (page.eval("location.href")?, inside::data(&page, "photo")?);
    let again = h.page(Viewport::LAPTOP)?;
    again.goto(address.as_str().context("an address is text")?)?;
    h.started(&again)?;
    inside::wait_computed(&again, 1)?;
    ensure!(inside::data(&again, "photo")? == photo && inside::data(&again, "layer")? == "features.5", "another view");
    let origins: BTreeSet<String> = page.origins();
    ensure!(origins.len() == 1, "asked {origins:?}");
    passed()
}
