//! A taught network's model card (Mitchell and others: *Model cards for model reporting*, 2019): what it is, what it
//! learned from, how good it is, and what it is not for.

use super::TaughtSession;
use super::model::{Facts, in_words};
use crate::metrics::{accuracy, balanced_accuracy};
use crate::models::architecture;
use crate::protocol::teach_catalog::TEACH_HYPERPARAMETERS;
use crate::protocol::{Augmentation, ConfusionReport, Head, Part, RunReport, Start, TeachSettings};
use std::fmt::Write;

/// Where the backbone's weights come from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub title: String,
    pub licence: String,
    pub source: String,
}

/// What the network is not for, whatever it learned.
const LIMITS: &str = "\
- It knows these classes and nothing else. Whatever is shown to it, it spreads 100 % over them.
- It learned from few pictures. It may have learned what they have in common by chance: a background, a light, a camera, a text.
- The accuracy above is of pictures from the same source. Pictures from elsewhere are usually answered worse.
- Its probabilities are not calibrated: of pictures answered with 90 %, it need not be right about nine out of ten.
- **It is not for decisions about people**, such as who they are, what they may do or what they get.
- **It is not a medical device** and not for diagnosis, screening or treatment.
- It has not been examined for fairness. Where pictures show people, all groups need to be in the pictures and in the test.
";

/// Markdown. `made_on` is a date in words or digits, where one is known.
pub fn model_card(session: &TaughtSession, facts: &Facts, origin: &Origin, made_on: Option<&str>) -> String {
    let mut card = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(card, "# Model card: {}\n", plain(&facts.name));
    card.push_str(&about(facts, origin, made_on));
    card.push_str(&pictures(session));
    card.push_str(&how_it_learned(&facts.settings));
    card.push_str(&results(session, facts));
    let _ = write!(card, "\n## Limits\n\n{LIMITS}");
    card
}

fn about(facts: &Facts, origin: &Origin, made_on: Option<&str>) -> String {
    let title = architecture(&facts.architecture).map_or(facts.architecture.as_str(), |a| a.card.title).to_owned();
    let head = match facts.head {
        Head::Light => "the means of its last feature maps and one layer to the classes",
        Head::Own => "its own classifier with the last layer replaced",
    };
    let start = match facts.settings.start {
        Start::Pretrained => format!(
            "pretrained weights “{}”, licence {}, from {}",
            plain(&origin.title),
            plain(&origin.licence),
            plain(&origin.source)
        ),
        Start::Random => "random weights".to_owned(),
    };
    let mut rows = vec![
        ("What it does", "says which of the classes below a picture shows".to_owned()),
        ("Network", format!("{title}; in place of its last layer {head}")),
        ("Began with", start),
        ("Version", format!("`{}` (SHA-256 of the weights, first 16 digits)", facts.version)),
        ("Data", format!("`{}` (SHA-256 of the pictures and their classes, first 16 digits)", facts.pictures)),
    ];
    rows.extend(made_on.map(|date| ("Made on", plain(date))));
    rows.push(("Made with", "Receptive, in a browser; no picture left the device".to_owned()));
    let rows = rows.into_iter().map(|(what, value)| format!("| {what} | {value} |\n"));
    format!("| | |\n| --- | --- |\n{}", rows.collect::<String>())
}

fn pictures(session: &TaughtSession) -> String {
    let course = &session.course;
    let held_out = !course.division.test.is_empty();
    let count = |part: &[u32], class: usize| {
        part.iter().filter(|&&place| course.pictures[place as usize].class == class).count()
    };
    let mut text = String::from(
        "\n## Classes and pictures\n\n| class | learned from | validated on | held out for the test |\n| --- | ---: | ---: | ---: |\n",
    );
    let mut row = |name: &str, of: &dyn Fn(&[u32]) -> usize| {
        let test = if held_out { of(&course.division.test).to_string() } else { "–".to_owned() };
        let (learned, validated) = (of(&course.division.train), of(&course.division.validation));
        let _ = writeln!(text, "| {name} | {learned} | {validated} | {test} |");
    };
    for (class, name) in course.classes.iter().enumerate() {
        row(&plain(name), &|part| count(part, class));
    }
    row("**all**", &<[u32]>::len);
    let _ = writeln!(text, "\nDivided class by class with the seed {}.", course.settings.seed);
    text
}

