//! What a long run is called, what it takes, and in what two of them differ. Pure.

use super::words;
use crate::protocol::catalog::Hyperparameter;
use crate::protocol::googlenet_catalog::GOOGLENET_PARAMETERS;
use crate::protocol::{GooglenetSettings, Speed, TrainingSet};

/// Bytes of a number in the file of an epoch, and in a checkpoint: the weight and what Adam remembers of it.
const EPOCH_BYTES: f64 = 2.0;
const CHECKPOINT_BYTES: f64 = 12.0;

/// Seconds that a run takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Takes {
    pub epoch: f64,
    pub run: f64,
}

/// How long these settings take at this speed; `None` for a speed that was not measured.
pub fn takes(settings: &GooglenetSettings, set: &TrainingSet, speed: &Speed) -> Option<Takes> {
    if speed.images_per_second <= 0.0 {
        return None;
    }
    let learned = settings.images.min(set.train) as f64 / speed.images_per_second;
    let epoch = learned + set.validation as f64 * (speed.data + speed.forward);
    Some(Takes { epoch, run: epoch * settings.epochs as f64 })
}

/// Trainable numbers of a network with these settings: exactly for the course notebook's, else about.
pub fn parameters(settings: &GooglenetSettings) -> f64 {
    // Every layer has channels on both sides.
    (GOOGLENET_PARAMETERS as f64 * settings.width * settings.width).round()
}

/// Bytes of the weights after one epoch, and of a checkpoint; both about.
pub fn stored(settings: &GooglenetSettings) -> (f64, f64) {
    (EPOCH_BYTES * parameters(settings), CHECKPOINT_BYTES * parameters(settings))
}

/// The epochs to let go of when there is no room, of those that are kept with their bytes: every second one, but never
/// the first or the newest, so that the time-lapse still goes from the beginning to the end.
pub fn to_thin(kept: &[(usize, f64)]) -> Vec<usize> {
    let inner = kept.get(1..kept.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().step_by(2).map(|(epoch, _)| *epoch).collect()
}

/// A setting and its value; the number of pictures needs no name.
pub fn setting(h: &Hyperparameter, value: &str) -> String {
    if h.key == "images" { format!("{value} pictures") } else { words::setting(h, value) }
}

/// A run by how its settings differ from the course notebook's; the data set left out.
pub fn name_of(settings: &GooglenetSettings) -> String {
    let reference = GooglenetSettings { dataset: settings.dataset.clone(), ..GooglenetSettings::default() };
    let differences = settings.differences(&reference);
    if differences.is_empty() {
        return "As in the course notebook".to_owned();
    }
    let list: Vec<String> = differences.iter().map(|(h, here, _)| setting(h, here)).collect();
    let list = list.join(", ");
    let (first, rest) = list.split_at(list.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}

/// The settings in which a run differs from another.
pub fn differences(one: &GooglenetSettings, other: &GooglenetSettings) -> String {
    let all = one.differences(other);
    if all.is_empty() {
        return "no setting, only the weights they began with, if at all".to_owned();
    }
    let word = |(h, here, there): &(&'static Hyperparameter, String, String)| {
        format!("{} (the other: {})", setting(h, here), words::setting_value(h, there))
    };
    all.iter().map(word).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_named_by_what_is_not_the_notebooks() {
        let mut settings = GooglenetSettings { dataset: "mnist".to_owned(), ..GooglenetSettings::default() };
        assert_eq!(name_of(&settings), "As in the course notebook");
        (settings.width, settings.batch_norm) = (0.25, true);
        assert_eq!(name_of(&settings), "Batch norm: yes, width 0.25");
        settings.images = 500;
        assert_eq!(name_of(&settings), "500 pictures, batch norm: yes, width 0.25");
    }

    #[test]
    fn two_runs_differ_in_words() {
        let one = GooglenetSettings { dropout: 0.2, ..GooglenetSettings::default() };
        assert_eq!(differences(&one, &GooglenetSettings::default()), "dropout 0.2 (the other: 0.4)");
        assert_eq!(differences(&one, &one.clone()), "no setting, only the weights they began with, if at all");
    }

    #[test]
    fn thinning_keeps_the_first_and_the_newest_and_comes_to_an_end() {
        let mut kept: Vec<(usize, f64)> = (1..=8).map(|epoch| (epoch, 1.0)).collect();
        assert_eq!(to_thin(&kept), [2, 4, 6]);
        for _ in 0..4 {
            let gone = to_thin(&kept);
            kept.retain(|(epoch, _)| !gone.contains(epoch));
        }
        assert_eq!(kept, [(1, 1.0), (8, 1.0)]);
        assert_eq!(to_thin(&kept), Vec::<usize>::new());
        assert_eq!(to_thin(&[]), Vec::<usize>::new());
    }

    #[test]
    fn an_epoch_is_learning_and_measuring() {
        let set = TrainingSet {
            name: String::new(),
            title: String::new(),
            classes: Vec::new(),
            train: 1000,
            validation: 100,
            bytes: 0,
            licence: String::new(),
            source: String::new(),
            lossy: false,
        };
        let speed = Speed { images_per_second: 100.0, data: 0.001, forward: 0.003, backward: 0.005, optimizer: 0.001 };
        let settings = GooglenetSettings { images: 500, epochs: 3, ..GooglenetSettings::default() };
        let takes = takes(&settings, &set, &speed).map(|takes| (takes.epoch, takes.run));
        // 500 pictures at 100 a second, then 100 pictures in 4 ms each.
        assert!(takes.is_some_and(|(epoch, run)| (epoch - 5.4).abs() < 1e-9 && (run - 16.2).abs() < 1e-9));
    }

    #[test]
    fn half_the_width_is_a_quarter_of_the_numbers() {
        let settings = GooglenetSettings { width: 0.5, ..GooglenetSettings::default() };
        assert_eq!(parameters(&GooglenetSettings::default()), 5_983_802.0);
        assert_eq!(parameters(&settings), 1_495_951.0);
        assert_eq!(stored(&settings), (2_991_902.0, 17_951_412.0));
    }
}
