//! Values to set hyperparameters to.

use receptive::protocol::catalog::Kind;

/// Every value of every choice, both ends of every range and something between.
pub fn allowed(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice(options) => options.iter().map(|(value, _)| (*value).to_owned()).collect(),
        Kind::Integer { min, max } => vec![min.to_string(), max.to_string(), ((min + max) / 2).to_string()],
        Kind::Real { min, max } => vec![min.to_string(), max.to_string(), "0.0003".to_owned()],
        Kind::Linear { min, max, step } => vec![min.to_string(), max.to_string(), (min + step).to_string()],
        Kind::Weights => ["equal", "inverse", "1", "0,1000", "1,2.5,0.125"].map(str::to_owned).to_vec(),
        Kind::Text => vec!["vgg16".to_owned(), "名前 mit Lücken".to_owned()],
    }
}

/// Values just outside of what is allowed.
pub fn refused(kind: &Kind) -> Vec<String> {
    let numbers = |min: f64, max: f64| {
        let around = [min - 1e-9 - min.abs() * 0.1, max + 1e-9 + max.abs() * 0.1, -1e300, 1e300];
        around.iter().map(f64::to_string).chain(["NaN", "inf", "-inf", "", "1,5", "two"].map(str::to_owned)).collect()
    };
    match kind {
        Kind::Choice(options) => vec![String::new(), "lion".to_owned(), options[0].0.to_uppercase() + "!"],
        Kind::Integer { min, max } => {
            let mut all: Vec<String> = numbers(*min as f64, *max as f64);
            all.extend(["1.5".to_owned(), (max + 1).to_string(), "99999999999999999999999".to_owned()]);
            all
        }
        Kind::Real { min, max } | Kind::Linear { min, max, .. } => numbers(*min, *max),
        Kind::Weights => {
            let long = vec!["1"; 1_000].join(",");
            ["", ",", "1,", "-1", "1,NaN", "1001", "1;2", "Equal", &long].map(str::to_owned).to_vec()
        }
        Kind::Text => vec![String::new(), "x".repeat(2_000)],
    }
}

/// Texts made up from pieces that parsers stumble over.
pub fn any_texts() -> impl Iterator<Item = String> {
    const PIECES: [&str; 24] = [
        "0", "1", "9", ".", ",", "-", "+", "e", "E", "inf", "nan", " ", "\u{0}", "\n", "ä", "🦀", "equal", "inverse",
        "light", "\"", "\\", "{", "yes", "1e400",
    ];
    let mut number = 1_u64;
    let mut draw = move |below: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) as usize % below
    };
    (0..2_000).map(move |_| (0..draw(8)).map(|_| PIECES[draw(PIECES.len())]).collect())
}
