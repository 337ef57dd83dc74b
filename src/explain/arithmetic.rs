use super::{Look, receptive_field};
use crate::protocol::{ActivationKind, Arithmetic, Fault, LayerPixel, Pooling, Region, Settings, TermGroup};

/// Spells out how one value of a feature map was computed from the layer before it.
///
/// # Errors
/// [`Fault::BadSettings`] when there is no such layer or pixel.
pub fn explain(look: &Look, at: &LayerPixel, settings: &Settings) -> Result<Arithmetic, Fault> {
    let missing = || Fault::BadSettings { reason: format!("{} has no such value", at.layer) };
    let ([channels, height, width], values) = look.layer(&at.layer).ok_or_else(missing)?;
    if at.channel >= *channels || at.y >= *height || at.x >= *width {
        return Err(missing());
    }
    let value = values[(at.channel * height + at.y) * width + at.x];
    let source_layer = match at.layer.as_str() {
        "conv1" => "input",
        "act1" => "conv1",
        "pool1" => "act1",
        "conv2" => "pool1",
        "act2" => "conv2",
        "pool2" => "act2",
        "fc1" => "pool2",
        "fc2" => "fc1",
        "logits" => "fc2",
        _ => return Ok(of_input(at, value)),
    };
    let (&[source_channels, source_height, source_width], source) = look.layer(source_layer).ok_or_else(missing)?;
    let (prefix, kind) = match at.layer.as_str() {
        "conv1" | "conv2" => (at.layer.as_str(), Kind::Weighted { side: 5 }),
        "fc1" | "fc2" => (at.layer.as_str(), Kind::Weighted { side: source_height }),
        "logits" => ("fc3", Kind::Weighted { side: source_height }),
        "act1" | "act2" => ("", Kind::Pointwise),
        _ => ("", Kind::Pool),
    };
    let (side, stride) = match kind {
        Kind::Weighted { side } => (side, 1),
        Kind::Pointwise => (1, 1),
        Kind::Pool => (2, 2),
    };
    let (top, left) = (at.y * stride, at.x * stride);
    let patch = |channel: usize| -> Vec<f32> {
        let rows = (top..top + side).map(|y| (channel * source_height + y) * source_width + left);
        rows.flat_map(|start| source[start..start + side.min(source_width)].iter().copied()).collect()
    };
    let group = |channel: usize, kernel: Vec<f32>| {
        let patch = patch(channel);
        let sum = if kernel.is_empty() {
            match settings.pooling {
                Pooling::Average => patch.iter().sum::<f32>() / patch.len() as f32,
                Pooling::Max => patch.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            }
        } else {
            patch.iter().zip(&kernel).map(|(p, k)| p * k).sum()
        };
        TermGroup { channel, height: side, width: side.min(source_width), patch, kernel, sum }
    };
    let (terms, bias) = match kind {
        Kind::Weighted { .. } => {
            let weight = look.parameter(&format!("{prefix}.weight")).ok_or_else(missing)?;
            let bias = look.parameter(&format!("{prefix}.bias")).ok_or_else(missing)?[at.channel];
            let area = side * side.min(source_width);
            let own = &weight[at.channel * source_channels * area..][..source_channels * area];
            let terms = own.chunks_exact(area).enumerate().map(|(c, kernel)| group(c, kernel.to_vec())).collect();
            (terms, Some(bias))
        }
        Kind::Pointwise | Kind::Pool => (vec![group(at.channel, Vec::new())], None),
    };
    let size = (side as u32, side.min(source_width) as u32);
    Ok(Arithmetic {
        at: at.clone(),
        receptive_field: receptive_field(&at.layer, at.y, at.x),
        source_layer: source_layer.to_owned(),
        source_region: Region { x: left as i32, y: top as i32, width: size.1, height: size.0 },
        terms,
        bias,
        value,
        rule: rule(&at.layer, kind, settings),
        rest: None,
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Weighted { side: usize },
    Pointwise,
    Pool,
}

fn rule(layer: &str, kind: Kind, settings: &Settings) -> String {
    let activation = match settings.activation {
        ActivationKind::Tanh => "tanh",
        ActivationKind::Relu => "the larger of 0 and the value",
    };
    match kind {
        // The fully connected layers are recorded after their activation.
        Kind::Weighted { .. } if layer.starts_with("fc") => format!("{activation} of (patch x weights + bias)"),
        Kind::Weighted { .. } => "patch x kernel + bias".to_owned(),
        Kind::Pointwise => activation.to_owned(),
        Kind::Pool => match settings.pooling {
            Pooling::Average => "mean of 4".to_owned(),
            Pooling::Max => "largest of 4".to_owned(),
        },
    }
}

fn of_input(at: &LayerPixel, value: f32) -> Arithmetic {
    let region = receptive_field("input", at.y, at.x);
    Arithmetic {
        at: at.clone(),
        receptive_field: region,
        source_layer: "input".to_owned(),
        source_region: region,
        terms: Vec::new(),
        bias: None,
        value,
        rule: "a pixel of the picture".to_owned(),
        rest: None,
    }
}