fn how_it_learned(settings: &TeachSettings) -> String {
    let mut text = String::from("\n## Settings\n\n| setting | value |\n| --- | --- |\n");
    let idle = Augmentation::default() == settings.augmentation;
    for setting in TEACH_HYPERPARAMETERS {
        let augments =
            matches!(setting.key, "flip" | "rotation" | "shift" | "zoom" | "brightness" | "contrast" | "noise");
        if !(augments && idle) {
            let unit = setting.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
            let _ = writeln!(text, "| {} | {}{unit} |", setting.label, plain(&settings.get(setting.key)));
        }
    }
    if idle {
        text.push_str("| Augmentation | none |\n");
    }
    text
}

fn results(session: &TaughtSession, facts: &Facts) -> String {
    let mut text = String::from("\n## Results\n\n");
    let Some(report) = &session.history.report else {
        text.push_str("The run was not finished: nothing has been measured at its end.\n");
        return text;
    };
    let RunReport { test_loss, training_seconds, backend, confusion, .. } = report;
    let course = &session.course;
    let on = match (course.division.test.is_empty(), course.division.part(Part::Test).len()) {
        (false, count) => format!("{count} pictures that were held out and used once, at the end"),
        (true, count) => format!("the {count} pictures of the validation part; none were held out"),
    };
    let epochs = facts.results.epochs.len();
    let _ = writeln!(text, "Measured on {on}.\n\n| | |\n| --- | ---: |");
    let _ = writeln!(text, "| Accuracy | {} |", percent(accuracy(confusion)));
    let _ = writeln!(text, "| Balanced accuracy | {} |", percent(balanced_accuracy(confusion)));
    let _ = writeln!(text, "| Loss | {test_loss:.4} |");
    let _ = writeln!(text, "| Training | {epochs} epochs, {training_seconds:.1} s, on {} |", in_words(*backend));
    let names: Vec<String> = course.classes.iter().map(|name| plain(name)).collect();
    per_class(&mut text, &names, confusion);
    matrix(&mut text, &names, &confusion.counts);
    if let Some(within) = facts.within {
        let _ = writeln!(
            text,
            "\nA picture counts as unfamiliar where its features are farther than {within:.3} (cosine distance) from those of every picture it learned from; 95 of 100 pictures of the validation part are nearer."
        );
    }
    text
}

fn per_class(text: &mut String, names: &[String], confusion: &ConfusionReport) {
    let ConfusionReport { counts, precision, recall, f1 } = confusion;
    text.push_str("\n| class | pictures | precision | recall | F1 |\n| --- | ---: | ---: | ---: | ---: |\n");
    for (class, name) in names.iter().enumerate() {
        let there: u32 = counts[class].iter().sum();
        let [precision, recall, f1] = [precision, recall, f1].map(|of| percent(of[class]));
        let _ = writeln!(text, "| {name} | {there} | {precision} | {recall} | {f1} |");
    }
}

fn matrix(text: &mut String, names: &[String], counts: &[Vec<u32>]) {
    let _ = writeln!(text, "\nConfusion matrix: a row for each class, columns what it was taken for.\n");
    let _ = writeln!(text, "| | {} |\n| --- |{}", names.join(" | "), " ---: |".repeat(names.len()));
    for (name, row) in names.iter().zip(counts) {
        let row: Vec<String> = row.iter().map(u32::to_string).collect();
        let _ = writeln!(text, "| **{name}** | {} |", row.join(" | "));
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

/// A visitor's text that Markdown shows as it is.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => safe.extend(['\\', letter]),
            _ if letter.is_control() => safe.push(' '),
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_shown_and_not_obeyed() {
        assert_eq!(plain("<b>a|b</b>\n# *c*"), "&lt;b>a\\|b&lt;/b> \\# \\*c\\*");
    }
}
