//! Photos are scaled and cut as Pillow and torchvision do it, to the bit.
//!
//! `tests/fixtures/make_preprocess.py` wrote the expected values; the pictures come from a formula.

use receptive::data::{Preprocessing, Rgb, Square, sha256};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    width: usize,
    height: usize,
    crops: Vec<Crop>,
}

#[derive(Deserialize)]
struct Crop {
    shorter: usize,
    side: usize,
    resized: [usize; 2],
    sha256: String,
    /// `(place in the [side, side, 3] bytes, value)`
    samples: Vec<(usize, u8)>,
    /// `(place in the normalised [3, side, side] values, value)`
    normalised: Vec<(usize, f64)>,
}

/// The formula of make_preprocess.py: the highest byte of an integer hash.
fn picture(width: usize, height: usize) -> Rgb {
    let seed = "picture".bytes().fold(2_166_136_261_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
    let byte = |i: u32| {
        let mut h = (i + 1).wrapping_mul(2_654_435_761).wrapping_add(seed);
        h ^= h >> 15;
        h = h.wrapping_mul(2_246_822_519);
        h ^= h >> 13;
        (h >> 24) as u8
    };
    Rgb { width, height, pixels: (0..(width * height * 3) as u32).map(byte).collect() }
}

#[test]
fn photos_are_scaled_and_cut_as_pillow_does_it_to_the_bit() {
    let Fixture { cases } =
        serde_json::from_str(include_str!("fixtures/preprocess.json")).expect("make_preprocess.py wrote it");
    assert!(cases.len() >= 10);
    for case in &cases {
        let photo = picture(case.width, case.height);
        for crop in &case.crops {
            let what = format!("{} x {}, {} of {}", case.width, case.height, crop.side, crop.shorter);
            let square = Square::of(case.width, case.height, crop.shorter, crop.side);
            assert_eq!([square.width, square.height], crop.resized, "{what}");
            let cut = photo.cut(square);
            for &(place, value) in &crop.samples {
                assert_eq!(cut.pixels[place], value, "{what}: byte {place}");
            }
            assert_eq!(sha256(&cut.pixels), crop.sha256, "{what}");
            let normalised = cut.normalised(&Preprocessing::IMAGENET);
            for &(place, value) in &crop.normalised {
                let got = f64::from(normalised[place]);
                assert!((got - value).abs() < 1e-5, "{what}: value {place} is {got}, not {value}");
            }
        }
    }
}

/// Where a photo is transparent, white is behind it.
#[test]
fn transparent_photos_lie_on_white() {
    let rgba = [[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 0, 128]].concat();
    assert_eq!(Rgb::from_rgba(3, 1, &rgba).pixels, [255, 0, 0, 255, 255, 255, 127, 127, 127]);
}
