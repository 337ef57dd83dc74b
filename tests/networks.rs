//! The classic networks have the sizes that were published for them.

use receptive::models::{architecture, architectures, googlenet};
use std::collections::HashSet;

/// Trainable values, as torchvision documents them (the CIFAR variant's are counted by PyTorch), and multiply-accumulates
/// in thousandths of a billion, as torchvision publishes them.
const PUBLISHED: &[(&str, usize, Option<f64>)] = &[
    ("alexnet", 61_100_840, Some(0.714)),
    ("vgg11", 132_863_336, Some(7.609)),
    ("vgg16", 138_357_544, Some(15.47)),
    ("vgg19", 143_667_240, Some(19.632)),
    ("googlenet", 6_624_904, Some(1.498)),
    ("resnet18", 11_689_512, Some(1.814)),
    ("resnet34", 21_797_672, Some(3.664)),
    ("resnet50", 25_557_032, Some(4.089)),
    ("resnet101", 44_549_160, Some(7.801)),
    ("resnet152", 60_192_808, Some(11.514)),
    ("squeezenet1_1", 1_235_496, Some(0.349)),
    ("googlenet_cifar", 5_983_802, None),
    ("lenet5", 61_706, None),
];

#[test]
fn parameters_and_arithmetic_are_the_published_ones() {
    assert_eq!(architectures().count(), PUBLISHED.len());
    for &(key, parameters, billions) in PUBLISHED {
        let network = architecture(key).expect("it is in the catalogue");
        assert_eq!(network.parameter_count(), parameters, "{key}");
        if let Some(expected) = billions {
            let got = network.multiply_accumulates() as f64 / 1e9;
            assert!((got - expected).abs() < 0.001, "{key}: {got} billion for {expected}");
        }
    }
    let with_auxiliary = googlenet::googlenet_with_auxiliary().parameter_count();
    assert_eq!(with_auxiliary, 13_004_888, "torchvision's count with both auxiliary classifiers");
}

/// What the cards at the top of the networks' files say.
#[test]
fn the_cards_say_what_is_so() {
    for (key, expected) in [
        ("alexnet", 714_188_480),
        ("vgg11", 7_609_090_048),
        ("vgg16", 15_470_264_320),
        ("vgg19", 19_632_062_464),
        ("googlenet", 1_498_376_192),
        ("resnet18", 1_814_073_344),
        ("resnet34", 3_663_761_408),
        ("resnet50", 4_089_184_256),
        ("resnet101", 7_801_405_440),
        ("resnet152", 11_513_626_624),
        ("squeezenet1_1", 349_151_936),
        ("googlenet_cifar", 32_288_768),
    ] {
        let network = architecture(key).expect("it is in the catalogue");
        assert_eq!(network.multiply_accumulates(), expected, "{key}");
    }
}

#[test]
fn layers_have_names_of_their_own_and_read_only_what_came_before() {
    for network in architectures() {
        let mut seen = HashSet::new();
        for (place, layer) in network.layers.iter().enumerate() {
            assert!(seen.insert(&layer.name), "{}: two layers are called {}", network.card.key, layer.name);
            assert!(layer.inputs.iter().all(|&input| input < place), "{}: {}", network.card.key, layer.name);
            assert!(layer.shape.iter().all(|&n| n > 0), "{}: {}", network.card.key, layer.name);
        }
        assert_eq!(
            network.layers[network.layers.len() - 1].shape[1..],
            [1, 1],
            "{} ends with a vector",
            network.card.key
        );
    }
}
