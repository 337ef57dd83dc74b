//! How one value of any layer of any network came about.

use super::trace::{Area, field, source};
use crate::models::architecture::Op;
use crate::models::{Network, Pass};
use crate::protocol::{Arithmetic, Fault, LayerPixel, Rest, TermGroup};
use crate::train::read;
use burn::tensor::Tensor;

/// Terms that are spelt out; of more, the largest are, and the others are summed up.
const TERMS: usize = 64;

/// Spells out the arithmetic behind one value, from the values the pass computed.
///
/// # Errors
/// [`Fault::BadSettings`] when there is no such layer or value, or it is not computed yet; when the device was lost.
pub async fn explain_value(network: &Network, pass: &Pass, at: &LayerPixel) -> Result<Arithmetic, Fault> {
    let missing = || Fault::BadSettings { reason: format!("{} has no such value yet", at.layer) };
    let architecture = &network.architecture;
    let layer = architecture.find(&at.layer).ok_or_else(missing)?;
    let about = &architecture.layers[layer];
    let [channels, height, width] = about.shape;
    if at.channel >= channels || at.y >= height || at.x >= width {
        return Err(missing());
    }
    let own = pass.value(layer).ok_or_else(missing)?;
    let value = first(at_pixel(own, at.channel, Area::at(at.y, at.x))).await?;
    let [_, input_height, input_width] = architecture.input();
    let seen = field(architecture, layer, at.y, at.x).inside(input_height, input_width);
    let area = source(architecture, layer, Area::at(at.y, at.x));
    let mut result = Arithmetic {
        at: at.clone(),
        receptive_field: seen.region(),
        source_layer: "input".to_owned(),
        source_region: area.region(),
        terms: Vec::new(),
        bias: None,
        value,
        rule: String::new(),
        rest: None,
    };
    let Some(&input) = about.inputs.first() else {
        result.rule = "a pixel of the photo, as the network gets it".to_owned();
        return Ok(result);
    };
    result.source_layer.clone_from(&architecture.layers[input].name);
    let from = pass.value(input).ok_or_else(missing)?;
    let one = |channel: usize, patch: Vec<f32>, height: usize, width: usize, sum: f32| TermGroup {
        channel,
        height,
        width,
        patch,
        kernel: Vec::new(),
        sum,
    };
    match about.op {
        Op::Convolution { kernel: [rows, columns], .. } => {
            let kernels = network.kernels(layer).ok_or_else(missing)?.clone();
            let kernel = read(kernels.narrow(0, at.channel, 1)).await?;
            let patches = padded_patches(from, area).await?;
            result.terms = products(&patches, &kernel, [rows, columns]);
            result.bias = bias(network, layer, at.channel).await?;
            result.rule = "patch x kernel + bias, over all input channels".to_owned();
            if result.bias.is_none() {
                result.rule = "patch x kernel, over all input channels".to_owned();
            }
        }
        Op::Linear { .. } => {
            let row = network.row(layer, at.channel).ok_or_else(missing)?;
            let (values, weights) = (read(from.clone()).await?, read(row).await?);
            // What was flattened comes apart into its maps again.
            let flat = &architecture.layers[input];
            let [_, rows, columns] = match (flat.op, flat.inputs.first()) {
                (Op::Flatten, Some(&maps)) => architecture.layers[maps].shape,
                _ => flat.shape,
            };
            result.terms = products(&values, &weights, [rows, columns]);
            result.bias = bias(network, layer, at.channel).await?;
            result.rule = "input x weight + bias, over all inputs".to_owned();
        }
        Op::BatchNorm { epsilon } => {
            let x = first(at_pixel(from, at.channel, area)).await?;
            let mut numbers = [0.0; 4];
            for (number, what) in numbers.iter_mut().zip(["running_mean", "running_var", "weight", "bias"]) {
                let vector = network.vector(layer, what).ok_or_else(missing)?.clone();
                *number = first(vector.narrow(0, at.channel, 1)).await?;
            }
            let [mean, variance, weight, shift] = numbers;
            result.rule = format!(
                "(x - mean {mean:.4}) / sqrt(variance {variance:.4} + {epsilon}) x weight {weight:.4} + bias {shift:.4}"
            );
            result.terms = vec![one(at.channel, vec![x], 1, 1, x)];
        }
        Op::MaxPool(_) | Op::AveragePool2x2 | Op::AdaptiveAveragePool => {
            let [_, source_height, source_width] = architecture.layers[input].shape;
            let area = area.inside(source_height, source_width);
            result.source_region = area.region();
            let patch = read(at_pixel(from, at.channel, area)).await?;
            let count = patch.len();
            let largest = matches!(about.op, Op::MaxPool(_));
            result.rule = if largest { format!("largest of {count}") } else { format!("mean of {count}") };
            let (rows, columns) = ((area.bottom - area.top) as usize, (area.right - area.left) as usize);
            result.terms = vec![one(at.channel, patch, rows, columns, value)];
        }
        Op::Add => {
            let mut sums = Vec::new();
            for &input in &about.inputs {
                let x = first(at_pixel(pass.value(input).ok_or_else(missing)?, at.channel, area)).await?;
                sums.push(one(at.channel, vec![x], 1, 1, x));
            }
            let names: Vec<&str> = about.inputs.iter().map(|&i| architecture.layers[i].name.as_str()).collect();
            result.rule = format!("the sum of {}", names.join(" and "));
            result.terms = sums;
        }
        Op::Concatenate => {
            let mut channel = at.channel;
            for &input in &about.inputs {
                let there = architecture.layers[input].shape[0];
                if channel < there {
                    let name = &architecture.layers[input].name;
                    result.rule = format!("map {channel} of {name}, unchanged");
                    result.source_layer.clone_from(name);
                    result.terms = vec![one(channel, vec![value], 1, 1, value)];
                    break;
                }
                channel -= there;
            }
        }
        Op::Relu | Op::Tanh | Op::Dropout { .. } | Op::Flatten | Op::Input => {
            result.rule = match about.op {
                Op::Relu => "the larger of 0 and the value",
                Op::Tanh => "tanh",
                Op::Flatten => "the same values in one row",
                _ => "unchanged",
            }
            .to_owned();
            if about.op != Op::Flatten {
                let x = first(at_pixel(from, at.channel, area)).await?;
                result.terms = vec![one(at.channel, vec![x], 1, 1, x)];
            }
        }
    }
    keep_largest(&mut result);
    Ok(result)
}

