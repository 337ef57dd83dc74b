//! What can be seen of the network: its errors, its maps, and how a value came about.

use super::lab_train::NO_ADAPTER;
use super::{Harness, Outcome, Test, lab, passed, skipped};
use crate::browser::{Page, Viewport};
use anyhow::{Context, Result, ensure};

pub const TESTS: &[Test] = &[
    ("confusion_matrix_counts_the_test_digits", confusion_matrix_counts_the_test_digits),
    ("confusion_cell_shows_its_pictures", |h| confusion_cell_shows_its_pictures(h, Viewport::LAPTOP)),
    ("confusion_cell_shows_its_pictures_on_a_phone", |h| confusion_cell_shows_its_pictures(h, Viewport::PHONE)),
    ("mistake_can_be_looked_into", mistake_can_be_looked_into),
    ("value_of_a_map_shows_its_arithmetic", value_of_a_map_shows_its_arithmetic),
    ("value_of_a_map_shows_its_arithmetic_on_webgpu", value_of_a_map_shows_its_arithmetic_on_webgpu),
    ("value_is_reached_by_keyboard", value_is_reached_by_keyboard),
    ("kernels_are_replayed", kernels_are_replayed),
    ("plot_is_read_by_pointer_and_keyboard", plot_is_read_by_pointer_and_keyboard),
];

/// How often each digit is among MNIST's test images.
/// Source: the data set itself, published in many places, for example scikit-learn's and TensorFlow's documentation.
const TEST_DIGITS: [u64; 10] = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];

/// `counts[actual][predicted]` as the page shows them.
fn counts(page: &Page) -> Result<Vec<Vec<u64>>> {
    page.wait_for("#confusion")?;
    let counts = page.eval(
        "[...document.querySelectorAll('#confusion tbody tr')].map(r => [...r.querySelectorAll('button')].map(b => Number(b.innerText)))",
    )?;
    serde_json::from_value(counts).context("the confusion matrix holds numbers")
}

fn confusion_matrix_counts_the_test_digits(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    let counts = counts(&page)?;
    let sums: Vec<u64> = counts.iter().map(|row| row.iter().sum()).collect();
    ensure!(sums == TEST_DIGITS, "the rows sum to {sums:?}");
    let right: u64 = (0..10).map(|i| counts[i][i]).sum();
    let accuracy = lab::percentage(&page, "#test-accuracy")?;
    ensure!((accuracy - right as f64 / 10_000.0).abs() < 1e-4, "{right} right of 10,000 are not {accuracy}");
    // Recall of a digit is its diagonal cell over its row.
    let recall = page.eval("Number(document.querySelector('#classes tbody tr td:nth-child(3)').innerText)")?;
    let by_hand = 100.0 * counts[0][0] as f64 / TEST_DIGITS[0] as f64;
    ensure!((recall.as_f64().unwrap_or(-1.0) - by_hand).abs() < 0.051, "recall of 0 is {recall}, by hand {by_hand}");
    passed()
}

fn confusion_cell_shows_its_pictures(h: &Harness, viewport: Viewport) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, viewport)?;
    let counts = counts(&page)?;
    let cells = (0..10).flat_map(|a| (0..10).map(move |p| (a, p)));
    // The commonest error.
    let (a, p) = cells.filter(|(a, p)| a != p).max_by_key(|&(a, p)| counts[a][p]).context("there are cells")?;
    let n = counts[a][p];
    page.click(&format!("#cell-{a}-{p}"))?;
    page.wait_until("document.querySelectorAll('#cell-pictures li canvas').length > 0", lab::ANSWER)?;
    let shown = page.count("#cell-pictures li")? as u64;
    ensure!(shown == n.min(60), "{shown} pictures of {n} are shown");
    let words = page.text("#cell-pictures [role=status]")?;
    let expected = format!("times a {a} was read as {p}");
    ensure!(words.contains(&expected), "the pictures are introduced by “{words}”");
    passed()
}

fn mistake_can_be_looked_into(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    let label = page.eval("document.querySelector('#mistakes .digit').getAttribute('aria-label')")?;
    // “Test digit 8527, a 4, read as 9”
    let label = label.as_str().context("a mistake has a label")?;
    let words: Vec<&str> = label.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    let [_, _, index, _, actual, _, _, predicted] = words.as_slice() else {
        anyhow::bail!("the label is “{label}”")
    };
    page.click("#mistakes button")?;
    let verdict = format!("reads a {predicted}");
    page.wait_until(
        &format!("document.querySelector('.inside-verdict').innerText.includes('{verdict}')"),
        lab::ANSWER,
    )?;
    let verdict = page.text(".inside-verdict")?;
    ensure!(verdict.contains(&format!("but it is a {actual}")), "the verdict on digit {index} is “{verdict}”");
    ensure!(page.eval("document.getElementById('test-index').value")? == *index, "another digit is shown");
    passed()
}

/// The canvas of this element shows more than one colour.
fn is_drawn(page: &Page, selector: &str) -> Result<()> {
    page.wait_until(
        &format!(
            "(() => {{ const c = document.querySelector('{selector} canvas'); if (!c || !c.width) return false; \
             const d = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer); \
             return new Set(d).size > 2 }})()"
        ),
        lab::ANSWER,
    )
    .with_context(|| format!("waiting until {selector} is drawn"))
}

fn look_at_test_digit(page: &Page, index: usize) -> Result<()> {
    page.fill("#test-index", &index.to_string())?;
    page.wait_for("#maps-conv1")
}

fn value_of_a_map_shows_its_arithmetic(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::LAPTOP)?;
    look_inside(&page)?;
    passed()
}

