//! Zips as visitors have them, and zips made to do harm. The good ones are written by the crate `zip`, which also reads
//! what is written here; the bad ones are good ones with some bytes changed.

use receptive::data::archive::{Archive, ArchiveWriter, Contents, Entry, MOST_FILE_BYTES};
use receptive::data::{DataError, Problem};
use receptive::protocol::Fault;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A zip of these files, deflated.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed_as(files, CompressionMethod::Deflated)
}

fn packed_as(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, contents) in files {
        writer.start_file(*path, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(contents).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

type Opened<'a> = (Archive<Cursor<&'a [u8]>>, Vec<Entry>);

fn open(bytes: &[u8]) -> Result<Opened<'_>, DataError> {
    Archive::open("my.zip", Cursor::new(bytes))
}

fn contents(bytes: &[u8]) -> Result<Contents, DataError> {
    Contents::of("my.zip", open(bytes)?.1)
}

/// What the visitor reads.
fn sentence(error: DataError) -> String {
    Fault::from(error).to_string()
}

#[track_caller]
fn refused<T>(outcome: Result<T, DataError>, reason: &str) {
    let Err(error) = outcome else { panic!("it was taken, and should be refused: {reason}") };
    let sentence = sentence(error);
    assert!(sentence.contains(reason), "{sentence}");
}

/// Overwrites bytes at a distance from every place where `signature` stands.
fn patch(bytes: &mut [u8], signature: [u8; 4], at: usize, with: &[u8]) {
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&i| bytes[i..].starts_with(&signature)).collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place + at..place + at + with.len()].copy_from_slice(with);
    }
}

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn files_come_out_as_they_went_in() {
    let long = noise(700_000);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let bytes = packed_as(&[("rose/1.jpg", b"one"), ("rose/2.jpg", &long), ("tulip/empty.png", b"")], method);
        let (mut archive, entries) = open(&bytes).unwrap();
        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["rose/1.jpg", "rose/2.jpg", "tulip/empty.png"]);
        // In any order.
        assert_eq!(archive.read(&entries[1], MOST_FILE_BYTES).unwrap(), long);
        assert_eq!(archive.read(&entries[2], MOST_FILE_BYTES).unwrap(), b"");
        assert_eq!(archive.read(&entries[0], MOST_FILE_BYTES).unwrap(), b"one");
        refused(archive.read(&entries[1], 699_999), "rose/2.jpg cannot be used: it is larger than the 699999 bytes");
    }
}

#[test]
fn an_archive_with_a_comment_or_with_large_fields_is_read_too() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment("PK\x05\x06 is not the end").unwrap();
    writer.start_file("a/1.png", SimpleFileOptions::default().large_file(true)).unwrap();
    writer.write_all(b"picture").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let (mut archive, entries) = open(&bytes).unwrap();
    assert_eq!(archive.read(&entries[0], 100).unwrap(), b"picture");
}

/// More files than 16 bits can count, as the crate writes them: with an end record of the large kind.
#[test]
fn an_archive_with_more_files_than_the_old_format_counts_is_read_and_refused_for_its_pictures() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for i in 0..66_000 {
        writer.start_file(format!("{i}.png"), options).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(open(&bytes).unwrap().1.len(), 66_000);
    refused(contents(&bytes), "it holds 66000 pictures");
}

#[test]
fn ten_thousand_pictures_are_refused_and_five_thousand_taken() {
    let names: Vec<String> = (0..10_000).map(|i| format!("class {}/{i}.jpg", i % 4)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"picture".as_slice())).collect();
    refused(
        contents(&packed(&files)),
        "my.zip cannot be used: it holds 10000 pictures, and a project has room for 5000",
    );
    let half = contents(&packed(&files[..5000])).unwrap();
    assert_eq!((half.pictures.len(), half.classes.len()), (5000, 4));
}

#[test]
fn classes_are_the_innermost_folders_in_their_order() {
    let found = contents(&packed(&[
        ("project.json", b"{}"),
        ("flowers/train/tulip/a.JPG", b"1"),
        ("flowers/train/rose/b.jpeg", b"2"),
        ("./flowers/test/tulip/c.webp", b"3"),
        ("d.png", b"4"),
        ("flowers/train/rose/", b""),
        ("flowers/read me.txt", b"5"),
        ("project/project.json", b"{}"),
        // What macOS and Windows add.
        ("__MACOSX/flowers/train/tulip/._a.JPG", b"6"),
        ("flowers/train/tulip/.DS_Store", b"7"),
        (".hidden/e.jpg", b"8"),
        ("flowers/train/tulip/Thumbs.db", b"9"),
    ]))
    .unwrap();
    let class = |i: usize| found.pictures[i].class.as_deref();
    assert_eq!(found.pictures.len(), 4);
    assert_eq!([class(0), class(1), class(2), class(3)], [Some("tulip"), Some("rose"), Some("tulip"), None]);
    assert_eq!(found.pictures[1].name, "b.jpeg");
    assert_eq!(found.classes, ["tulip", "rose"]);
    assert_eq!(found.project.unwrap().path, "project.json");
    let others: Vec<&str> = found.others.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(others, ["flowers/read me.txt", "project/project.json"]);
    assert!(found.refused.is_empty());
}

