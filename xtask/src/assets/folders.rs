//! Class folders of pictures: what is in them, what is no picture, and which pictures are there twice.

use super::decode::size_of;
use super::error::AssetError;
use anyhow::{Context, Result};
use receptive::data::{MAX_SHARD_BYTES, sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of these names that hold folders are parts, whose folders are the classes.
const PARTS: [&str; 3] = ["train", "validation", "test"];
/// The one part of a data set that has no such folders.
const ALL: &str = "all";
/// A picture must fit into a shard with room to spare.
const MAX_PICTURE_BYTES: usize = MAX_SHARD_BYTES - (1 << 16);

/// What a folder holds.
pub struct Found {
    /// Names of the class folders of all parts, sorted.
    pub classes: Vec<String>,
    pub parts: Vec<Part>,
    /// Files that were left out, with the reason.
    pub others: Vec<(PathBuf, &'static str)>,
    /// Exactly the same pictures, each time two or more.
    pub duplicates: Vec<Vec<PathBuf>>,
}

pub struct Part {
    pub name: String,
    /// In the order of their SHA-256, then of class and name: the same on every machine, and all classes mixed.
    pub pictures: Vec<Picture>,
}

pub struct Picture {
    pub path: PathBuf,
    pub name: String,
    /// Place of its class among all.
    pub class: usize,
    pub bytes: usize,
    /// Height and width as it is shown, where its header can be read.
    pub size: Option<[usize; 2]>,
    pub sha256: String,
}

/// Looks through `folder/<class>/<file>`, or `folder/{train,validation,test}/<class>/<file>`.
///
/// # Errors
/// When a folder cannot be read, there are fewer than two classes, or no picture at all.
pub fn find(folder: &Path) -> Result<Found> {
    let empty =
        |reason: &str| AssetError::NoPictures { folder: folder.display().to_string(), reason: reason.to_owned() };
    let mut others = Vec::new();
    let top = entries(folder)?;
    let is_part = |path: &Path| {
        let named = PARTS.iter().any(|part| path.file_name().is_some_and(|name| name == *part));
        named && entries(path).is_ok_and(|inside| inside.iter().any(|path| path.is_dir()))
    };
    let parts: Vec<(String, PathBuf)> = if top.iter().any(|path| is_part(path)) {
        for path in top.iter().filter(|path| !is_part(path)) {
            others.push((path.clone(), "lies beside the folders train, validation and test"));
        }
        PARTS.iter().map(|part| ((*part).to_owned(), folder.join(part))).filter(|(_, path)| is_part(path)).collect()
    } else {
        vec![(ALL.to_owned(), folder.to_path_buf())]
    };

    let mut classes: Vec<String> = Vec::new();
    let mut found: Vec<(usize, String, PathBuf)> = Vec::new();
    for (i, (_, folder)) in parts.iter().enumerate() {
        for path in entries(folder)? {
            match name(&path) {
                Some(_) if !path.is_dir() => others.push((path, "lies outside the class folders")),
                Some(class) => {
                    classes.push(class.clone());
                    found.push((i, class, path));
                }
                None => others.push((path, "has a name that is not Unicode")),
            }
        }
    }
    classes.sort();
    classes.dedup();
    if classes.len() < 2 {
        return Err(empty("there are fewer than two classes").into());
    }

    let mut parts: Vec<Part> = parts.into_iter().map(|(name, _)| Part { name, pictures: Vec::new() }).collect();
    for (part, class, folder) in found {
        // It was put there above.
        let class = classes.binary_search(&class).unwrap_or_default();
        for path in entries(&folder)? {
            match look(&path, class)? {
                Ok(picture) => parts[part].pictures.push(picture),
                Err(reason) => others.push((path, reason)),
            }
        }
    }
    if parts.iter().all(|part| part.pictures.is_empty()) {
        return Err(empty("none of its files is a JPEG, PNG, WebP or GIF picture").into());
    }
    for part in &mut parts {
        part.pictures.sort_by(|a, b| (&a.sha256, a.class, &a.name).cmp(&(&b.sha256, b.class, &b.name)));
    }
    let duplicates = duplicates(&parts);
    Ok(Found { classes, parts, others, duplicates })
}

/// What is in a folder, sorted, without hidden files.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let inside = fs::read_dir(folder).with_context(|| format!("cannot open the folder {}", folder.display()))?;
    let mut paths = inside.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(str::to_owned)
}

/// A picture, or why this is none. The content decides, not the name.
fn look(path: &Path, class: usize) -> Result<Result<Picture, &'static str>> {
    if path.is_dir() {
        return Ok(Err("is a folder within a class folder"));
    }
    let Some(name) = name(path) else { return Ok(Err("has a name that is not Unicode")) };
    let length = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if length > MAX_PICTURE_BYTES as u64 {
        return Ok(Err("is larger than 16 MB"));
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.is_empty() {
        return Ok(Err("is empty"));
    }
    if !is_picture(&bytes) {
        return Ok(Err("is no JPEG, PNG, WebP or GIF picture"));
    }
    let (size, sha256) = (size_of(&bytes), sha256(&bytes));
    Ok(Ok(Picture { path: path.to_path_buf(), name, class, bytes: bytes.len(), size, sha256 }))
}

/// By the first bytes of the formats that every browser decodes.
fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let starts: [&[u8]; 4] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"];
    webp || starts.iter().any(|start| bytes.starts_with(start))
}

