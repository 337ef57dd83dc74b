//! CIFAR-10's binary version, as its author publishes it: a packed archive with six files of records.
//!
//! Nothing of the archive is written to the disk: the files that are known by name are read into memory, 184 MB.

use super::error::AssetError;
use super::pictures::About;
use super::pixel_set::PixelSet;
use super::progress::Progress;
use super::store::Store;
use crate::sh;
use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use receptive::data::{CIFAR10_CLASSES, CIFAR10_RECORD_BYTES, CIFAR10_SIDE, Pictures, parse_cifar10};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};
use tar::{Archive, Entry};

/// Pictures in each of the six files.
pub const BATCH: usize = 10_000;
/// Each of them becomes this many shards. Its pictures are in random order already.
const SHARDS_PER_BATCH: usize = 2;

const FOLDER: &str = "cifar-10-batches-bin";
/// Names of the classes, one a line.
const NAMES: &str = "batches.meta.txt";
const TRAIN: [&str; 5] =
    ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];
const TEST: &str = "test_batch.bin";
const MOST_NAMES_BYTES: usize = 4 << 10;
/// Headers of the archive, and its one other file, which is short.
const MOST_OTHER_BYTES: usize = 1 << 20;

/// Reads an archive whose files have `batch` pictures each, and installs it. Returns the bytes written.
///
/// # Errors
/// When the archive is broken or not what it should be, or something cannot be written; then nothing has changed.
pub fn install(store: &Store, archive: &Path, about: &About, batch: usize) -> Result<u64> {
    let name = archive.file_name().unwrap_or(archive.as_os_str()).to_string_lossy().into_owned();
    let refused = |reason: String| AssetError::NotCifar10 { file: name.clone(), reason };
    sh::say(&format!("Packing {} for the browser (usually half a minute)", about.title));
    let file = File::open(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    let mut files = files(file, batch).map_err(refused)?;
    let names = files.remove(NAMES).ok_or_else(|| refused(format!("{NAMES} is missing")))?;
    check_names(&names).map_err(refused)?;

    let classes = CIFAR10_CLASSES.map(str::to_owned).to_vec();
    let mut set = PixelSet::begin(store, about, classes, [CIFAR10_SIDE; 2])?;
    let bytes = (batch * CIFAR10_RECORD_BYTES) as u64;
    let mut progress = Progress::new(&format!("Packing {}", about.title), bytes * 6);
    for (part, batches) in [("train", TRAIN.as_slice()), ("test", &[TEST])] {
        set.begin_part(part);
        for file in batches {
            let records = files.remove(*file).ok_or_else(|| refused(format!("{file} is missing")))?;
            let pictures = parse_cifar10(file, &records).map_err(|error| refused(error.to_string()))?;
            if pictures.len() != batch {
                return Err(refused(format!("{file} has {} pictures instead of {batch}", pictures.len())).into());
            }
            drop(records);
            for shard in halves(&pictures) {
                set.add(&shard, batches.len() * SHARDS_PER_BATCH)?;
            }
            progress.advance(bytes);
        }
    }
    let (_, written) = set.finish(false)?;
    progress.done();
    Ok(written)
}

/// The pictures in their order, as many shards as a batch becomes.
fn halves(pictures: &Pictures) -> impl Iterator<Item = Pictures> {
    let each = pictures.len().div_ceil(SHARDS_PER_BATCH).max(1);
    let pixels = pictures.pixels.chunks(each * pictures.stride());
    pixels.zip(pictures.labels.chunks(each)).map(|(pixels, labels)| {
        let mut shard = Pictures::new(pictures.height, pictures.width);
        shard.push(pixels, labels);
        shard
    })
}

/// The files that are known by name. What else is in the archive is passed over, but no link and no way out of its folder
/// is put up with.
fn files(archive: impl Read, batch: usize) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let limit = (TRAIN.len() + 1) * batch * CIFAR10_RECORD_BYTES + MOST_NAMES_BYTES + MOST_OTHER_BYTES;
    let mut archive = Archive::new(GzDecoder::new(archive).take(limit as u64));
    let mut files = BTreeMap::new();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        let shown = path.display();
        let kind = entry.header().entry_type();
        if !kind.is_file() && !kind.is_dir() {
            return Err(format!("{shown} is neither a file nor a folder"));
        }
        if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(format!("{shown} leads out of the archive"));
        }
        let most = match path.strip_prefix(FOLDER).ok().and_then(Path::to_str) {
            Some(NAMES) => MOST_NAMES_BYTES,
            Some(name) if name == TEST || TRAIN.contains(&name) => batch * CIFAR10_RECORD_BYTES,
            _ => continue,
        };
        if kind.is_dir() {
            return Err(format!("{shown} is a folder"));
        }
        let bytes = read(&mut entry, most).map_err(|reason| format!("{shown} {reason}"))?;
        // A path that is known ends with a name.
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if files.insert(name, bytes).is_some() {
            return Err(format!("{shown} is there twice"));
        }
    }
    // To the end, where the checksum is.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(broken)?;
    Ok(files)
}