/// An umlaut as German Windows wrote it before there was UTF-8.
#[test]
fn old_names_are_read() {
    let mut bytes = packed_as(&[("m?hre/1.jpg", b"1")], CompressionMethod::Stored);
    while let Some(at) = bytes.iter().position(|b| *b == b'?') {
        bytes[at] = 0x94;
    }
    assert_eq!(contents(&bytes).unwrap().classes, ["möhre"]);
}

#[test]
fn names_that_lead_out_are_refused_and_the_others_go_on() {
    for path in ["../evil.jpg", "rose/../../evil.jpg", "/etc/evil.jpg", "C:/evil.jpg"] {
        // The crate refuses to write some of these: a harmless name of the same length is replaced.
        let harmless = "x".repeat(path.len());
        let mut bytes = packed(&[(&harmless, b"evil"), ("rose/good.jpg", b"good")]);
        while let Some(at) = bytes.windows(path.len()).position(|w| w == harmless.as_bytes()) {
            bytes[at..at + path.len()].copy_from_slice(path.as_bytes());
        }
        let found = contents(&bytes).unwrap();
        assert_eq!(found.pictures.len(), 1, "{path}");
        assert_eq!(
            sentence(found.refused[0].clone()),
            format!("{path} cannot be used: its name leads out of the zip (at byte 0).")
        );
    }
    let with = |from: &str, to: &[u8]| {
        let mut bytes = packed(&[(from, b"1")]);
        while let Some(at) = bytes.windows(from.len()).position(|w| w == from.as_bytes()) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        sentence(contents(&bytes).unwrap().refused.remove(0))
    };
    assert!(with("rose_1.jpg", b"rose\\1.jpg").contains("there is a backslash in its name"));
    assert!(with("rose_1.jpg", b"rose\x001.jpg").contains("its name is no name for a file"));
    let endless = format!("{}.jpg", "a".repeat(5000));
    assert!(sentence(contents(&packed(&[(&endless, b"1")])).unwrap().refused.remove(0)).len() < 300);
}

#[test]
fn a_bomb_is_refused_by_what_it_says_and_by_what_it_does() {
    let zeros = vec![0; 20 << 20];
    let bytes = packed(&[("bomb.png", &zeros), ("good.png", b"good")]);
    assert!(bytes.len() < 100_000);
    let found = contents(&bytes).unwrap();
    assert_eq!(found.pictures.len(), 1);
    refused(Err::<(), _>(found.refused[0].clone()), "it unpacks to far more than a picture can");

    // One that lies about its size is not unpacked beyond it.
    let mut lying = packed(&[("bomb.png", &zeros)]);
    patch(&mut lying, CENTRAL, 24, &1000_u32.to_le_bytes());
    let (mut archive, entries) = open(&lying).unwrap();
    assert_eq!(entries[0].bytes, 1000);
    refused(archive.read(&entries[0], MOST_FILE_BYTES), "it is larger than the zip says");

    // One that claims gigabytes is not even begun.
    let mut huge = packed(&[("huge.png", &noise(100))]);
    patch(&mut huge, CENTRAL, 24, &4_000_000_000_u32.to_le_bytes());
    refused(Err::<(), _>(contents(&huge).unwrap().refused[0].clone()), "it is larger than the 67108864 bytes allowed");
}

/// A bomb whose files all are the same bytes of the archive.
#[test]
fn files_that_overlap_are_refused() {
    let bytes = packed(&[("a.png", &noise(5000)), ("b.png", b"1")]);
    let (_, entries) = open(&bytes).unwrap();
    let mut overlapping = bytes.clone();
    patch(&mut overlapping, CENTRAL, 20, &(entries[0].packed as u32).to_le_bytes());
    refused(open(&overlapping).map(|_| ()), "my.zip cannot be used: its files overlap, as in a zip bomb");
}

#[test]
fn what_cannot_be_unpacked_is_refused_by_itself() {
    let good = packed(&[("a.png", &noise(500)), ("b.png", b"second")]);
    let first = |bytes: &[u8]| {
        let (mut archive, entries) = open(bytes).unwrap();
        assert_eq!(archive.read(&entries[1], 100).unwrap(), b"second", "the other one is still read");
        archive.read(&entries[0], MOST_FILE_BYTES)
    };
    let end_of_first = open(&good).unwrap().1[1].at as usize;

    let mut damaged = packed_as(&[("a.png", &noise(500)), ("b.png", b"second")], CompressionMethod::Stored);
    damaged[100] ^= 1;
    refused(first(&damaged), "a.png cannot be used: it is damaged: its checksum");

    let mut nonsense = good.clone();
    nonsense[end_of_first - 480..end_of_first].fill(0xff);
    refused(first(&nonsense), "a.png cannot be used: it");

    let mut crc = good.clone();
    let at = crc.windows(4).position(|w| w == CENTRAL).unwrap();
    crc[at + 16] ^= 1;
    refused(first(&crc), "its checksum is another than the zip says");

    let mut method = good.clone();
    method[at + 10] = 14;
    refused(first(&method), "packed in a way that is not read here");

    let mut elsewhere = good.clone();
    elsewhere[at + 42] = 1;
    refused(first(&elsewhere), "it is not where the zip says");

    let mut locked = good.clone();
    locked[at + 8] |= 1;
    refused(first(&locked), "it is locked with a password");
    let found = contents(&locked).unwrap();
    assert_eq!((found.pictures.len(), found.refused.len()), (1, 1));
}