fn duplicates(parts: &[Part]) -> Vec<Vec<PathBuf>> {
    let mut same: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for picture in parts.iter().flat_map(|part| &part.pictures) {
        same.entry(&picture.sha256).or_default().push(picture.path.clone());
    }
    let mut several: Vec<Vec<PathBuf>> = same.into_values().filter(|paths| paths.len() > 1).collect();
    several.iter_mut().for_each(|paths| paths.sort());
    several.sort();
    several
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    /// Writes pictures that differ in their last bytes.
    fn write(folder: &Path, path: &str, last: &str) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, [PNG, last.as_bytes()].concat()).unwrap();
    }

    fn shown(folder: &Path, path: &Path) -> String {
        path.strip_prefix(folder).unwrap().display().to_string().replace('\\', "/")
    }

    #[test]
    fn class_folders_become_classes_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for (path, last) in [("b/1.png", "x"), ("a/1.png", "y"), ("a/2.png", "z"), ("ä ö/1.png", "w")] {
            write(folder.path(), path, last);
        }
        let found = find(folder.path()).unwrap();
        assert_eq!(found.classes, ["a", "b", "ä ö"]);
        assert_eq!((found.parts.len(), found.parts[0].name.as_str()), (1, "all"));
        let hashes: Vec<_> = found.parts[0].pictures.iter().map(|p| p.sha256.clone()).collect();
        assert!(hashes.is_sorted() && hashes.len() == 4);
        assert!(found.others.is_empty() && found.duplicates.is_empty());
    }

    #[test]
    fn parts_are_kept_apart_and_share_their_classes() {
        let folder = tempfile::tempdir().unwrap();
        // A class may be called train, too: what counts is whether there are folders in it.
        for (path, last) in [("train/a/1.png", "1"), ("train/train/1.png", "2"), ("test/b/1.png", "3")] {
            write(folder.path(), path, last);
        }
        let found = find(folder.path()).unwrap();
        assert_eq!(found.classes, ["a", "b", "train"]);
        let parts: Vec<_> = found.parts.iter().map(|part| (part.name.as_str(), part.pictures.len())).collect();
        assert_eq!(parts, [("train", 2), ("test", 1)]);

        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "train/1.png", "1");
        write(folder.path(), "car/1.png", "2");
        assert_eq!(find(folder.path()).unwrap().classes, ["car", "train"]);
    }

    #[test]
    fn what_is_no_picture_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a/1.jpg", "a PNG, whatever it is called");
        write(folder.path(), "b/1.png", "1");
        write(folder.path(), "b/deeper/1.png", "2");
        for (path, content) in
            [("a/text.jpg", &b"hello"[..]), ("a/empty.jpg", b""), ("readme.txt", b"hello"), ("a/.hidden", b"x")]
        {
            fs::write(folder.path().join(path), content).unwrap();
        }
        let found = find(folder.path()).unwrap();
        assert_eq!(found.parts[0].pictures.len(), 2);
        let others: Vec<_> = found.others.iter().map(|(path, why)| (shown(folder.path(), path), *why)).collect();
        let expected = [
            ("readme.txt", "lies outside the class folders"),
            ("a/empty.jpg", "is empty"),
            ("a/text.jpg", "is no JPEG, PNG, WebP or GIF picture"),
            ("b/deeper", "is a folder within a class folder"),
        ];
        assert_eq!(others, expected.map(|(path, why)| (path.to_owned(), why)));
    }

    #[test]
    fn the_same_picture_twice_is_named_also_across_classes_and_parts() {
        let folder = tempfile::tempdir().unwrap();
        for (path, last) in [
            ("train/a/1.png", "same"),
            ("train/a/2.png", "other"),
            ("train/b/1.png", "same"),
            ("test/a/1.png", "same"),
            ("test/b/1.png", "alone"),
        ] {
            write(folder.path(), path, last);
        }
        let found = find(folder.path()).unwrap();
        let same: Vec<_> = found.duplicates[0].iter().map(|path| shown(folder.path(), path)).collect();
        assert_eq!(
            (found.duplicates.len(), same),
            (1, vec!["test/a/1.png".into(), "train/a/1.png".into(), "train/b/1.png".into()])
        );
        assert_eq!(found.parts[0].pictures.len(), 3, "all are kept");
    }

    #[test]
    fn every_format_is_known_by_its_first_bytes() {
        for start in [&b"\xff\xd8\xff\xe0"[..], PNG, b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 "] {
            assert!(is_picture(start));
        }
        for start in [&b""[..], b"\xff\xd8", b"BM", b"RIFF\0\0\0\0WAVE", b"%PDF"] {
            assert!(!is_picture(start));
        }
    }

    #[test]
    fn a_folder_without_classes_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(find(&folder.path().join("gone")).is_err());
        let says = |reason: &str| {
            let error = find(folder.path()).err().unwrap().to_string();
            assert!(error.contains(reason), "{error}");
        };
        says("fewer than two classes");
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("a/text.jpg"), "hello").unwrap();
        says("none of its files");
    }
}
