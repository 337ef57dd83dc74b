//! Numbers and settings as a visitor reads them. Pure.

use crate::protocol::catalog::{Hyperparameter, Kind};

/// A setting and its value as the controls name them: `width 0.25`, `batch norm: yes`.
pub fn setting(h: &Hyperparameter, value: &str) -> String {
    let colon = if matches!(h.kind, Kind::Choice(_)) && ["yes", "no"].contains(&value) { ":" } else { "" };
    format!("{}{colon} {}", in_a_sentence(h.label), setting_value(h, value))
}

/// The value of a setting as its control names it.
pub fn setting_value<'a>(h: &Hyperparameter, value: &'a str) -> &'a str {
    let label = match &h.kind {
        Kind::Choice(_) if ["yes", "no"].contains(&value) => None,
        Kind::Choice(options) => options.iter().find(|(v, _)| *v == value).map(|(_, label)| *label),
        _ => None,
    };
    label.unwrap_or(value)
}

/// A label within a sentence.
fn in_a_sentence(label: &str) -> String {
    // “ReLU” stays as it is.
    match label.find(char::is_uppercase) {
        Some(0) if !label[1..].contains(char::is_uppercase) => label.to_lowercase(),
        _ => label.to_owned(),
    }
}

/// `12,345`
pub fn count(n: impl TryInto<u64>) -> String {
    let Ok(n) = n.try_into() else { return "–".to_owned() };
    grouped(n)
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `98.52 %` from 0.9852.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A probability: `97.3 %`, `<0.1 %`, never a 0 or a 100 that is not exact.
pub fn probability(p: f32) -> String {
    match p {
        p if p > 0.0 && p < 0.000_5 => "<0.1 %".to_owned(),
        p if (0.999_5..1.0).contains(&p) => ">99.9 %".to_owned(),
        p => format!("{:.1} %", p * 100.0),
    }
}

/// `9.3 s`, `2 min 05 s`, `1 h 04 min`; `<0.1 s` for what is short but not nothing.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds > 0.0 && seconds < 0.05 {
        return "<0.1 s".to_owned();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `11.6 MB`, in millions of bytes; `3.4 GB` from a thousand of those.
pub fn megabytes(bytes: u64) -> String {
    let millions = bytes as f64 / 1e6;
    if millions < 1000.0 { format!("{millions:.1} MB") } else { format!("{:.1} GB", millions / 1e3) }
}

/// `46 KB` below a million bytes, `11.6 MB` above.
pub fn megabytes_or_kilobytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.0} KB", bytes as f64 / 1e3) } else { megabytes(bytes) }
}

/// About three significant digits, for weights and values: `0.123`, `-12.3`, `0.00012`.
pub fn value(v: f32) -> String {
    let size = v.abs();
    let text = match size {
        _ if !v.is_finite() => return if v.is_nan() { "NaN".to_owned() } else { "infinite".to_owned() },
        0.0 => "0".to_owned(),
        s if s >= 100.0 => format!("{v:.0}"),
        s if s >= 10.0 => format!("{v:.1}"),
        s if s >= 1.0 => format!("{v:.2}"),
        s if s >= 0.001 => format!("{v:.3}"),
        _ => format!("{v:.0e}"),
    };
    text.replace('-', "\u{2212}")
}

/// Two decimals at most, for the cells of a grid: `.53`, `−1.2`, `12`.
pub fn short(v: f32) -> String {
    let text = match v.abs() {
        _ if !v.is_finite() => return value(v),
        s if s >= 9.95 => format!("{v:.0}"),
        s if s >= 0.995 => format!("{v:.1}"),
        _ => format!("{v:.2}").replace("0.", "."),
    };
    if text == ".00" || text == "-.00" { "0".to_owned() } else { text.replace('-', "\u{2212}") }
}

/// A tick of an axis: no more digits than the step between ticks needs.
pub fn tick(value: f64, step: f64) -> String {
    if value.abs() >= 1000.0 && step >= 1.0 {
        return count(value.round() as usize);
    }
    let digits = if step > 0.0 && step < 1.0 { (-step.log10()).ceil() as usize } else { 0 };
    format!("{value:.digits$}")
}

/// `3,712` from 3712.4; `18.6` from 18.63.
pub fn speed(images_per_second: f64) -> String {
    if images_per_second >= 100.0 {
        count(images_per_second.round() as usize)
    } else {
        format!("{images_per_second:.1}")
    }
}

/// How long ago something was: `just now`, `5 minutes ago`, `yesterday`, `3 days ago`.
pub fn ago(seconds: f64) -> String {
    let several = |n: u64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
    match seconds.max(0.0) as u64 {
        0..60 => "just now".to_owned(),
        s @ 60..3600 => several(s / 60, "minute"),
        s @ 3600..86_400 => several(s / 3600, "hour"),
        86_400..172_800 => "yesterday".to_owned(),
        s => several(s / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_thousands() {
        assert_eq!(["7", "999", "1,000", "61,706"].map(str::to_owned), [7_usize, 999, 1_000, 61_706].map(count));
    }

    #[test]
    fn a_probability_is_never_rounded_to_certainty() {
        assert_eq!(probability(0.999_9), ">99.9 %");
        assert_eq!(probability(0.000_01), "<0.1 %");
        assert_eq!(probability(1.0), "100.0 %");
        assert_eq!(probability(0.973), "97.3 %");
    }

    #[test]
    fn durations_grow_their_units() {
        assert_eq!([0.0, 0.004, 9.31].map(duration), ["0.0 s", "<0.1 s", "9.3 s"]);
        assert_eq!(duration(59.4), "59 s");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(3_840.0), "1 h 04 min");
        assert_eq!(duration(f64::NAN), "–");
    }

    #[test]
    fn small_files_are_in_kilobytes() {
        assert_eq!([46_500, 11_600_000].map(megabytes_or_kilobytes), ["46 KB", "11.6 MB"]);
        assert_eq!(megabytes(3_400_000_000), "3.4 GB");
    }

    #[test]
    fn values_keep_three_digits() {
        assert_eq!(value(-0.1234), "\u{2212}0.123");
        assert_eq!(value(12.34), "12.3");
        assert_eq!(value(0.0), "0");
        assert_eq!(value(f32::NAN), "NaN");
    }

    #[test]
    fn cells_are_short() {
        assert_eq!([0.531, -1.23, 12.4, 0.001].map(short), [".53", "\u{2212}1.2", "12", "0"]);
    }

    #[test]
    fn ticks_have_the_digits_they_need() {
        assert_eq!(tick(0.6000000000000001, 0.2), "0.6");
        assert_eq!(tick(0.25, 0.05), "0.25");
        assert_eq!(tick(8000.0, 2000.0), "8,000");
    }

    #[test]
    fn settings_are_named_as_their_controls_are() {
        use crate::protocol::googlenet_catalog::googlenet_hyperparameter;
        let words = |key: &str, value: &str| googlenet_hyperparameter(key).map(|h| setting(h, value));
        assert_eq!(words("width", "0.25").as_deref(), Some("width 0.25"));
        assert_eq!(words("batch-norm", "yes").as_deref(), Some("batch norm: yes"));
        assert_eq!(words("branch-relu", "no").as_deref(), Some("ReLU in the branches: no"));
        assert_eq!(words("schedule", "cosine").as_deref(), Some("schedule down to zero along a cosine"));
    }

    #[test]
    fn ages_are_plain() {
        assert_eq!(ago(5.0), "just now");
        assert_eq!(ago(61.0), "1 minute ago");
        assert_eq!(ago(90_000.0), "yesterday");
        assert_eq!(ago(200_000.0), "2 days ago");
    }
}
