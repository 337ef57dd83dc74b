//! Folders of small pictures, all of one size: decoded, and dealt out to shards of pixels.

use super::decode::{decode, is_lossy};
use super::error::AssetError;
use super::folders::{Found, Picture};
use super::pictures::About;
use super::pixel_set::PixelSet;
use super::progress::Progress;
use super::store::Store;
use anyhow::{Context, Result};
use receptive::data::{InstalledDataset, MAX_CLASSES, Pictures, is_small, pictures_per_shard};
use std::fs;

/// Why a picture is left out.
const BROKEN: &str = "is a picture that cannot be decoded";

/// Height and width of all pictures, where they are small and of one size, and their classes few enough.
pub fn size(found: &Found) -> Option<[usize; 2]> {
    let mut sizes = found.parts.iter().flat_map(|part| &part.pictures).filter_map(|picture| picture.size);
    let first = sizes.next().filter(|[height, width]| is_small(*height, *width))?;
    (found.classes.len() <= MAX_CLASSES && sizes.all(|size| size == first)).then_some(first)
}

/// Decodes the pictures of a folder, all of this size, and installs them in the place of what has this name. What cannot
/// be decoded is put among what was left out.
///
/// # Errors
/// When no picture can be decoded, or something cannot be read or written; then nothing has changed.
pub fn install(store: &Store, found: &mut Found, about: &About, size: [usize; 2]) -> Result<(InstalledDataset, u64)> {
    let mut set = PixelSet::begin(store, about, found.classes.clone(), size)?;
    let total = found.parts.iter().flat_map(|part| &part.pictures).map(|picture| picture.bytes as u64).sum();
    let mut progress = Progress::new(&format!("Packing {}", about.title), total);
    let (mut lossy, mut decoded) = (false, 0);
    for part in &found.parts {
        set.begin_part(&part.name);
        let shards = deal(&part.pictures, pictures_per_shard(size[0], size[1]));
        for shard in &shards {
            let mut pictures = Pictures::new(size[0], size[1]);
            for picture in shard {
                let path = picture.path.display();
                let bytes = fs::read(&picture.path).with_context(|| format!("cannot read {path}"))?;
                progress.advance(picture.bytes as u64);
                match decode(&bytes, size) {
                    // There are at most 256 classes.
                    Some(rgb) => pictures.push(&rgb.pixels, &[picture.class as u8]),
                    None => {
                        found.others.push((picture.path.clone(), BROKEN));
                        continue;
                    }
                }
                lossy |= is_lossy(&bytes);
            }
            if !pictures.is_empty() {
                set.add(&pictures, shards.len())?;
            }
            decoded += pictures.len();
        }
    }
    if decoded == 0 {
        let (folder, reason) = (about.title.clone(), "none of its pictures can be decoded".to_owned());
        return Err(AssetError::NoPictures { folder, reason }.into());
    }
    let installed = set.finish(lossy)?;
    progress.done();
    Ok(installed)
}

