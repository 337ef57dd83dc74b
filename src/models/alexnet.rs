//! AlexNet.
//!
//! | | |
//! | --- | --- |
//! | Paper | Krizhevsky: *One weird trick for parallelizing convolutional neural networks*, 2014, the one-tower form of Krizhevsky, Sutskever, Hinton: *ImageNet classification with deep convolutional neural networks*, NIPS 2012 |
//! | Input | `[batch, 3, 224, 224]`, RGB, normalised |
//! | Parameters | 61,100,840 |
//! | Multiply-accumulates | 714,188,480 for one picture |
//! | Deviations | As torchvision: one tower instead of two on two graphics cards, 64 first kernels instead of 96, no local response normalisation, average pooling to 6x6 before the classifier. |

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::HALF;

pub const CARD: Card = Card {
    key: "alexnet",
    title: "AlexNet",
    paper: "Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, NIPS 2012",
    year: 2012,
    deviations: "The one-tower form of 2014, as in torchvision: 64 kernels in the first layer instead of 96, one tower instead of two, no local response normalisation.",
    reported: "15.3 % top-5 error in the ImageNet challenge of 2012, by an average of seven networks; 18.2 % by one.",
};

/// A max pool as AlexNet has them: 3x3 with overlap.
const POOL: Window = Window { kernel: 3, stride: 2, padding: 0, ceil: false };

pub fn alexnet() -> Architecture {
    let (mut net, x) = Builder::new(CARD, [3, 224, 224]);
    let x = net.conv("features.0", x, Conv::new(64, 11).stride(4).padding(2));
    let x = net.relu("features.1", x);
    let x = net.max_pool("features.2", x, POOL);
    let x = net.conv("features.3", x, Conv::new(192, 5).padding(2));
    let x = net.relu("features.4", x);
    let x = net.max_pool("features.5", x, POOL);
    let x = net.conv("features.6", x, Conv::new(384, 3).padding(1));
    let x = net.relu("features.7", x);
    let x = net.conv("features.8", x, Conv::new(256, 3).padding(1));
    let x = net.relu("features.9", x);
    let x = net.conv("features.10", x, Conv::new(256, 3).padding(1));
    let x = net.relu("features.11", x);
    let x = net.max_pool("features.12", x, POOL);
    let x = net.adaptive_average_pool("avgpool", x, 6);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.dropout("classifier.0", x, HALF);
    let x = net.linear("classifier.1", x, 4096);
    let x = net.relu("classifier.2", x);
    let x = net.dropout("classifier.3", x, HALF);
    let x = net.linear("classifier.4", x, 4096);
    let x = net.relu("classifier.5", x);
    net.linear("classifier.6", x, 1000);
    net.finish()
}
