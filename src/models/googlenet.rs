//! GoogLeNet; the variant for small pictures is in [`super::googlenet_cifar`].
//!
//! | | |
//! | --- | --- |
//! | Paper | Szegedy and others: *Going deeper with convolutions*, CVPR 2015 |
//! | Input | `[batch, 3, 224, 224]`, RGB, normalised |
//! | Parameters | 6,624,904 (without auxiliary classifiers), 13,004,888 with them |
//! | Multiply-accumulates | 1,498,376,192 for one picture |
//! | Deviations | As torchvision: batch norm after every convolution instead of local response normalisation, and 3x3 kernels where the paper has 5x5. |

use super::architecture::{Architecture, Builder, Card, Conv, Window};
use super::blocks::{HALF, Inception, conv_norm_relu};

pub const CARD: Card = Card {
    key: "googlenet",
    title: "GoogLeNet",
    paper: "Szegedy and others: Going deeper with convolutions, CVPR 2015",
    year: 2014,
    deviations: "As in torchvision: batch normalisation after every convolution, and 3x3 kernels in the branch for which the paper has 5x5. The two auxiliary classifiers, which only help training, are left out.",
    reported: "First place in the ImageNet challenge of 2014 with 6.7 % top-5 error, by seven networks.",
};

/// torchvision's GoogLeNet came from TensorFlow, whose batch norms have this.
const EPSILON: f64 = 0.001;

/// The nine blocks of the paper's table 1.
pub(super) const BLOCKS: [(&str, Inception); 9] = [
    ("3a", Inception::new(64, [96, 128], [16, 32], 32)),
    ("3b", Inception::new(128, [128, 192], [32, 96], 64)),
    ("4a", Inception::new(192, [96, 208], [16, 48], 64)),
    ("4b", Inception::new(160, [112, 224], [24, 64], 64)),
    ("4c", Inception::new(128, [128, 256], [24, 64], 64)),
    ("4d", Inception::new(112, [144, 288], [32, 64], 64)),
    ("4e", Inception::new(256, [160, 320], [32, 128], 128)),
    ("5a", Inception::new(256, [160, 320], [32, 128], 128)),
    ("5b", Inception::new(384, [192, 384], [48, 128], 128)),
];

/// Without the auxiliary classifiers, which only help training.
pub fn googlenet() -> Architecture {
    build_googlenet(false)
}

/// With the two auxiliary classifiers of the paper, whose outputs are `aux1.fc2` and `aux2.fc2`.
pub fn googlenet_with_auxiliary() -> Architecture {
    build_googlenet(true)
}

fn build_googlenet(auxiliary: bool) -> Architecture {
    let (mut net, x) = Builder::new(CARD, [3, 224, 224]);
    let pool = |kernel| Window { kernel, stride: 2, padding: 0, ceil: true };
    let x = conv(&mut net, "conv1", x, Conv::new(64, 7).stride(2).padding(3));
    let x = net.max_pool("maxpool1", x, pool(3));
    let x = conv(&mut net, "conv2", x, Conv::new(64, 1));
    let x = conv(&mut net, "conv3", x, Conv::new(192, 3).padding(1));
    let mut x = net.max_pool("maxpool2", x, pool(3));
    for (name, block) in BLOCKS {
        x = block.add(&mut net, &format!("inception{name}"), x, 3, true, conv);
        match name {
            "3b" => x = net.max_pool("maxpool3", x, pool(3)),
            "4e" => x = net.max_pool("maxpool4", x, pool(2)),
            "4a" if auxiliary => auxiliary_classifier(&mut net, "aux1", x),
            "4d" if auxiliary => auxiliary_classifier(&mut net, "aux2", x),
            _ => {}
        }
    }
    let x = net.adaptive_average_pool("avgpool", x, 1);
    net.classifier_begins();
    let x = net.flatten("flatten", x);
    let x = net.dropout("dropout", x, HALF);
    net.linear("fc", x, 1000);
    net.finish()
}

/// torchvision's convolution with batch norm: `name.conv`, `name.bn`, and `name` after the ReLU.
fn conv(net: &mut Builder, name: &str, x: usize, conv: Conv) -> usize {
    conv_norm_relu(net, [&format!("{name}.conv"), &format!("{name}.bn"), name], x, conv, EPSILON)
}

fn auxiliary_classifier(net: &mut Builder, name: &str, x: usize) {
    let part = |rest: &str| format!("{name}.{rest}");
    let x = net.adaptive_average_pool(&part("avgpool"), x, 4);
    let x = conv(net, &part("conv"), x, Conv::new(128, 1));
    let x = net.flatten(&part("flatten"), x);
    let x = net.linear(&part("fc1"), x, 1024);
    let x = net.relu(&part("relu"), x);
    let x = net.dropout(&part("dropout"), x, HALF);
    net.linear(&part("fc2"), x, 1000);
}
