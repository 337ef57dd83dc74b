//! Which pictures are learned from, in which order, and how a drawing becomes one of them.

use receptive::data::*;

#[test]
fn a_split_leaves_no_picture_in_both_parts_and_none_out() {
    let Split { train, validation } = split(1, 60_000, 5_000, 60_000);
    assert_eq!((train.len(), validation.len()), (55_000, 5_000));
    assert!(train.is_sorted() && validation.is_sorted());
    let mut all = [train, validation].concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..60_000));
}

#[test]
fn a_split_depends_on_its_seed_alone() {
    let whole = split(1, 60_000, 5_000, 60_000);
    assert_eq!(whole, split(1, 60_000, 5_000, 60_000));
    assert_ne!(whole.validation, split(2, 60_000, 5_000, 60_000).validation);
    // Fewer training images are the first of the same, and the validation images stay.
    let small = split(1, 60_000, 5_000, 1_000);
    assert_eq!(small.validation, whole.validation);
    assert_eq!(small.train, whole.train[..1_000]);
    assert!(split(1, 60_000, 0, 60_000).train.into_iter().eq(0..60_000));
}

/// Each tenth of the data set has its share of the 5,000: 500 expected, standard deviation 20.6.
#[test]
fn validation_is_drawn_from_everywhere() {
    let mut tenths = [0; 10];
    split(1, 60_000, 5_000, 60_000).validation.iter().for_each(|&i| tenths[i as usize / 6_000] += 1);
    assert!(tenths.iter().all(|count| (400..600).contains(count)), "{tenths:?}");
}

/// The numbers themselves, so that a saved run still means the same after an update of a crate.
#[test]
fn the_drawn_numbers_stay_the_same() {
    assert_eq!(split(1, 60_000, 5_000, 60_000).validation[..5], FIRST_VALIDATION);
    let all: Vec<u32> = (0..12_000).collect();
    assert_eq!(epoch_order(1, 0, &all, 6_000)[..5], FIRST_OF_EPOCH_0);
    assert_eq!(epoch_order(1, 1, &all, 6_000)[..5], FIRST_OF_EPOCH_1);
}
const FIRST_VALIDATION: [u32; 5] = [15, 44, 62, 73, 95];
const FIRST_OF_EPOCH_0: [u32; 5] = [243, 161, 5040, 5362, 4238];
const FIRST_OF_EPOCH_1: [u32; 5] = [4481, 7086, 5795, 2107, 11902];

#[test]
fn every_epoch_visits_every_training_picture_once() {
    let Split { train, .. } = split(3, 60_000, 5_000, 20_000);
    for epoch in 0..3 {
        let order = epoch_order(3, epoch, &train, 6_000);
        assert_ne!(order, train);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, train);
        assert_eq!(order, epoch_order(3, epoch, &train, 6_000));
        assert_ne!(order, epoch_order(4, epoch, &train, 6_000));
        assert_ne!(order, epoch_order(3, epoch + 1, &train, 6_000));
    }
}

#[test]
fn the_first_epoch_needs_one_shard_after_the_other() {
    let Split { train, .. } = split(3, 60_000, 5_000, 60_000);
    let shards: Vec<u32> = epoch_order(3, 0, &train, 6_000).iter().map(|i| i / 6_000).collect();
    assert!(shards.is_sorted());
    let shards: Vec<u32> = epoch_order(3, 1, &train, 6_000).iter().map(|i| i / 6_000).collect();
    assert!(!shards.is_sorted());
}

/// A drawing of `side` x `side` with this rectangle filled.
fn rectangle(side: usize, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> Vec<u8> {
    let inside = |i: usize| rows.contains(&(i / side)) && columns.contains(&(i % side));
    (0..side * side).map(|i| if inside(i) { 255 } else { 0 }).collect()
}

#[test]
fn an_empty_drawing_is_no_digit() {
    assert_eq!(from_drawing(&[0; 100], 10), Ok(None));
    assert_eq!(from_drawing(&[], 0), Ok(None));
}

#[test]
fn a_drawing_of_another_size_than_announced_is_refused() {
    assert_eq!(from_drawing(&[0; 99], 10).unwrap_err().problem, Problem::BadDrawing { side: 10, got: 99 });
    let side = usize::MAX;
    assert_eq!(from_drawing(&[0; 99], side).unwrap_err().problem, Problem::BadDrawing { side, got: 99 });
}

/// Wherever it was drawn, and however large: 20x20 in the middle of 28x28.
#[test]
fn a_square_fills_the_box_of_twenty() {
    let expected = rectangle(28, 4..24, 4..24);
    for (side, rows, columns) in
        [(280, 0..200, 0..200), (280, 180..280, 30..130), (28, 3..8, 20..25), (50, 0..50, 0..50)]
    {
        let digit = from_drawing(&rectangle(side, rows, columns), side).unwrap().unwrap();
        assert_eq!(digit, expected, "side {side}");
    }
}

#[test]
fn a_stroke_keeps_its_aspect() {
    let digit = from_drawing(&rectangle(280, 10..210, 70..90), 280).unwrap().unwrap();
    assert_eq!(digit, rectangle(28, 4..24, 13..15));
    let digit = from_drawing(&rectangle(280, 7..8, 0..280), 280).unwrap().unwrap();
    assert_eq!(digit, rectangle(28, 14..15, 4..24));
}

/// Half a pixel of ink is half as dark: 25 source rows become 20, so each target row averages 1.25.
#[test]
fn edges_are_antialiased() {
    let mut drawing = rectangle(25, 0..25, 0..25);
    drawing[25..50].fill(0);
    let digit = from_drawing(&drawing, 25).unwrap().unwrap();
    let column: Vec<u8> = (0..28).map(|y| digit[y * 28 + 14]).filter(|v| *v > 0).collect();
    // Row 0 has 1.00 of ink in 1.25; row 1 has 0.50 (of the third source row) in 1.25.
    assert_eq!(column[..3], [204, 102, 255]);
}

/// MNIST's own digits, drawn ten times as large somewhere on a canvas, come back as they were filed.
#[test]
fn drawings_are_placed_as_mnist_places_its_digits() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("public").join(&test_shards()[0]);
    let pixels = read_images("test", &std::fs::read(path).unwrap()).unwrap();
    for digit in pixels.chunks_exact(PIXELS).take(200) {
        let (side, shift) = (400, 60);
        let mut canvas = vec![0; side * side];
        for y in 0..280 {
            for x in 0..280 {
                canvas[(y + shift) * side + x + shift / 2] = digit[y / 10 * 28 + x / 10];
            }
        }
        assert_eq!(from_drawing(&canvas, side).unwrap().unwrap(), digit);
    }
}
