//! Every architecture there is, by its key.

use super::architecture::Architecture;
use super::{alexnet, googlenet, googlenet_cifar, resnet, squeezenet, vgg};

/// In the order in which the page offers them.
const ARCHITECTURES: &[fn() -> Architecture] = &[
    #[cfg(feature = "compute")]
    super::lenet5::architecture,
    alexnet::alexnet,
    vgg::vgg11,
    vgg::vgg16,
    vgg::vgg19,
    googlenet::googlenet,
    resnet::resnet18,
    resnet::resnet34,
    resnet::resnet50,
    resnet::resnet101,
    resnet::resnet152,
    squeezenet::squeezenet1_1,
    googlenet_cifar::googlenet_cifar,
];

/// All architectures.
pub fn architectures() -> impl Iterator<Item = Architecture> {
    ARCHITECTURES.iter().map(|build| build())
}

/// The architecture with this key.
pub fn architecture(key: &str) -> Option<Architecture> {
    architectures().find(|a| a.card.key == key)
}
