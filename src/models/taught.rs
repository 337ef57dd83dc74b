//! A network for other classes than those it was trained for: its last layer replaced (transfer learning; Yosinski and
//! others: *How transferable are features in deep neural networks?*, 2014).

use super::architecture::{Architecture, Builder, Op};
use crate::protocol::Head;

/// Names of the layers of the light head.
const POOL: &str = "head.pool";
const FLATTEN: &str = "head.flatten";
const LINEAR: &str = "head.linear";

/// This network with a new last layer for so many classes. All other layers keep their names.
pub fn with_head(backbone: &Architecture, head: Head, classes: usize) -> Architecture {
    let mut net = Builder::from_layers(backbone, backbone.classifier());
    let x = backbone.classifier() - 1;
    net.classifier_begins();
    match head {
        Head::Light => {
            let x = net.adaptive_average_pool(POOL, x, 1);
            let x = net.flatten(FLATTEN, x);
            net.linear(LINEAR, x, classes);
        }
        Head::Own => {
            let last = last_with_weights(backbone);
            for (place, layer) in backbone.layers.iter().enumerate().skip(backbone.classifier()) {
                net.again(layer, (place == last).then_some(classes));
            }
        }
    }
    net.finish()
}

/// The place of the new layer in a network of [`with_head`].
pub fn new_layer(taught: &Architecture) -> usize {
    last_with_weights(taught)
}

/// Where the backbone of a taught network can be cut in two: whatever comes after the cut reads the layer at the cut
/// and nothing before it. One place for each block, the block that is nearest to the head first; the first entry is
/// the cut before the head. A dropout is never cut off: what is before a cut is computed as when measuring.
pub fn cuts(taught: &Architecture) -> Vec<usize> {
    let layers = &taught.layers;
    let mut earliest_read = layers.len();
    // From the end: the earliest layer that anything further on reads.
    let mut clean = vec![false; layers.len()];
    for place in (0..layers.len()).rev() {
        clean[place] = earliest_read >= place && !matches!(layers[place].op, Op::Dropout { .. });
        earliest_read = layers[place].inputs.iter().copied().fold(earliest_read, usize::min);
    }
    let mut cuts = Vec::new();
    let mut block = None;
    for place in (1..layers.len()).rev() {
        // A batch norm belongs to the convolution before it.
        if matches!(layers[place].op, Op::Convolution { .. } | Op::Linear { .. }) {
            let name = if place >= taught.classifier() { "head" } else { block_name(&layers[place].name) };
            if block.is_some_and(|other| other != name) {
                // The block before was complete: its cut is the last clean place before its first layer.
                cuts.push(first_of(taught, block.unwrap_or_default(), &clean));
            }
            block = Some(name);
        }
    }
    cuts.extend(block.map(|name| first_of(taught, name, &clean)));
    cuts.dedup();
    cuts
}

/// The name of the block that begins after a cut.
pub fn block_after(taught: &Architecture, cut: usize) -> &str {
    let first = (cut + 1..taught.layers.len()).find(|&place| !taught.parameters_of(place).is_empty());
    first.map_or("", |place| block_name(&taught.layers[place].name))
}

/// The last place before a block's first layer with weights at which the network can be cut.
fn first_of(taught: &Architecture, block: &str, clean: &[bool]) -> usize {
    let is_in = |place: usize| {
        let name = if place >= taught.classifier() { "head" } else { block_name(&taught.layers[place].name) };
        name == block && !taught.parameters_of(place).is_empty()
    };
    let first = (0..taught.layers.len()).find(|&place| is_in(place)).unwrap_or(1);
    (0..first).rev().find(|&place| clean[place]).unwrap_or(0)
}

/// `features.12` of `features.12.squeeze`, `layer4.1` of `layer4.1.conv1`, `inception5b` of `inception5b.branch1.0`.
fn block_name(name: &str) -> &str {
    let mut parts = name.match_indices('.').map(|(place, _)| place);
    let Some(first) = parts.next() else { return name };
    let second = parts.next().unwrap_or(name.len());
    let is_number = name[first + 1..second].bytes().all(|byte| byte.is_ascii_digit());
    &name[..if is_number { second } else { first }]
}

fn last_with_weights(architecture: &Architecture) -> usize {
    let has_weights = |&place: &usize| !architecture.parameters_of(place).is_empty();
    (0..architecture.layers.len()).rev().find(has_weights).unwrap_or(0)
}
