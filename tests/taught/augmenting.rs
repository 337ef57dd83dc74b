//! Pictures changed at random: what is asked for happens, and nothing else.

use rand::Rng;
use receptive::data::{Rgb, augment, augmentation_stream, mask_borders, texture};
use receptive::protocol::Augmentation;

const NONE: Augmentation =
    Augmentation { flip: false, rotation: 0.0, shift: 0.0, zoom: 0.0, brightness: 0.0, contrast: 0.0, noise: 0.0 };

fn changed(picture: &Rgb, augmentation: Augmentation, index: u32) -> Rgb {
    augment(picture, &augmentation, 0.0, &mut augmentation_stream(7, 0, index))
}

/// What the stream draws first: turn, shift along both axes, zoom, brightness, contrast, each from -1 to 1.
fn drawn(index: u32) -> [f64; 6] {
    let mut rng = augmentation_stream(7, 0, index);
    std::array::from_fn(|_| rng.random_range(-1.0..=1.0))
}

fn mirrored(picture: &Rgb) -> Rgb {
    let rows = picture.pixels.chunks_exact(picture.width * 3);
    let pixels = rows.flat_map(|row| row.chunks_exact(3).rev().flatten().copied()).collect();
    Rgb { pixels, ..*picture }
}

/// A black picture with one soft white dot.
fn marked(side: usize, (x, y): (f64, f64)) -> Rgb {
    let mut pixels = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let far = (column as f64 - x).powi(2) + (row as f64 - y).powi(2);
            pixels.extend([(255.0 * (-far / 18.0).exp()) as u8; 3]);
        }
    }
    Rgb { width: side, height: side, pixels }
}

/// Middle of all light, by columns and rows.
fn middle(picture: &Rgb) -> (f64, f64) {
    let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
    for (place, pixel) in picture.pixels.chunks_exact(3).enumerate() {
        let light = f64::from(pixel[0]);
        x += light * (place % picture.width) as f64;
        y += light * (place / picture.width) as f64;
        sum += light;
    }
    (x / sum, y / sum)
}

fn assert_near(got: (f64, f64), expected: (f64, f64)) {
    assert!((got.0 - expected.0).abs() < 0.1 && (got.1 - expected.1).abs() < 0.1, "{got:?} for {expected:?}");
}

#[test]
fn nothing_set_changes_nothing() {
    let picture = texture(0, 1, 0);
    assert!(NONE.is_none());
    for index in 0..5 {
        assert_eq!(changed(&picture, NONE, index), picture);
    }
}

#[test]
fn a_mirror_mirrors_to_the_pixel_every_other_time() {
    for side in [8, 9] {
        let mut picture = texture(3, 1, 0).reduced(side, 1);
        picture.pixels[0] = 255;
        let results: Vec<Rgb> =
            (0..100).map(|index| changed(&picture, Augmentation { flip: true, ..NONE }, index)).collect();
        let turned = results.iter().filter(|result| **result == mirrored(&picture)).count();
        assert_ne!(picture, mirrored(&picture));
        assert!((30..=70).contains(&turned), "{turned} of 100 are mirrored");
        assert_eq!(results.iter().filter(|result| **result == picture).count(), 100 - turned);
    }
}

#[test]
fn a_turn_moves_a_pixel_around_the_middle() {
    let (side, at) = (101, (68.0, 45.0));
    let picture = marked(side, at);
    let centre = 50.0;
    for index in 0..6 {
        let angle = 40.0_f64.to_radians() * drawn(index)[0];
        let (dx, dy) = (at.0 - centre, at.1 - centre);
        let expected = (centre + angle.cos() * dx - angle.sin() * dy, centre + angle.sin() * dx + angle.cos() * dy);
        assert_near(middle(&changed(&picture, Augmentation { rotation: 40.0, ..NONE }, index)), expected);
    }
}

#[test]
fn shift_and_zoom_move_a_pixel_by_a_share_of_the_side() {
    let (side, at) = (101, (58.0, 45.0));
    let picture = marked(side, at);
    for index in 0..6 {
        let [_, right, down, zoom, ..] = drawn(index);
        let moved = Augmentation { shift: 0.1, ..NONE };
        let expected = (at.0 + 0.1 * right * side as f64, at.1 + 0.1 * down * side as f64);
        assert_near(middle(&changed(&picture, moved, index)), expected);
        let larger = 1.0 + 0.3 * zoom;
        let expected = (50.0 + (at.0 - 50.0) * larger, 50.0 + (at.1 - 50.0) * larger);
        assert_near(middle(&changed(&picture, Augmentation { zoom: 0.3, ..NONE }, index)), expected);
    }
}

