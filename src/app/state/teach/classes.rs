//! Rules about classes: how many, which names, how many pictures help.

use crate::app::projects_store::Class;
use crate::protocol::teach_catalog::{CLASSES, FEW_PICTURES};

pub const FEWEST_CLASSES: usize = CLASSES.0;
pub const MOST_CLASSES: usize = CLASSES.1;
/// More pictures than these help less and less.
const GOAL: usize = FEW_PICTURES;
/// In characters.
pub const LONGEST_NAME: usize = 60;

/// The name as it will be kept. `except` is the class that has it already.
///
/// # Errors
/// A sentence, when no class may be called so.
pub fn check_name(classes: &[Class], name: &str, except: Option<u32>) -> Result<String, String> {
    let name = tidy(name);
    if name.is_empty() {
        return Err("A class needs a name.".to_owned());
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("A name has at most {LONGEST_NAME} characters."));
    }
    match find(classes, &name).filter(|class| Some(class.id) != except) {
        Some(class) => Err(format!("There is a class called “{}” already; choose another name.", class.name)),
        None => Ok(name),
    }
}

/// The class with this name, whatever its capitals.
pub fn find<'a>(classes: &'a [Class], name: &str) -> Option<&'a Class> {
    let name = tidy(name).to_lowercase();
    classes.iter().find(|class| class.name.to_lowercase() == name)
}

/// One line, without spaces at its ends.
fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name for a folder's class: what is too long is cut.
pub fn short_name(name: &str) -> String {
    tidy(name).chars().take(LONGEST_NAME).collect()
}

/// This name, or with a number after it where there is such a class.
pub fn free_name(classes: &[Class], name: &str) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while find(classes, &free).is_some() {
        free = format!("{name} {number}");
        number += 1;
    }
    free
}

/// How many more pictures would help.
pub fn hint(count: usize) -> String {
    let more = |goal: usize| match goal - count {
        1 => "1 more picture".to_owned(),
        n => format!("{n} more pictures"),
    };
    match count {
        0 => format!("No pictures yet; {GOAL} make a good start."),
        1 => format!("A single picture cannot be learned from and tested with: {} would help.", more(GOAL)),
        n if n < GOAL => format!("{} would help.", more(GOAL)),
        _ => String::new(),
    }
}
