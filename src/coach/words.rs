//! Numbers in the sentences of the coach.

/// `50.5 %` from 0.505.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `3.4 percentage points` from a difference of 0.034, whichever its sign.
pub fn points(difference: f64) -> String {
    let shown = format!("{:.1}", difference.abs() * 100.0);
    if shown == "1.0" { "1 percentage point".to_owned() } else { format!("{shown} percentage points") }
}

/// Two losses with as many digits as it takes to tell them apart, from 2 to 4.
pub fn losses(a: f64, b: f64) -> [String; 2] {
    if a.abs().max(b.abs()) >= LARGE {
        return [a, b].map(loss);
    }
    let shown = |digits: usize| [a, b].map(|loss| format!("{loss:.digits$}"));
    let apart = (2..4).map(shown).find(|[a, b]| a != b);
    apart.unwrap_or_else(|| shown(4))
}

/// From here on a loss has no decimals.
const LARGE: f64 = 100.0;

/// `2.31` from 2.3081; without decimals from a hundred on, and of those thrown far away only that they are.
pub fn loss(loss: f64) -> String {
    match loss.abs() {
        size if size < LARGE => format!("{loss:.2}"),
        size if size < 1e6 => format!("{loss:.0}"),
        _ => "more than a million".to_owned(),
    }
}

/// `1 epoch`, `7 epochs`
pub fn epochs(count: usize) -> String {
    if count == 1 { "1 epoch".to_owned() } else { format!("{count} epochs") }
}

/// A setting that was computed, without the digits that computing leaves: two that count. `0.00033` from 0.001 / 3.
pub fn setting(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let digits = (1.0 - value.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_can_be_told_apart() {
        assert_eq!(losses(2.301, 1.0), ["2.30", "1.00"]);
        assert_eq!(losses(2.301, 2.302), ["2.301", "2.302"]);
        assert_eq!(losses(2.0, 2.0), ["2.0000", "2.0000"]);
        assert_eq!(losses(1e23, 2.302), ["more than a million", "2.30"]);
    }

    #[test]
    fn settings_have_no_digits_of_computing() {
        assert_eq!(
            [0.001 / 3.0, 0.1 * 3.0, 1e-6 * 3.0, 1.0, 0.0].map(setting),
            ["0.00033", "0.3", "0.000003", "1", "0"]
        );
    }

    #[test]
    fn points_are_plural_but_for_one() {
        assert_eq!([0.01, -0.034].map(points), ["1 percentage point", "3.4 percentage points"]);
    }
}