#[test]
fn light_and_contrast_follow_their_formula() {
    let picture = Rgb { width: 2, height: 1, pixels: vec![60, 100, 80, 120, 40, 80] };
    for index in 0..6 {
        let [.., brightness, contrast] = drawn(index);
        let (brightness, contrast) = (1.0 + 0.2 * brightness, 1.0 + 0.5 * contrast);
        let result = changed(&picture, Augmentation { brightness: 0.2, contrast: 0.5, ..NONE }, index);
        for (got, was) in result.pixels.iter().zip(&picture.pixels) {
            let expected = 80.0 * brightness + (f64::from(*was) - 80.0) * brightness * contrast;
            assert!((f64::from(*got) - expected).abs() <= 0.51, "{got} for {expected}");
        }
    }
}

#[test]
fn noise_has_the_deviation_that_was_asked_for() {
    let grey = Rgb { width: 100, height: 100, pixels: vec![128; 30_000] };
    let result = changed(&grey, Augmentation { noise: 0.05, ..NONE }, 0);
    let mean = result.pixels.iter().map(|v| f64::from(*v)).sum::<f64>() / 30_000.0;
    let square = result.pixels.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / 30_000.0;
    assert!((mean - 128.0).abs() < 0.5, "{mean}");
    assert!((square.sqrt() - 0.05 * 255.0).abs() < 0.3, "{}", square.sqrt());
}

#[test]
fn a_mask_paints_exactly_the_border() {
    for (width, height, share, across, down) in
        [(20, 10, 0.1, 2, 1), (224, 224, 0.4, 90, 90), (5, 5, 0.0, 0, 0), (7, 3, 0.05, 0, 0), (10, 4, 0.15, 2, 1)]
    {
        let before = Rgb { width, height, pixels: (0..width * height * 3).map(|i| (i % 100) as u8).collect() };
        let mut after = before.clone();
        mask_borders(&mut after, share);
        for y in 0..height {
            for x in 0..width {
                let at = (y * width + x) * 3;
                let inside = (across..width - across).contains(&x) && (down..height - down).contains(&y);
                let expected = if inside { before.pixels[at..at + 3].to_vec() } else { vec![128; 3] };
                assert_eq!(after.pixels[at..at + 3], expected, "{x}, {y} of {width} x {height}, {share}");
            }
        }
        // Changed and masked: the border is grey all the same.
        let everything = Augmentation { brightness: 0.5, noise: 0.1, ..NONE };
        let result = augment(&before, &everything, share, &mut augmentation_stream(1, 2, 3));
        assert!(across == 0 || result.pixels[..3] == [128; 3]);
    }
}

#[test]
fn the_same_stream_gives_the_same_picture_and_every_other_another() {
    let picture = texture(4, 1, 0).reduced(40, 1);
    let everything =
        Augmentation { flip: true, rotation: 30.0, shift: 0.2, zoom: 0.3, brightness: 0.3, contrast: 0.3, noise: 0.05 };
    let result = |seed, epoch, index| augment(&picture, &everything, 0.0, &mut augmentation_stream(seed, epoch, index));
    let one = result(1, 2, 3);
    assert_eq!(one, result(1, 2, 3));
    assert_eq!((one.width, one.height, one.pixels.len()), (40, 40, 4_800));
    for (seed, epoch, index) in [(2, 2, 3), (1, 3, 3), (1, 2, 4)] {
        assert_ne!(one, result(seed, epoch, index), "{seed} {epoch} {index}");
    }
    // One switch does not change what the others draw.
    let turned = Augmentation { rotation: 30.0, noise: 0.05, ..NONE };
    let flat = Rgb { width: 8, height: 8, pixels: vec![100; 192] };
    let result = |augmentation| augment(&flat, &augmentation, 0.0, &mut augmentation_stream(1, 1, 1));
    assert_eq!(result(turned), result(Augmentation { flip: true, ..turned }));
}