#[test]
fn a_zip_within_a_zip_is_not_opened() {
    let inner = packed(&[("a.png", b"1")]);
    let found = contents(&packed(&[("inner.zip", &inner)])).unwrap();
    refused(Err::<(), _>(found.refused[0].clone()), "inner.zip cannot be used: a zip within a zip is not opened");
}

#[test]
fn an_archive_without_pictures_is_refused() {
    refused(contents(&packed(&[("a.txt", b"1")])), "my.zip cannot be used: there are no pictures in it");
    refused(contents(&packed(&[])), "there are no pictures in it");
}

/// Wherever a download breaks off, it is noticed and nothing panics.
#[test]
fn an_archive_cut_off_anywhere_is_refused() {
    let whole = packed(&[("rose/1.jpg", &noise(300)), ("tulip/2.jpg", &noise(300))]);
    for length in 0..whole.len() {
        let Err(error) = open(&whole[..length]) else { panic!("{length} of {} bytes were taken", whole.len()) };
        let expected = if length < 2 { "it is no zip" } else { "its end is missing" };
        assert_eq!(error.problem, Problem::BadArchive { reason: reason_with(expected, &error) });
    }
    refused(open(b"\xff\xd8\xff\xe0 not a zip at all").map(|_| ()), "my.zip cannot be used: it is no zip (at byte 0)");
}

fn reason_with(expected: &str, error: &DataError) -> String {
    let reason = error.problem.to_string();
    assert!(reason.starts_with(expected), "{reason}");
    reason
}

/// Whatever single byte is changed, the answer is an entry, its bytes, or an error; never a panic or a loop.
#[test]
fn no_changed_byte_does_harm() {
    let good = packed(&[("rose/1.jpg", &noise(60)), ("tulip/2.jpg", b"a")]);
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = value;
            let Ok((mut archive, entries)) = open(&bytes) else { continue };
            for entry in &entries {
                if let Ok(read) = archive.read(entry, 1 << 20) {
                    assert_eq!(read.len() as u64, entry.bytes);
                }
            }
            drop(Contents::of("my.zip", entries));
        }
    }
}

#[test]
fn directories_that_cannot_be_true_are_refused() {
    let good = packed(&[("a.png", b"1"), ("b.png", b"2")]);
    let changed = |at: usize, with: &[u8]| {
        let mut bytes = good.clone();
        patch(&mut bytes, END, at, with);
        open(&bytes).map(|_| ())
    };
    refused(changed(10, &9_u16.to_le_bytes()), "the list of its files is damaged");
    refused(changed(12, &100_000_u32.to_le_bytes()), "parts of it are missing");
    refused(changed(16, &u32::MAX.to_le_bytes()), "parts of it are missing");
    let mut large = vec![0; 9 << 20];
    large.extend(&good);
    patch(&mut large, END, 12, &(9_u32 << 20).to_le_bytes());
    patch(&mut large, END, 16, &0_u32.to_le_bytes());
    refused(open(&large).map(|_| ()), "the list of its files takes 9437184 bytes");
}

#[test]
fn what_is_written_here_is_read_by_others_and_by_ourselves() {
    let files: [(&str, Vec<u8>); 3] = [
        ("project.json", b"{\"name\":\"M\xc3\xb6hren\"}".to_vec()),
        ("möhre/ä 1.jpg", noise(10_000)),
        ("<b>/2.jpg", Vec::new()),
    ];
    let sum = |length: fn(&(&str, Vec<u8>)) -> usize| files.iter().map(length).sum::<usize>();
    let mut writer = ArchiveWriter::with_room(files.len(), sum(|file| file.0.len()), sum(|file| file.1.len()));
    for (path, contents) in &files {
        writer.add(path, contents).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let mut theirs = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let (mut ours, entries) = open(&bytes).unwrap();
    assert_eq!((theirs.len(), entries.len()), (3, 3));
    for (i, (path, contents)) in files.iter().enumerate() {
        let mut file = theirs.by_index(i).unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert_eq!((file.name().unwrap().as_ref(), &read), (*path, contents));
        assert_eq!((entries[i].path.as_str(), &ours.read(&entries[i], 1 << 20).unwrap()), (*path, contents));
    }
    let empty = ArchiveWriter::default().finish().unwrap();
    assert_eq!(ZipArchive::new(Cursor::new(&empty)).unwrap().len(), 0);
}