/// As few shards as hold `most` each, equal to one picture, and every class equally in all of them. Within a shard the
/// pictures stay in their order, that of their SHA-256, so that the classes are mixed there too.
fn deal(pictures: &[Picture], most: usize) -> Vec<Vec<&Picture>> {
    let mut by_class: Vec<(usize, &Picture)> = pictures.iter().enumerate().collect();
    // It keeps the order within a class.
    by_class.sort_by_key(|(_, picture)| picture.class);
    let count = pictures.len().div_ceil(most);
    let mut shards = vec![Vec::new(); count];
    for (turn, one) in by_class.into_iter().enumerate() {
        shards[turn % count].push(one);
    }
    let in_order = |mut shard: Vec<(usize, _)>| {
        shard.sort_by_key(|(place, _)| *place);
        shard.into_iter().map(|(_, picture)| picture).collect()
    };
    shards.into_iter().map(in_order).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::pictures;
    use image::RgbImage;
    use receptive::data::{DatasetForm, read_pixels};
    use std::path::Path;

    fn about() -> About {
        let text = |text: &str| text.to_owned();
        About { name: text("icons"), title: text("Icons"), licence: text("l"), source: text("s") }
    }

    /// A picture of one colour, by its name.
    fn paint(folder: &Path, path: &str, (width, height): (u32, u32), colour: [u8; 3]) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        RgbImage::from_pixel(width, height, image::Rgb(colour)).save(path).unwrap();
    }

    fn import(folder: &Path, keep_files: bool) -> Result<(Found, InstalledDataset, u64)> {
        pictures::install(&Store::new(folder.join("assets")), &folder.join("in"), &about(), keep_files)
    }

    #[test]
    fn small_pictures_of_one_size_are_kept_as_pixels() {
        let folder = tempfile::tempdir().unwrap();
        let pictures = folder.path().join("in");
        for i in 0..3 {
            paint(&pictures, &format!("train/a/{i}.png"), (6, 4), [i, 1, 2]);
            paint(&pictures, &format!("train/b/{i}.gif"), (6, 4), [100 + i, 1, 2]);
            paint(&pictures, &format!("test/b/{i}.webp"), (6, 4), [200 + i, 1, 2]);
        }
        fs::write(pictures.join("train/a/broken.png"), b"\x89PNG\r\n\x1a\nhello").unwrap();
        paint(&pictures, "test/a/same.png", (6, 4), [0, 1, 2]);
        let (found, set, bytes) = import(folder.path(), false).unwrap();
        assert_eq!(set.form, DatasetForm::Pixels { height: 4, width: 6, lossy: false });
        assert_eq!(set.parts[0].shards, ["datasets/icons/train-00.pixels.gzip"]);
        assert_eq!((&set.parts[0].counts, &set.parts[1].counts), (&vec![3, 3], &vec![1, 3]));
        assert_eq!(found.others, [(pictures.join("train/a/broken.png"), BROKEN)]);
        assert_eq!(found.duplicates, [[pictures.join("test/a/same.png"), pictures.join("train/a/0.png")]]);

        let store = Store::new(folder.path().join("assets"));
        let manifest = store.manifest().unwrap();
        assert_eq!((&manifest.datasets[0], bytes), (&set, manifest.assets.iter().map(|a| a.bytes).sum()));
        let path = &set.parts[0].shards[0];
        let read = read_pixels(path, &fs::read(store.folder().join(path)).unwrap(), [4, 6], 2).unwrap();
        let mut seen: Vec<(u8, Vec<u8>)> = (0..6).map(|i| (read.labels[i], read.image(i)[..3].to_vec())).collect();
        seen.sort();
        let expected = [0, 1].map(|class| (0..3).map(move |i| (class, vec![100 * class + i, 1, 2])));
        assert_eq!(seen, expected.into_iter().flatten().collect::<Vec<_>>());
    }

    #[test]
    fn a_set_with_a_jpeg_is_called_lossy() {
        let folder = tempfile::tempdir().unwrap();
        paint(&folder.path().join("in"), "a/1.png", (8, 8), [1, 2, 3]);
        paint(&folder.path().join("in"), "b/1.jpg", (8, 8), [4, 5, 6]);
        let (_, set, _) = import(folder.path(), false).unwrap();
        assert_eq!(set.form, DatasetForm::Pixels { height: 8, width: 8, lossy: true });
    }

    #[test]
    fn large_or_unequal_pictures_stay_files_and_so_do_small_ones_on_request() {
        let form = |sizes: [(u32, u32); 2], keep_files| {
            let folder = tempfile::tempdir().unwrap();
            paint(&folder.path().join("in"), "a/1.png", sizes[0], [1, 2, 3]);
            paint(&folder.path().join("in"), "b/1.png", sizes[1], [1, 2, 3]);
            import(folder.path(), keep_files).unwrap().1.form
        };
        assert_eq!(form([(64, 64), (64, 64)], false), DatasetForm::Pixels { height: 64, width: 64, lossy: false });
        assert_eq!(form([(64, 64), (64, 64)], true), DatasetForm::Files);
        assert_eq!(form([(65, 64), (65, 64)], false), DatasetForm::Files);
        assert_eq!(form([(64, 65), (64, 65)], false), DatasetForm::Files);
        assert_eq!(form([(32, 32), (32, 31)], false), DatasetForm::Files);
    }

    #[test]
    fn a_folder_without_one_whole_picture_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for class in ["a", "b"] {
            paint(&folder.path().join("in"), &format!("{class}/1.png"), (8, 8), [1, 2, 3]);
            let file = folder.path().join("in").join(class).join("1.png");
            // Header, and the beginning of the pixels.
            let bytes = fs::read(&file).unwrap();
            fs::write(&file, &bytes[..45]).unwrap();
        }
        let error = import(folder.path(), false).err().unwrap();
        assert!(error.to_string().contains("none of its pictures can be decoded"), "{error:#}");
        assert_eq!(fs::read_dir(folder.path().join("assets")).unwrap().count(), 0);
    }

    #[test]
    fn every_shard_has_as_much_of_every_class() {
        let picture = |class: usize, i: usize| {
            let (path, name) = (i.to_string().into(), i.to_string());
            Picture { path, name, class, bytes: 1, size: None, sha256: format!("{:02}", (i * 37) % 100) }
        };
        // 40, 30 and 3 of three classes, in the order of their hashes.
        let counts = [40, 30, 3];
        let all = counts.iter().enumerate().flat_map(|(class, &count)| (0..count).map(move |i| (class, i)));
        let mut pictures: Vec<Picture> = all.map(|(class, i)| picture(class, i)).collect();
        pictures.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        let shards = deal(&pictures, 25);
        // 73 / 25 is a little under three.
        assert_eq!(shards.iter().map(Vec::len).collect::<Vec<_>>(), [25, 24, 24]);
        for shard in &shards {
            let of = |class: usize| shard.iter().filter(|picture| picture.class == class).count();
            assert!([13, 14].contains(&of(0)) && of(1) == 10 && of(2) == 1, "{} {} {}", of(0), of(1), of(2));
            assert!(shard.is_sorted_by_key(|picture| &picture.sha256));
        }
        assert!(deal(&[], 25).is_empty());
    }
}
