//! SqueezeNet 1.1.
//!
//! | | |
//! | --- | --- |
//! | Paper | Iandola and others: *SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size*, 2016 |
//! | Input | `[batch, 3, 224, 224]`, RGB, normalised |
//! | Parameters | 1,235,496 |
//! | Multiply-accumulates | 349,151,936 for one picture |
//! | Deviations | Version 1.1 of its authors, as torchvision: smaller first kernels and earlier pooling than the paper's, for less than half the arithmetic. |
//!
//! The weights in `public/weights/squeezenet1_1/` were trained for pictures with blue first and a mean subtracted.
//! `examples/make_squeezenet.py` folded that into the first convolution: it takes the usual normalised RGB.

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::{HALF, fire};

pub const CARD: Card = Card {
    key: "squeezenet1_1",
    title: "SqueezeNet 1.1",
    paper: "Iandola and others: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, 2016",
    year: 2016,
    deviations: "Version 1.1 of its authors: smaller first kernels and earlier pooling than in the paper.",
    reported: "57.5 % top-1 and 80.3 % top-5 on ImageNet with 50 times fewer parameters than AlexNet (version 1.0; 1.1 is about as good).",
};

const POOL: Window = Window { kernel: 3, stride: 2, padding: 0, ceil: true };

pub fn squeezenet1_1() -> Architecture {
    let (mut net, x) = Builder::new(CARD, [3, 224, 224]);
    let x = net.conv("features.0", x, Conv::new(64, 3).stride(2));
    let x = net.relu("features.1", x);
    let x = net.max_pool("features.2", x, POOL);
    let x = fire(&mut net, "features.3", x, 16, 64);
    let x = fire(&mut net, "features.4", x, 16, 64);
    let x = net.max_pool("features.5", x, POOL);
    let x = fire(&mut net, "features.6", x, 32, 128);
    let x = fire(&mut net, "features.7", x, 32, 128);
    let x = net.max_pool("features.8", x, POOL);
    let x = fire(&mut net, "features.9", x, 48, 192);
    let x = fire(&mut net, "features.10", x, 48, 192);
    let x = fire(&mut net, "features.11", x, 64, 256);
    let x = fire(&mut net, "features.12", x, 64, 256);
    net.classifier_begins();
    let x = net.dropout("classifier.0", x, HALF);
    let x = net.conv("classifier.1", x, Conv::new(1000, 1));
    let x = net.relu("classifier.2", x);
    let x = net.adaptive_average_pool("classifier.3", x, 1);
    net.flatten("flatten", x);
    net.finish()
}
