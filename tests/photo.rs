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

/// What is kept of a photo is what Pillow would scale it to; the fixtures hold squares out of the same.
#[test]
fn kept_photos_are_scaled_down_never_up_and_not_endlessly_long() {
    let photo = picture(700, 400);
    let kept = photo.reduced(256, 4);
    assert_eq!((kept.width, kept.height), (448, 256));
    // Whole pixels to either side of the square in its middle.
    let square = photo.cut(Square::of(700, 400, 256, 256));
    let rows = kept.pixels.chunks(448 * 3).flat_map(|row| &row[96 * 3..352 * 3]).copied();
    assert_eq!(rows.collect::<Vec<u8>>(), square.pixels);

    let small = picture(100, 30);
    assert_eq!(small.reduced(256, 4), small, "smaller pictures stay as they are");
    let strip = picture(1000, 20).reduced(256, 4);
    assert_eq!((strip.width, strip.height), (80, 20), "of a strip the middle is kept");
    assert_eq!(strip.pixels[..3], picture(1000, 20).pixels[460 * 3..461 * 3]);
    let tower = picture(300, 3000).reduced(256, 4);
    assert_eq!((tower.width, tower.height), (256, 1024));
}
