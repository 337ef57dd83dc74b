//! The course notebook's variant of GoogLeNet for pictures of 32x32, and what its switches make of it.
//!
//! | | |
//! | --- | --- |
//! | Paper | the course notebook, after Szegedy and others: *Going deeper with convolutions*, CVPR 2015 |
//! | Input | `[batch, 3, 32, 32]`, RGB, -1 to 1 |
//! | Parameters | 5,983,802 for ten classes |
//! | Multiply-accumulates | 32,288,768 for one picture |
//! | Deviations | No activation inside the inception blocks, no batch norm, no auxiliary classifiers. |
//!
//! Layers have the names that a PyTorch module can give them. A convolution with its batch norm is `name.conv` and
//! `name.bn`, as torchvision calls them; without one it is `name`. A ReLU in a branch is `name.relu`.

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::{EPSILON, Inception};
use super::googlenet::BLOCKS;
use crate::protocol::{GooglenetSettings, Stem};

pub const CARD: Card = Card {
    key: "googlenet_cifar",
    title: "GoogLeNet variant for CIFAR-10",
    paper: "The course notebook, after Szegedy and others: Going deeper with convolutions, CVPR 2015",
    year: 2014,
    deviations: "Pictures of 32x32, no activation inside the inception blocks, no batch normalisation, no auxiliary classifiers.",
    reported: "Nothing: the paper did not train it.",
};

/// All poolings but those inside the blocks.
const POOL: Window = Window { kernel: 3, stride: 2, padding: 1, ceil: false };

/// The reference variant for CIFAR-10's ten classes.
pub fn googlenet_cifar() -> Architecture {
    googlenet_with(&GooglenetSettings::default(), 10)
}

/// The variant of these settings, of which stem, batch norm, ReLU in the branches, width and dropout count here.
///
/// - Stem: the small one's first convolution is 3x3 with stride 1. All after it is the same, on maps of four times the
///   values.
/// - Batch norm: after every convolution, those of the stem among them, which has no bias then.
/// - Width: channels are rounded to the nearest whole number, and there is one at least.
pub fn googlenet_with(settings: &GooglenetSettings, classes: usize) -> Architecture {
    let (mut net, x) = Builder::new(CARD, [3, 32, 32]);
    let wide = |channels: usize| ((channels as f64 * settings.width).round() as usize).max(1);
    let normed = |net: &mut Builder, name: &str, x: usize, conv: Conv| {
        if !settings.batch_norm {
            return net.conv(name, x, conv);
        }
        let x = net.conv(&format!("{name}.conv"), x, conv.without_bias());
        net.batch_norm(&format!("{name}.bn"), x, EPSILON)
    };
    let in_branch = |net: &mut Builder, name: &str, x: usize, conv: Conv| {
        let x = normed(net, name, x, conv);
        if settings.branch_relu { net.relu(&format!("{name}.relu"), x) } else { x }
    };
    let first = match settings.stem {
        Stem::Reference => Conv::new(wide(64), 7).stride(2).padding(3),
        Stem::Small => Conv::new(wide(64), 3).padding(1),
    };
    let x = normed(&mut net, "conv1", x, first);
    let x = net.relu("relu1", x);
    let x = net.max_pool("maxpool1", x, POOL);
    let x = normed(&mut net, "conv2", x, Conv::new(wide(64), 1));
    let x = net.relu("relu2", x);
    let x = normed(&mut net, "conv3", x, Conv::new(wide(192), 3).padding(1));
    let x = net.relu("relu3", x);
    let mut x = net.max_pool("maxpool2", x, POOL);
    for (name, Inception { one, three, five, pool }) in BLOCKS {
        let block = Inception { one: wide(one), three: three.map(wide), five: five.map(wide), pool: wide(pool) };
        x = block.add(&mut net, &format!("inception{name}"), x, 5, false, in_branch);
        match name {
            "3b" => x = net.max_pool("maxpool3", x, POOL),
            "4e" => x = net.max_pool("maxpool4", x, POOL),
            _ => {}
        }
    }
    let x = net.adaptive_average_pool("avgpool", x, 1);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.dropout("dropout", x, settings.dropout);
    net.linear("fc", x, classes);
    net.finish()
}