fn value_of_a_map_shows_its_arithmetic_on_webgpu(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT_WEBGPU, Viewport::LAPTOP)?;
    if !h.has_webgpu(&page)? {
        return skipped(NO_ADAPTER);
    }
    look_inside(&page)?;
    passed()
}

fn look_inside(page: &Page) -> Result<()> {
    look_at_test_digit(page, 7)?;
    for layer in ["conv1", "act1", "pool1", "conv2", "act2", "pool2", "fc1", "fc2", "logits"] {
        is_drawn(page, &format!("#maps-{layer}"))?;
    }
    is_drawn(page, ".input-picture")?;
    // The receptive fields of LeNet-5: 5; 5 + 1; 6 + 4 x 2; 14 + 2; then everything.
    for (layer, field) in [("conv1", 5), ("pool1", 6), ("conv2", 14), ("pool2", 16), ("fc1", 32)] {
        page.hover(&format!("#maps-{layer}"), 0.43, 0.52)?;
        let expected = format!("receptive field, {field}x{field} pixels");
        page.wait_until(
            &format!("document.querySelector('.input-view').innerText.includes('{expected}')"),
            lab::ANSWER,
        )
        .with_context(|| format!("pointing at {layer}: {}", page.text(".input-view").unwrap_or_default()))?;
    }
    page.hover("#maps-conv1", 0.43, 0.52)?;
    page.wait_until("document.getElementById('arithmetic').innerText.includes('(bias) =')", lab::ANSWER)?;
    page.wait_until("document.querySelectorAll('#arithmetic .matrix').length === 2", lab::ANSWER)?;
    adds_up(page)
}

/// The patch times the kernel, added up here, gives the sum the page shows; with the bias it gives the value.
fn adds_up(page: &Page) -> Result<()> {
    let numbers = page.eval(
        "[...document.querySelectorAll('#arithmetic .matrix')].map(m => [...m.querySelectorAll('td')].map(c => c.innerText))",
    )?;
    let parse = |text: &str| -> Result<f64> {
        text.replace('\u{2212}', "-").trim().parse().with_context(|| format!("“{text}” is no number"))
    };
    let matrix = |i: usize| -> Result<Vec<f64>> {
        numbers[i].as_array().context("a matrix")?.iter().map(|v| parse(v.as_str().unwrap_or_default())).collect()
    };
    let (patch, kernel) = (matrix(0)?, matrix(1)?);
    ensure!(patch.len() == 25 && kernel.len() == 25, "{} values, {} weights", patch.len(), kernel.len());
    let by_hand: f64 = patch.iter().zip(&kernel).map(|(a, b)| a * b).sum();
    let text = page.text("#arithmetic .equation")?;
    let equation = text.lines().last().unwrap_or_default();
    // “0.123 − 0.045 (bias) = 0.078”
    let words: Vec<&str> = equation.split(' ').collect();
    let [sum, sign, bias, _, _, value] = words.as_slice() else { anyhow::bail!("the equation is “{equation}”") };
    let (sum, bias, value) = (parse(sum)?, parse(bias)?, parse(value)?);
    let bias = if *sign == "+" { bias } else { -bias };
    ensure!((sum + bias - value).abs() < 0.02 * (1.0 + value.abs()), "“{equation}” does not add up");
    // The matrices are shown with two digits or so.
    ensure!(
        (by_hand - sum).abs() < 0.1 * (1.0 + sum.abs()),
        "the products sum to {by_hand}, the page says “{equation}”"
    );
    Ok(())
}

fn value_is_reached_by_keyboard(h: &Harness) -> Result<Outcome> {
    let page = lab::open(h, lab::SHORT, Viewport::PHONE)?;
    look_at_test_digit(&page, 3)?;
    page.eval("document.getElementById('maps-conv1').focus()")?;
    page.press("Enter")?;
    page.wait_until("document.getElementById('arithmetic').innerText.includes('row 14, column 14')", lab::ANSWER)?;
    page.press("ArrowRight")?;
    page.press("ArrowUp")?;
    page.wait_until("document.getElementById('arithmetic').innerText.includes('row 13, column 15')", lab::ANSWER)?;
    ensure!(page.count("#maps-conv1 .map-mark")? == 1, "the chosen value is not marked");
    passed()
}

fn kernels_are_replayed(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    is_drawn(&page, ".first-kernels")?;
    let picture = "document.querySelector('.first-kernels canvas').toDataURL()";
    let newest = page.eval(picture)?;
    page.eval("document.getElementById('kernel-time').focus()")?;
    page.press("Home")?;
    page.wait_until("document.getElementById('kernel-time').getAttribute('aria-valuetext') === 'step 0'", lab::ANSWER)?;
    page.wait_until(&format!("{picture} !== {newest}"), lab::ANSWER)?;
    page.click("#play-kernels")?;
    page.wait_until(&format!("{picture} === {newest}"), lab::ANSWER)?;
    passed()
}

fn plot_is_read_by_pointer_and_keyboard(h: &Harness) -> Result<Outcome> {
    let page = lab::trained(h, lab::SHORT, Viewport::LAPTOP)?;
    let read_out = "document.querySelector('.plots .chart-read-out').innerText";
    page.hover(".plots .chart-plot", 0.75, 0.5)?;
    page.wait_until(&format!("{read_out}.startsWith('Step 15 ')"), lab::ANSWER)?;
    page.hover("h1", 0.5, 0.5)?;
    page.eval("document.querySelector('.plots .chart-plot').focus()")?;
    page.press("End")?;
    page.wait_until(&format!("{read_out}.startsWith('Step 20 ')"), lab::ANSWER)?;
    page.press("Home")?;
    page.wait_until(&format!("{read_out}.startsWith('Step 1 ')"), lab::ANSWER)?;
    passed()
}
