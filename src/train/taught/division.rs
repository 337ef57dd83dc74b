//! Which pictures are learned from, validated on and tested on.

use crate::data::stream;
use crate::protocol::{Labelled, Part, Parts};
use rand::seq::SliceRandom;

/// Places of pictures, ascending in each part, none in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Division {
    pub train: Vec<u32>,
    pub validation: Vec<u32>,
    /// Empty where nothing is held out; the validation part is tested then.
    pub test: Vec<u32>,
}

impl Division {
    /// Divides every class by itself, so that each part has its share of each (a stratified split). Which pictures go
    /// where depends on the seed and on the pictures, not on their order.
    ///
    /// Of a class of two or more, one at least is learned from and one validated on.
    pub fn new(pictures: &[Labelled], parts: Parts, seed: u32) -> Self {
        let (validation, test) = match parts {
            Parts::EightyTwenty => (0.2, 0.0),
            Parts::SeventyTwentyTen => (0.2, 0.1),
        };
        let classes = pictures.iter().map(|picture| picture.class + 1).max().unwrap_or(0);
        let mut all = Self::default();
        for class in 0..classes {
            let of_class = (0..pictures.len() as u32).filter(|&place| pictures[place as usize].class == class);
            let mut places: Vec<u32> = of_class.collect();
            places.sort_by(|a, b| pictures[*a as usize].sha.cmp(&pictures[*b as usize].sha));
            // Stream 0 draws weights, stream 1 the parts.
            places.shuffle(&mut stream(seed, 1));
            let count = |share: f64, least: usize| ((places.len() as f64 * share).round() as usize).max(least);
            let validated = count(validation, 1).min(places.len().saturating_sub(1));
            let tested = count(test, 0).min(places.len().saturating_sub(validated + 1));
            all.validation.extend(places.drain(..validated));
            all.test.extend(places.drain(..tested));
            all.train.extend(places);
        }
        for part in [&mut all.train, &mut all.validation, &mut all.test] {
            part.sort_unstable();
        }
        all
    }

    /// The pictures of a part; those tested are the validated ones where nothing is held out.
    pub fn part(&self, part: Part) -> &[u32] {
        match part {
            Part::Train => &self.train,
            Part::Test if !self.test.is_empty() => &self.test,
            Part::Validation | Part::Test => &self.validation,
        }
    }
}