/// The values of one channel in an area that lies inside the picture.
fn at_pixel(maps: &Tensor<4>, channel: usize, area: Area) -> Tensor<4> {
    let (rows, columns) = (area.top as usize..area.bottom as usize, area.left as usize..area.right as usize);
    maps.clone().slice([0..1, channel..channel + 1, rows, columns])
}

async fn first<const D: usize>(x: Tensor<D>) -> Result<f32, Fault> {
    Ok(read(x).await?.first().copied().unwrap_or(f32::NAN))
}

async fn bias(network: &Network, layer: usize, channel: usize) -> Result<Option<f32>, Fault> {
    match network.vector(layer, "bias") {
        Some(bias) => Ok(Some(first(bias.clone().narrow(0, channel, 1)).await?)),
        None => Ok(None),
    }
}

/// All channels' values in an area, `[channels, height, width]`, zero where it reaches beyond the edge.
async fn padded_patches(maps: &Tensor<4>, area: Area) -> Result<Vec<f32>, Fault> {
    let [_, channels, height, width] = maps.dims();
    let inside = area.inside(height, width);
    let (rows, columns) = (inside.top as usize..inside.bottom as usize, inside.left as usize..inside.right as usize);
    let (inner_rows, inner_columns) = (rows.len(), columns.len());
    let (outer_rows, outer_columns) = ((area.bottom - area.top) as usize, (area.right - area.left) as usize);
    let mut patches = vec![0.0; channels * outer_rows * outer_columns];
    if inner_rows == 0 || inner_columns == 0 {
        return Ok(patches);
    }
    let values = read(maps.clone().slice([0..1, 0..channels, rows, columns])).await?;
    let (above, before) = ((inside.top - area.top) as usize, (inside.left - area.left) as usize);
    for (row, values) in values.chunks_exact(inner_columns).enumerate() {
        let (channel, y) = (row / inner_rows, row % inner_rows + above);
        let start = (channel * outer_rows + y) * outer_columns + before;
        patches[start..start + inner_columns].copy_from_slice(values);
    }
    Ok(patches)
}

/// One term for each channel: its patch, its part of the kernel, and the sum of their products.
fn products(patches: &[f32], kernel: &[f32], [height, width]: [usize; 2]) -> Vec<TermGroup> {
    let area = height * width;
    let pairs = patches.chunks_exact(area).zip(kernel.chunks_exact(area));
    pairs
        .enumerate()
        .map(|(channel, (patch, kernel))| TermGroup {
            channel,
            height,
            width,
            patch: patch.to_vec(),
            kernel: kernel.to_vec(),
            sum: patch.iter().zip(kernel).map(|(p, k)| p * k).sum(),
        })
        .collect()
}

fn keep_largest(result: &mut Arithmetic) {
    if result.terms.len() <= TERMS {
        return;
    }
    result.terms.sort_unstable_by(|a, b| b.sum.abs().total_cmp(&a.sum.abs()));
    let others = result.terms.split_off(TERMS);
    result.rest = Some(Rest { terms: others.len(), sum: others.iter().map(|t| t.sum).sum() });
}
