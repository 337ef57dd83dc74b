//! Which pictures are learned from, validated on and tested on.

use receptive::protocol::{Labelled, Part, Parts};
use receptive::train::taught::Division;
use std::collections::{BTreeSet, HashMap};

/// So many pictures of each class, with made-up digests.
pub fn pictures(counts: &[usize]) -> Vec<Labelled> {
    let mut all = Vec::new();
    for (class, &count) in counts.iter().enumerate() {
        for _ in 0..count {
            let id = all.len() as u32;
            all.push(Labelled { id, class, sha: format!("{:08x}{id:08x}", id.wrapping_mul(2_654_435_761)) });
        }
    }
    all
}

/// How many of a class are in each part.
fn counts(division: &Division, pictures: &[Labelled], class: usize) -> (usize, usize, usize) {
    let of = |part: &[u32]| part.iter().filter(|&&place| pictures[place as usize].class == class).count();
    (of(&division.train), of(&division.validation), of(&division.test))
}

#[test]
fn every_class_has_its_share_of_each_part() {
    // (pictures, with 80 and 20 %, with 70, 20 and 10 %)
    for (count, two, three) in [
        (1, (1, 0, 0), (1, 0, 0)),
        (2, (1, 1, 0), (1, 1, 0)),
        (3, (2, 1, 0), (2, 1, 0)),
        (4, (3, 1, 0), (3, 1, 0)),
        (5, (4, 1, 0), (3, 1, 1)),
        (10, (8, 2, 0), (7, 2, 1)),
        (20, (16, 4, 0), (14, 4, 2)),
        (100, (80, 20, 0), (70, 20, 10)),
        (333, (266, 67, 0), (233, 67, 33)),
    ] {
        let all = pictures(&[count, 40, count]);
        for (parts, expected) in [(Parts::EightyTwenty, two), (Parts::SeventyTwentyTen, three)] {
            let division = Division::new(&all, parts, 5);
            assert_eq!(counts(&division, &all, 0), expected, "{count} {parts:?}");
            assert_eq!(counts(&division, &all, 2), expected, "{count} {parts:?}");
        }
    }
}

#[test]
fn parts_are_disjoint_ascending_and_hold_every_picture() {
    for seed in 0..20 {
        for parts in [Parts::EightyTwenty, Parts::SeventyTwentyTen] {
            let all = pictures(&[17, 2, 3, 50, 1]);
            let Division { train, validation, test } = Division::new(&all, parts, seed);
            for part in [&train, &validation, &test] {
                assert!(part.is_sorted_by(|a, b| a < b));
            }
            let together: BTreeSet<u32> = train.iter().chain(&validation).chain(&test).copied().collect();
            assert_eq!(together.len(), train.len() + validation.len() + test.len());
            assert_eq!(together, (0..all.len() as u32).collect());
        }
    }
}

#[test]
fn the_order_in_which_pictures_came_makes_no_difference_and_the_seed_does() {
    let all = pictures(&[30, 12, 9]);
    let by_picture = |division: &Division, pictures: &[Labelled]| -> HashMap<String, &'static str> {
        let parts = [("train", &division.train), ("validation", &division.validation), ("test", &division.test)];
        let named = parts.into_iter().flat_map(|(name, part)| part.iter().map(move |place| (name, *place)));
        named.map(|(name, place)| (pictures[place as usize].sha.clone(), name)).collect()
    };
    let here = by_picture(&Division::new(&all, Parts::SeventyTwentyTen, 3), &all);
    let mut turned = all.clone();
    turned.reverse();
    turned.swap(3, 20);
    assert_eq!(by_picture(&Division::new(&turned, Parts::SeventyTwentyTen, 3), &turned), here);
    assert_ne!(by_picture(&Division::new(&all, Parts::SeventyTwentyTen, 4), &all), here);
}

#[test]
fn what_is_tested_is_the_validation_part_where_nothing_is_held_out() {
    let all = pictures(&[10, 10]);
    let division = Division::new(&all, Parts::EightyTwenty, 1);
    assert_eq!(division.part(Part::Test), division.validation);
    assert_eq!(division.part(Part::Validation), division.validation);
    let division = Division::new(&all, Parts::SeventyTwentyTen, 1);
    assert_eq!(division.part(Part::Test), division.test);
    assert_eq!(division.test.len(), 2);
    assert_eq!(division.part(Part::Train), division.train);
}
