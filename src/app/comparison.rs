//! What two runs on the same pictures tell, in words. Pure.

use super::words;
use crate::protocol::{Start, TeachSettings};

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub settings: TeachSettings,
    /// On the part held out, or the validation part where there is none; 0..=1.
    pub accuracy: f64,
    pub balanced: Option<f64>,
    pub seconds: f64,
}

/// A run by what is special about it.
pub fn name_of(settings: &TeachSettings) -> &'static str {
    match (settings.start, settings.mask > 0.0) {
        (Start::Random, _) => "from random weights",
        (Start::Pretrained, true) => "with masked borders",
        (Start::Pretrained, false) => "from pretrained weights",
    }
}

/// One or two sentences: what `base` has over `other`, or what changed from one to the other.
pub fn in_words(base: &Outcome, other: &Outcome) -> String {
    let (base, other) = match (base.settings.start, other.settings.start) {
        (Start::Random, Start::Pretrained) => (other, base),
        _ if base.settings.mask > other.settings.mask => (other, base),
        _ => (base, other),
    };
    let figures = format!(
        "{}: {} right after {}. {}: {} right after {}.",
        capital(name_of(&base.settings)),
        words::percent(base.accuracy),
        words::duration(base.seconds),
        capital(name_of(&other.settings)),
        words::percent(other.accuracy),
        words::duration(other.seconds)
    );
    let points = (base.accuracy - other.accuracy) * 100.0;
    let verdict = if base.settings.start != other.settings.start {
        transfer(points, base.seconds, other.seconds)
    } else if other.settings.mask > base.settings.mask {
        mask(points)
    } else {
        format!("The difference is {:.1} percentage points.", points.abs())
    };
    format!("{figures} {verdict}")
}

fn transfer(points: f64, pretrained: f64, random: f64) -> String {
    let gain = if points > 0.0 {
        format!("What the network knew before gives {points:.1} percentage points")
    } else {
        format!("What the network knew before gives nothing here ({points:.1} percentage points)")
    };
    let time = if pretrained > 0.0 && random > pretrained * 1.05 {
        format!(", in 1/{:.1} of the time", random / pretrained)
    } else if random > 0.0 && pretrained > random * 1.05 {
        format!(", in {:.1} times the time", pretrained / random)
    } else {
        ", in the same time".to_owned()
    };
    format!("{gain}{time}.")
}

fn mask(points: f64) -> String {
    if points > 1.0 {
        format!(
            "Without the borders the network is {points:.1} percentage points worse: some of what it used lay there, where no finding is."
        )
    } else {
        format!(
            "Without the borders the network does as well ({:+.1} percentage points): it hardly used them. A shortcut in the middle of the pictures would not show here.",
            -points
        )
    }
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(accuracy: f64, seconds: f64, start: Start, mask: f64) -> Outcome {
        let settings = TeachSettings { start, mask, ..TeachSettings::default() };
        Outcome { settings, accuracy, balanced: None, seconds }
    }

    #[test]
    fn the_gain_of_transfer_is_said_whichever_run_is_shown() {
        let pretrained = outcome(0.9, 10.0, Start::Pretrained, 0.0);
        let random = outcome(0.4, 120.0, Start::Random, 0.0);
        let expected = "From pretrained weights: 90.00 % right after 10 s. From random weights: 40.00 % right after \
                        2 min 00 s. What the network knew before gives 50.0 percentage points, in 1/12.0 of the time.";
        assert_eq!(in_words(&pretrained, &random), expected);
        assert_eq!(in_words(&random, &pretrained), expected);
    }

    #[test]
    fn no_gain_is_said_too() {
        let pretrained = outcome(0.4, 10.0, Start::Pretrained, 0.0);
        let random = outcome(0.5, 10.0, Start::Random, 0.0);
        assert!(
            in_words(&pretrained, &random).ends_with("gives nothing here (-10.0 percentage points), in the same time.")
        );
    }

    #[test]
    fn a_lost_shortcut_is_said() {
        let whole = outcome(0.9, 10.0, Start::Pretrained, 0.0);
        let masked = outcome(0.8, 10.0, Start::Pretrained, 0.25);
        assert!(in_words(&whole, &masked).contains("10.0 percentage points worse"));
        assert!(in_words(&masked, &whole).contains("10.0 percentage points worse"));
        let same = outcome(0.905, 10.0, Start::Pretrained, 0.25);
        assert!(in_words(&whole, &same).contains("does as well (+0.5 percentage points)"));
    }
}
