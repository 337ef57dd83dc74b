//! Where networks are cut, and what the new last layer looks like.

use receptive::models::architecture::{Architecture, Op};
use receptive::models::taught::{block_after, cuts, new_layer, with_head};
use receptive::models::{architecture, architectures};
use receptive::protocol::Head;

fn network(key: &str) -> Architecture {
    architecture(key).expect("it is in the catalogue")
}

/// Parameters that learn between two places.
fn parameters(network: &Architecture, after: usize, to: usize) -> usize {
    let all = network.parameters().into_iter().filter(|p| p.trainable && p.layer > after && p.layer <= to);
    all.map(|p| p.shape.iter().product::<usize>()).sum()
}

/// The blocks that can be unfrozen, the one nearest to the head first, without the head itself.
fn blocks(key: &str, head: Head) -> Vec<String> {
    let network = with_head(&network(key), head, 2);
    cuts(&network)[1..].iter().map(|&cut| block_after(&network, cut).to_owned()).collect()
}

#[test]
fn blocks_are_those_that_papers_name() {
    let squeezenet: Vec<String> = [12, 11, 10, 9, 7, 6, 4, 3, 0].iter().map(|n| format!("features.{n}")).collect();
    assert_eq!(blocks("squeezenet1_1", Head::Light), squeezenet);
    assert_eq!(blocks("squeezenet1_1", Head::Own), squeezenet);
    let resnet = ["4.1", "4.0", "3.1", "3.0", "2.1", "2.0", "1.1", "1.0"].map(|n| format!("layer{n}"));
    assert_eq!(blocks("resnet18", Head::Light), [&resnet[..], &["conv1".to_owned()]].concat());
    // Every convolution is a block.
    let vgg: Vec<String> =
        [28, 26, 24, 21, 19, 17, 14, 12, 10, 7, 5, 2, 0].iter().map(|n| format!("features.{n}")).collect();
    assert_eq!(blocks("vgg16", Head::Light), vgg);
    assert_eq!(blocks("vgg16", Head::Own), vgg);
    let inceptions = ["5b", "5a", "4e", "4d", "4c", "4b", "4a", "3b", "3a"].map(|n| format!("inception{n}"));
    let first = ["conv3", "conv2", "conv1"].map(str::to_owned);
    assert_eq!(blocks("googlenet", Head::Light), [&inceptions[..], &first].concat());
    assert_eq!(blocks("resnet152", Head::Light).len(), 3 + 36 + 8 + 3 + 1);
}

#[test]
fn every_cut_is_sound_and_the_blocks_are_the_whole_network() {
    for backbone in architectures() {
        for head in [Head::Light, Head::Own] {
            let network = with_head(&backbone, head, 7);
            let what = format!("{} {head:?}", backbone.card.key);
            let cuts = cuts(&network);
            assert!(cuts.is_sorted_by(|a, b| a > b), "{what}: {cuts:?}");
            for &cut in &cuts {
                for layer in &network.layers[cut + 1..] {
                    assert!(
                        layer.inputs.iter().all(|&input| input >= cut),
                        "{what}: {} reads behind {cut}",
                        layer.name
                    );
                }
                // What is before the cut is computed as when measuring: a dropout there would never drop anything.
                assert!(!matches!(network.layers[cut].op, Op::Dropout { .. }), "{what}");
            }
            assert_eq!(cuts.last(), Some(&0), "{what}: with all blocks everything learns");
            let mut end = network.layers.len() - 1;
            let mut sum = 0;
            for (place, &cut) in cuts.iter().enumerate() {
                let own = parameters(&network, cut, end);
                assert!(own > 0, "{what}: block {place} has nothing to learn");
                sum += own;
                end = cut;
            }
            assert_eq!(sum, network.parameter_count(), "{what}");
            let of_head = parameters(&network, network.classifier() - 1, network.layers.len() - 1);
            assert_eq!(parameters(&network, cuts[0], network.layers.len() - 1), of_head, "{what}");
        }
    }
}

#[test]
fn the_light_head_is_one_layer_on_the_means_of_the_maps() {
    for (key, features, before) in [
        ("squeezenet1_1", 512, 722_496),
        ("resnet18", 512, 11_176_512),
        ("resnet50", 2048, 23_508_032),
        ("vgg16", 512, 14_714_688),
        ("googlenet", 1024, 5_599_904),
        ("alexnet", 256, 2_469_696),
    ] {
        let network = with_head(&network(key), Head::Light, 5);
        assert_eq!(network.parameter_count(), before + features * 5 + 5, "{key}");
        let shapes: Vec<_> = network.layers[network.classifier()..].iter().map(|l| l.shape).collect();
        assert_eq!(shapes, [[features, 1, 1], [features, 1, 1], [5, 1, 1]], "{key}");
        let new = &network.parameters_of(new_layer(&network));
        assert_eq!((new[0].name.as_str(), &new[0].shape), ("head.linear.weight", &vec![5, features]), "{key}");
        assert_eq!(cuts(&network)[0] + 1, new_layer(&network), "{key}: what is kept is what the new layer reads");
    }
}

#[test]
fn the_networks_own_head_keeps_all_layers_but_the_last() {
    for (key, last, before, inputs) in [
        ("squeezenet1_1", "classifier.1", 722_496, 512),
        ("resnet18", "fc", 11_176_512, 512),
        ("vgg16", "classifier.6", 138_357_544 - 4_097_000, 4096),
        ("alexnet", "classifier.6", 61_100_840 - 4_097_000, 4096),
        ("googlenet", "fc", 5_599_904, 1024),
    ] {
        let backbone = network(key);
        let network = with_head(&backbone, Head::Own, 5);
        assert_eq!(network.parameter_count(), before + inputs * 5 + 5, "{key}");
        assert_eq!(network.layers[new_layer(&network)].name, last, "{key}");
        let end = network.layers.len() - 1;
        assert_eq!(network.layers[end].shape, [5, 1, 1], "{key}");
        for (old, new) in backbone.layers.iter().zip(&network.layers) {
            assert_eq!((&old.name, old.op, &old.inputs), (&new.name, new.op, &new.inputs), "{key}");
        }
    }
}
