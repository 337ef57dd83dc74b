use super::Entry;
use crate::data::{DataError, Problem};
use crate::protocol::teach_catalog::MOST_PICTURES;

/// The file in which a project says what it is.
pub const PROJECT_FILE: &str = "project.json";
/// A file is read whole: larger ones are refused.
pub const MOST_FILE_BYTES: u64 = 64 << 20;
/// Trained networks travel in it.
const MOST_PROJECT_BYTES: u64 = MOST_FILE_BYTES;
/// No picture format leaves that much to pack: such a file is made to fill the memory.
const MOST_RATIO: u64 = 200;
/// Smaller files may be packed as well as they like.
const HARMLESS_BYTES: u64 = 1 << 20;
const LONGEST_PATH: usize = 1000;
const PICTURES: &[&str] = &["jpg", "jpeg", "jfif", "png", "webp", "gif", "bmp", "avif", "heic", "heif", "tif", "tiff"];

/// A picture file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFile {
    pub entry: Entry,
    /// Without its folders.
    pub name: String,
    /// The folder it is in, unless it is in none.
    pub class: Option<String>,
}

/// What a visitor's archive holds for this lab.
#[derive(Debug, Default)]
pub struct Contents {
    pub project: Option<Entry>,
    pub pictures: Vec<PictureFile>,
    /// In the order in which they appear.
    pub classes: Vec<String>,
    /// Files that may not be used, and why.
    pub refused: Vec<DataError>,
    /// Files that are no pictures.
    pub others: Vec<Entry>,
}

impl Contents {
    /// Sorts the files of the archive `name`. What systems put there by themselves is passed over.
    ///
    /// # Errors
    /// When there are more pictures than a project takes, or nothing that could be one.
    pub fn of(name: &str, entries: Vec<Entry>) -> Result<Self, DataError> {
        let mut contents = Self::default();
        for entry in entries {
            if !is_passed_over(&entry.path) {
                contents.sort(entry);
            }
        }
        let bad = |reason: String| Err(DataError::new(name, 0, Problem::BadArchive { reason }));
        let pictures = contents.pictures.len();
        if pictures > MOST_PICTURES {
            return bad(format!("it holds {pictures} pictures, and a project has room for {MOST_PICTURES}"));
        }
        if pictures == 0 && contents.project.is_none() && contents.refused.is_empty() {
            return bad("there are no pictures in it".to_owned());
        }
        Ok(contents)
    }

    fn sort(&mut self, mut entry: Entry) {
        let problem = harm(&entry);
        let extension = entry.path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let is = |wanted: &[&str]| extension.as_deref().is_some_and(|extension| wanted.contains(&extension));
        if let Some(problem) = problem {
            shorten(&mut entry.path);
            self.refused.push(entry.refused(problem));
        } else if entry.path == PROJECT_FILE {
            self.project = Some(entry);
        } else if is(PICTURES) {
            let mut parts = entry.path.rsplit('/').filter(|part| !matches!(*part, "" | "."));
            let name = parts.next().unwrap_or_default().to_owned();
            let class = parts.next().map(str::to_owned);
            if let Some(class) = class.as_ref().filter(|class| !self.classes.contains(class)) {
                self.classes.push(class.clone());
            }
            self.pictures.push(PictureFile { entry, name, class });
        } else if is(&["zip"]) {
            let reason = "a zip within a zip is not opened; unpack it and add it by itself".to_owned();
            self.refused.push(entry.refused(Problem::BadArchive { reason }));
        } else {
            self.others.push(entry);
        }
    }
}

/// Folders, hidden files, and what macOS and Windows add by themselves.
fn is_passed_over(path: &str) -> bool {
    let hidden = |part: &str| part.starts_with('.') && part != "." && part != "..";
    let own = |part: &str| matches!(part, "__MACOSX" | "Thumbs.db" | "desktop.ini");
    path.ends_with('/') || path.split('/').any(|part| hidden(part) || own(part))
}

/// Why a file may not be used, whatever it is.
fn harm(entry: &Entry) -> Option<Problem> {
    let path = entry.path.as_str();
    let reason = |reason: &str| Some(Problem::BadArchive { reason: reason.to_owned() });
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || drive || path.split('/').any(|part| part == "..") {
        return reason("its name leads out of the zip");
    }
    if path.contains('\\') {
        return reason("there is a backslash in its name; pack the folder again with another program");
    }
    if path.len() > LONGEST_PATH || path.chars().any(char::is_control) {
        return reason("its name is no name for a file");
    }
    if entry.is_encrypted() {
        return reason("it is locked with a password; pack it again without one");
    }
    let limit = if path == PROJECT_FILE { MOST_PROJECT_BYTES } else { MOST_FILE_BYTES };
    if entry.bytes > limit {
        return Some(Problem::TooLarge { limit });
    }
    if entry.bytes > HARMLESS_BYTES && entry.bytes / entry.packed.max(1) > MOST_RATIO {
        return reason("it unpacks to far more than a picture can, as in a zip bomb");
    }
    None
}

/// A name as long as a book is not for a sentence.
fn shorten(path: &mut String) {
    if let Some((end, _)) = path.char_indices().nth(100) {
        path.truncate(end);
        path.push('…');
    }
}
