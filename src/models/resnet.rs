//! ResNet-18, -34, -50, -101 and -152.
//!
//! | | |
//! | --- | --- |
//! | Paper | He, Zhang, Ren, Sun: *Deep residual learning for image recognition*, CVPR 2016 |
//! | Input | `[batch, 3, 224, 224]`, RGB, normalised |
//! | Parameters | 11,689,512; 21,797,672; 25,557,032; 44,549,160; 60,192,808 |
//! | Multiply-accumulates | 1,814,073,344; 3,663,761,408; 4,089,184,256; 7,801,405,440; 11,513,626,624 for one picture |
//! | Deviations | As torchvision ("v1.5"): in blocks of three convolutions the 3x3 one has the stride, not the first 1x1. |

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::{EPSILON, basic_block, bottleneck, conv_norm_relu};

const CARD: Card = Card {
    key: "resnet18",
    title: "ResNet-18",
    paper: "He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016",
    year: 2015,
    deviations: "None in the layers.",
    reported: "First place in the ImageNet challenge of 2015 with 3.57 % top-5 error, by six networks of up to 152 layers.",
};
/// Of those with blocks of three convolutions.
const DEEP: &str = "As in torchvision: the 3x3 convolution of a block has the stride, not the first 1x1.";

/// Adds one residual block.
type Block = fn(&mut Builder, &str, usize, usize, usize) -> usize;

pub fn resnet18() -> Architecture {
    resnet(CARD, basic_block, [2, 2, 2, 2])
}

pub fn resnet34() -> Architecture {
    resnet(Card { key: "resnet34", title: "ResNet-34", ..CARD }, basic_block, [3, 4, 6, 3])
}

pub fn resnet50() -> Architecture {
    resnet(Card { key: "resnet50", title: "ResNet-50", deviations: DEEP, ..CARD }, bottleneck, [3, 4, 6, 3])
}

pub fn resnet101() -> Architecture {
    resnet(Card { key: "resnet101", title: "ResNet-101", deviations: DEEP, ..CARD }, bottleneck, [3, 4, 23, 3])
}

pub fn resnet152() -> Architecture {
    resnet(Card { key: "resnet152", title: "ResNet-152", deviations: DEEP, ..CARD }, bottleneck, [3, 8, 36, 3])
}

/// `blocks` in each of the four stages; every stage but the first halves the picture.
fn resnet(card: Card, block: Block, blocks: [usize; 4]) -> Architecture {
    let (mut net, x) = Builder::new(card, [3, 224, 224]);
    let first = Conv::new(64, 7).stride(2).padding(3);
    let x = conv_norm_relu(&mut net, ["conv1", "bn1", "relu"], x, first, EPSILON);
    let mut x = net.max_pool("maxpool", x, Window { kernel: 3, stride: 2, padding: 1, ceil: false });
    for (stage, count) in blocks.into_iter().enumerate() {
        for i in 0..count {
            let stride = if stage > 0 && i == 0 { 2 } else { 1 };
            x = block(&mut net, &format!("layer{}.{i}", stage + 1), x, 64 << stage, stride);
        }
    }
    let x = net.adaptive_average_pool("avgpool", x, 1);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    net.linear("fc", x, 1000);
    net.finish()
}
