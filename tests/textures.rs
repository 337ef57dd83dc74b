//! The pictures that the page draws itself: the same everywhere, no two alike, and classes that look different.

use receptive::data::{Rgb, TEXTURES, sha256, texture};
use std::collections::HashSet;

const PICTURES: u32 = 12;

fn grey(picture: &Rgb) -> Vec<f64> {
    picture.pixels.chunks(3).map(|pixel| pixel.iter().map(|v| f64::from(*v)).sum::<f64>() / 3.0).collect()
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

#[test]
fn the_same_seed_draws_the_same_and_another_seed_something_else() {
    let mut seen = HashSet::new();
    for (class, name) in TEXTURES.iter().enumerate() {
        for index in 0..PICTURES {
            for seed in [1, 2] {
                let picture = texture(class, seed, index);
                assert_eq!((picture.width, picture.height, picture.pixels.len()), (224, 224, 224 * 224 * 3));
                assert_eq!(picture, texture(class, seed, index));
                assert!(seen.insert(sha256(&picture.pixels)), "{name} {index} of seed {seed} is drawn twice");
            }
        }
    }
}

#[test]
fn every_picture_shows_something() {
    for (class, name) in TEXTURES.iter().enumerate() {
        for index in 0..PICTURES {
            let contrast = deviation(&grey(&texture(class, 3, index)));
            assert!(contrast > 12.0, "{name} {index}: {contrast}");
        }
    }
}

/// Colours are drawn in the same way for every class: a network must look at the texture.
#[test]
fn colours_do_not_tell_the_classes_apart() {
    let means = |class: usize| -> Vec<f64> {
        (0..60).map(|index| grey(&texture(class, 4, index)).iter().sum::<f64>() / (224.0 * 224.0)).collect()
    };
    let all: Vec<Vec<f64>> = (0..TEXTURES.len()).map(means).collect();
    let spread = deviation(&all.concat());
    for (class, means) in TEXTURES.iter().zip(&all) {
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        let of_all = all.concat().iter().sum::<f64>() / all.concat().len() as f64;
        assert!((mean - of_all).abs() < spread, "{class} is {mean}, all are {of_all} +- {spread}");
    }
}
