//! VGG-11, VGG-16 and VGG-19.
//!
//! | | |
//! | --- | --- |
//! | Paper | Simonyan, Zisserman: *Very deep convolutional networks for large-scale image recognition*, ICLR 2015 |
//! | Input | `[batch, 3, 224, 224]`, RGB, normalised |
//! | Parameters | VGG-11 132,863,336; VGG-16 138,357,544; VGG-19 143,667,240 |
//! | Multiply-accumulates | VGG-11 7,609,090,048; VGG-16 15,470,264,320; VGG-19 19,632,062,464 for one picture |
//! | Deviations | None in the layers. An average pooling before the classifier, as in torchvision, does nothing at 224x224. |

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::HALF;

/// Convolutions in each of the five stages, between which the picture is halved.
const VGG11: [usize; 5] = [1, 1, 2, 2, 2];
const VGG16: [usize; 5] = [2, 2, 3, 3, 3];
const VGG19: [usize; 5] = [2, 2, 4, 4, 4];
/// Channels in each stage.
const CHANNELS: [usize; 5] = [64, 128, 256, 512, 512];

const CARD: Card = Card {
    key: "vgg16",
    title: "VGG-16",
    paper: "Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition, ICLR 2015",
    year: 2014,
    deviations: "None in the layers.",
    reported: "Second place in the ImageNet challenge of 2014 with 7.3 % top-5 error; 6.8 % after the deadline, by an average of two networks.",
};

pub fn vgg11() -> Architecture {
    vgg(Card { key: "vgg11", title: "VGG-11", ..CARD }, VGG11)
}

pub fn vgg16() -> Architecture {
    vgg(CARD, VGG16)
}

pub fn vgg19() -> Architecture {
    vgg(Card { key: "vgg19", title: "VGG-19", ..CARD }, VGG19)
}

fn vgg(card: Card, stages: [usize; 5]) -> Architecture {
    let (mut net, mut x) = Builder::new(card, [3, 224, 224]);
    // torchvision counts convolutions, activations and pools in one sequence.
    let mut count = 0;
    let mut name = || {
        count += 1;
        format!("features.{}", count - 1)
    };
    for (convolutions, channels) in stages.into_iter().zip(CHANNELS) {
        for _ in 0..convolutions {
            x = net.conv(&name(), x, Conv::new(channels, 3).padding(1));
            x = net.relu(&name(), x);
        }
        x = net.max_pool(&name(), x, Window { kernel: 2, stride: 2, padding: 0, ceil: false });
    }
    x = net.adaptive_average_pool("avgpool", x, 7);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.linear("classifier.0", x, 4096);
    let x = net.relu("classifier.1", x);
    let x = net.dropout("classifier.2", x, HALF);
    let x = net.linear("classifier.3", x, 4096);
    let x = net.relu("classifier.4", x);
    let x = net.dropout("classifier.5", x, HALF);
    net.linear("classifier.6", x, 1000);
    net.finish()
}