/// All of a file of the archive; what it claims to be longer than is not read.
fn read(entry: &mut Entry<'_, impl Read>, most: usize) -> Result<Vec<u8>, String> {
    let claimed = entry.size();
    if claimed > most as u64 {
        return Err(format!("is {claimed} bytes long, and {most} are the most"));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    let got = bytes.len();
    if got as u64 == claimed { Ok(bytes) } else { Err(format!("ends after {got} of {claimed} bytes")) }
}

/// The labels mean what they should.
fn check_names(text: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(text);
    let names: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if names == CIFAR10_CLASSES { Ok(()) } else { Err(format!("{NAMES} names other classes: {}", names.join(", "))) }
}

fn broken(error: std::io::Error) -> String {
    format!("it cannot be unpacked: {error}")
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use receptive::data::{DatasetForm, Manifest, read_pixels};
    use std::fs;
    use tar::{Builder, EntryType, Header};

    /// Pictures in each file of the archives here.
    const FEW: usize = 3;

    /// Name, kind and content of every file of an archive.
    type Entries = Vec<(String, EntryType, Vec<u8>)>;

    /// Three records: their labels are `first`, `first + 1` and `first + 2`, all their values 10 times that.
    fn batch(first: u8) -> Vec<u8> {
        (first..first + 3).flat_map(|label| [vec![label], vec![10 * label; 3_072]].concat()).collect()
    }

    /// As the published one, in its order, with other pictures.
    fn whole() -> Entries {
        let names = CIFAR10_CLASSES.join("\n") + "\n\n";
        let file = |name: &str, bytes: Vec<u8>| (format!("{FOLDER}/{name}"), EntryType::Regular, bytes);
        vec![
            (format!("{FOLDER}/"), EntryType::Directory, Vec::new()),
            file("data_batch_1.bin", batch(0)),
            file(NAMES, names.into_bytes()),
            file("data_batch_3.bin", batch(2)),
            file("data_batch_4.bin", batch(3)),
            file(TEST, batch(7)),
            file("readme.html", b"<html>".to_vec()),
            file("data_batch_5.bin", batch(4)),
            file("data_batch_2.bin", batch(1)),
        ]
    }

    /// All of a small archive.
    pub fn small_archive() -> Vec<u8> {
        packed(&whole())
    }

    fn packed(entries: &Entries) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, kind, bytes) in entries {
            let mut header = Header::new_ustar();
            header.set_entry_type(*kind);
            header.set_size(bytes.len() as u64);
            // Not through the library, which would refuse some of them.
            header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            if kind.is_symlink() || kind.is_hard_link() {
                header.set_link_name("elsewhere").unwrap();
            }
            header.set_cksum();
            builder.append(&header, bytes.as_slice()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn about() -> About {
        let text = |text: &str| text.to_owned();
        About { name: text("cifar10"), title: text("CIFAR-10"), licence: text("l"), source: text("s") }
    }

    fn installed(folder: &Path, archive: &[u8]) -> Result<u64> {
        let file = folder.join("cifar.tar.gz");
        fs::write(&file, archive).unwrap();
        install(&Store::new(folder.join("assets")), &file, &about(), FEW)
    }

    #[test]
    fn every_picture_is_in_its_part_and_order() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = installed(folder.path(), &packed(&whole())).unwrap();
        let assets = folder.path().join("assets");
        let manifest = Manifest::parse(&fs::read(assets.join("manifest.json")).unwrap()).unwrap();
        assert_eq!(bytes, manifest.assets.iter().map(|asset| asset.bytes).sum::<u64>());
        let set = &manifest.datasets[0];
        assert_eq!(set.form, DatasetForm::Pixels { height: 32, width: 32, lossy: false });
        assert_eq!((set.classes.len(), set.classes[9].as_str()), (10, "truck"));
        let [train, test] = set.parts.as_slice() else { panic!("{:?}", set.parts) };
        assert_eq!((train.name.as_str(), train.shards.len()), ("train", 10));
        assert_eq!(train.shards[3], "datasets/cifar10/train-03.pixels.gzip");
        assert_eq!((test.name.as_str(), test.shards.len()), ("test", 2));
        assert_eq!(train.counts, [1, 2, 3, 3, 3, 2, 1, 0, 0, 0]);
        assert_eq!(test.counts, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
        let read = |path: &String| {
            let bytes = fs::read(assets.join(path)).unwrap();
            manifest.find(path).unwrap().verify(&bytes).unwrap();
            read_pixels(path, &bytes, [32, 32], 10).unwrap()
        };
        let shards: Vec<Pictures> = train.shards.iter().map(read).collect();
        assert_eq!(shards[0].labels, [0, 1], "two of three");
        assert_eq!(shards[1].labels, [2]);
        assert_eq!(shards[2].labels, [1, 2], "batch 2 follows batch 1, wherever it lies");
        assert_eq!(shards[9].image(0), [60; 3_072]);
        assert_eq!(manifest.assets[1].title, "CIFAR-10, train, part 2 of 10");
    }

    /// Why an archive is refused; nothing may be left of it.
    fn reason(archive: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let error = installed(folder.path(), archive).unwrap_err();
        let Some(AssetError::NotCifar10 { file, reason }) = error.downcast_ref() else { panic!("{error:#}") };
        assert_eq!(file, "cifar.tar.gz");
        let left: Vec<_> = fs::read_dir(folder.path().join("assets")).into_iter().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        reason.clone()
    }

    fn changed(change: impl Fn(&mut Entries)) -> String {
        let mut entries = whole();
        change(&mut entries);
        reason(&packed(&entries))
    }

    #[test]
    fn archives_that_are_not_what_they_should_be_are_refused() {
        assert_eq!(
            changed(|e| e[1].2[3_073] = 10),
            "data_batch_1.bin, byte 3073: the label 10 is none of the 10 classes"
        );
        assert!(
            changed(|e| e[1].2.truncate(5_000)).contains("it ends early: 6146 bytes were expected, 5000 are there")
        );
        assert_eq!(changed(|e| e[3].2.truncate(2 * 3_073)), "data_batch_3.bin has 2 pictures instead of 3");
        assert_eq!(changed(|e| drop(e.remove(5))), "test_batch.bin is missing");
        assert_eq!(changed(|e| drop(e.remove(2))), "batches.meta.txt is missing");
        assert!(changed(|e| e[2].2 = b"cat\ndog\n".to_vec()).contains("names other classes: cat, dog"));
        let long = "cifar-10-batches-bin/test_batch.bin is 9220 bytes long, and 9219 are the most";
        assert_eq!(changed(|e| e[5].2.push(0)), long);
        assert!(changed(|e| e[2].2 = vec![b'a'; 5_000]).contains("5000 bytes long, and 4096 are the most"));
        assert!(changed(|e| e[6].2 = vec![0; 2 << 20]).contains("it cannot be unpacked"), "a file that is not wanted");
        assert!(changed(|e| e.push(e[1].clone())).contains("data_batch_1.bin is there twice"));
    }

    #[test]
    fn links_and_ways_out_are_refused() {
        let with = |name: &str, kind: EntryType| changed(|e| e.push((name.to_owned(), kind, Vec::new())));
        let test = format!("{FOLDER}/{TEST}");
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char] {
            for name in [test.as_str(), "readme"] {
                assert_eq!(with(name, kind), format!("{name} is neither a file nor a folder"));
            }
        }
        for name in ["../evil", "cifar-10-batches-bin/../../evil", "/evil"] {
            assert_eq!(with(name, EntryType::Regular), format!("{name} leads out of the archive"));
        }
        assert!(changed(|e| e[5].1 = EntryType::Directory).contains("test_batch.bin is a folder"));
    }

    #[test]
    fn archives_that_are_cut_off_or_are_none_are_refused() {
        let archive = packed(&whole());
        for length in (0..archive.len()).step_by(7).chain([archive.len() - 1]) {
            assert!(!reason(&archive[..length]).is_empty(), "cut to {length} bytes");
        }
        // Unpacked, and cut off anywhere before the last file.
        let mut bare = Vec::new();
        GzDecoder::new(archive.as_slice()).read_to_end(&mut bare).unwrap();
        for length in (0..bare.len() - 12_000).step_by(1_009) {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            std::io::Write::write_all(&mut encoder, &bare[..length]).unwrap();
            assert!(!reason(&encoder.finish().unwrap()).is_empty(), "cut to {length} bytes");
        }
        for other in [&b""[..], b"<!doctype html><title>404</title>", &bare] {
            assert!(!reason(other).is_empty());
        }
    }
}
