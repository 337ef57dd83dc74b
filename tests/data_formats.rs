//! What comes from outside: broken and hostile files are refused with the file's name and the byte, and the committed
//! MNIST is what it should be.

use flate2::{Compression, GzBuilder};
use receptive::data::*;
use receptive::protocol::{Fault, NextAction, Padding};
use std::io::Write;

fn idx(dtype_and_dimensions: u16, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(dtype_and_dimensions.to_be_bytes());
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn images(count: u32) -> Vec<u8> {
    idx(0x0803, &[count, 28, 28], &vec![7; count as usize * PIXELS])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The error of a refused file: always with the name that was given.
#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, DataError>) -> (u64, Problem) {
    let error = outcome.unwrap_err();
    assert_eq!(error.file, "a.idx");
    (error.at_byte, error.problem)
}

#[test]
fn well_formed_idx_is_read() {
    assert_eq!(parse_images("a.idx", &images(3)).unwrap(), vec![7; 3 * PIXELS]);
    assert_eq!(parse_labels("a.idx", &idx(0x0801, &[3], &[0, 9, 5])).unwrap(), [0, 9, 5]);
    assert!(parse_images("a.idx", &images(0)).unwrap().is_empty());
}

#[test]
fn idx_cut_off_anywhere_is_refused_at_its_last_byte() {
    let whole = images(2);
    for length in 0..whole.len() {
        let (at, problem) = refused(parse_images("a.idx", &whole[..length]));
        assert_eq!(at, length as u64);
        assert!(matches!(problem, Problem::Truncated { got, .. } if got == length as u64), "{problem:?}");
    }
    assert_eq!(
        refused(parse_labels("a.idx", &idx(0x0801, &[4], &[1, 2, 3]))),
        (11, Problem::Truncated { expected: 12, got: 11 })
    );
}

#[test]
fn idx_with_more_behind_it_is_refused_where_it_should_end() {
    let mut bytes = images(2);
    bytes.extend([1, 2, 3]);
    let end = 16 + 2 * PIXELS as u64;
    assert_eq!(refused(parse_images("a.idx", &bytes)), (end, Problem::TrailingBytes { expected: end, got: end + 3 }));
}

#[test]
fn idx_of_another_kind_is_refused() {
    let png = b"\x89PNG\r\n\x1a\nabcdefgh";
    let got = 0x8950_4e47;
    assert_eq!(refused(parse_images("a.idx", png)), (0, Problem::WrongMagic { expected: 0x803, got }));
    // Floats; labels taken for images and the other way round.
    let floats = idx(0x0d03, &[1, 28, 28], &[0; 4 * PIXELS]);
    assert_eq!(refused(parse_images("a.idx", &floats)), (2, Problem::WrongDtype { got: 0x0d }));
    let labels = idx(0x0801, &[2], &[1, 2]);
    assert_eq!(refused(parse_images("a.idx", &labels)), (3, Problem::WrongDimensions { expected: 3, got: 1 }));
    assert_eq!(refused(parse_labels("a.idx", &images(1))), (3, Problem::WrongDimensions { expected: 1, got: 3 }));
}

#[test]
fn idx_with_absurd_sizes_is_refused_before_anything_is_allocated() {
    let huge = idx(0x0803, &[u32::MAX, 28, 28], &[]);
    let limit = 1_000_000;
    assert_eq!(refused(parse_images("a.idx", &huge)), (4, Problem::TooMany { got: u64::from(u32::MAX), limit }));
    let overflow = idx(0x0803, &[2, u32::MAX, u32::MAX], &[0; 64]);
    let (height, width) = (u32::MAX, u32::MAX);
    assert_eq!(refused(parse_images("a.idx", &overflow)), (8, Problem::WrongSize { height, width }));
    let narrow = idx(0x0803, &[1, 28, 27], &[0; 28 * 27]);
    assert_eq!(refused(parse_images("a.idx", &narrow)), (12, Problem::WrongSize { height: 28, width: 27 }));
    let empty = idx(0x0803, &[1, 0, 0], &[]);
    assert_eq!(refused(parse_images("a.idx", &empty)), (8, Problem::WrongSize { height: 0, width: 0 }));
}

#[test]
fn labels_beyond_nine_are_refused_at_their_byte() {
    let bytes = idx(0x0801, &[4], &[1, 9, 10, 255]);
    assert_eq!(refused(parse_labels("a.idx", &bytes)), (10, Problem::BadLabel { got: 10 }));
}

#[test]
fn gzip_is_unpacked_up_to_its_limit() {
    let packed = gzip(&[5; 1000]);
    assert_eq!(gunzip("a.idx", &packed, 1000).unwrap(), [5; 1000]);
    assert!(matches!(refused(gunzip("a.idx", &packed, 999)), (_, Problem::TooLarge { limit: 999 })));
}

#[test]
fn a_zip_bomb_is_refused() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(refused(read_images("a.idx", &bomb)), (_, Problem::TooLarge { .. })));
    assert!(matches!(refused(read_labels("a.idx", &bomb)), (_, Problem::TooLarge { .. })));
}

#[test]
fn broken_gzip_is_refused() {
    let packed = gzip(&images(2));
    for length in 0..packed.len() {
        let (at, problem) = refused(read_images("a.idx", &packed[..length]));
        assert!(matches!(problem, Problem::BadGzip { .. }), "cut to {length} bytes: {problem:?}");
        assert!(at <= length as u64);
    }
    // The last eight bytes are checksum and length.
    let mut wrong_checksum = packed.clone();
    wrong_checksum[packed.len() - 8] ^= 1;
    assert!(matches!(refused(read_images("a.idx", &wrong_checksum)).1, Problem::BadGzip { .. }));
    let not_gzip = refused(read_images("a.idx", b"<!doctype html><title>404</title>"));
    assert!(matches!(not_gzip.1, Problem::BadGzip { .. }));
    let twice = [packed.clone(), packed.clone()].concat();
    let (expected, got) = (packed.len() as u64, twice.len() as u64);
    assert_eq!(refused(read_images("a.idx", &twice)), (expected, Problem::TrailingBytes { expected, got }));
}

#[test]
fn no_single_wrong_byte_makes_a_parser_panic() {
    let whole = [idx(0x0801, &[2], &[1, 2]), images(1)[..40].to_vec(), gzip(&images(1))];
    for mut bytes in whole {
        for i in 0..bytes.len() {
            for wrong in [0, 1, 0x7f, 0x80, 0xff] {
                let right = std::mem::replace(&mut bytes[i], wrong);
                // Some of these are still well-formed: what counts is that there is an answer.
                let _ = (parse_images("a", &bytes), parse_labels("a", &bytes), read_images("a", &bytes));
                let _ = Manifest::parse(&bytes);
                bytes[i] = right;
            }
        }
    }
}

/// A manifest of one file with these values.
fn manifest(version: u32, path: &str, sha256: &str) -> String {
    let text = r#""title":"t","bytes":3,"licence":"MIT","source":"s""#;
    format!(r#"{{"version":{version},"assets":[{{"path":"{path}","sha256":"{sha256}",{text}}}]}}"#)
}

/// SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_file_is_compared_with_its_entry() {
    let manifest = Manifest::parse(manifest(1, "a/b.bin", ABC).as_bytes()).unwrap();
    let asset = manifest.find("a/b.bin").unwrap();
    assert_eq!(asset.verify(b"abc"), Ok(()));
    let long = asset.verify(b"abcd").unwrap_err();
    assert_eq!(long.problem, Problem::WrongLength { expected: 3, got: 4 });
    let other = asset.verify(b"abd").unwrap_err();
    assert!(matches!(&other.problem, Problem::WrongHash { expected, .. } if expected == ABC));
    for error in [long, other] {
        let fault = Fault::from(error);
        assert!(matches!(&fault, Fault::WrongAsset { name, .. } if name == "a/b.bin"), "{fault}");
        assert_eq!(fault.next_action(), NextAction::ReloadData);
    }
    let missing = Fault::from(manifest.find("a/c.bin").unwrap_err());
    assert!(matches!(missing, Fault::AssetMissing { name, .. } if name == "a/c.bin"));
}

#[test]
fn manifest_paths_stay_inside_the_site() {
    let hostile = [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../b",
        "./a",
        "a/./b",
        "https://other.example/a",
        "//other.example/a",
        "data:x",
        "a?b",
        "a#b",
        "a%2e%2e",
        "a b",
        "a\\\\b",
        "ä",
        ".hidden",
    ];
    for path in hostile {
        let text = manifest(1, path, ABC);
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        assert!(
            matches!(&error.problem, Problem::BadManifest { reason } if reason.contains("path")),
            "{path}: {error}"
        );
        assert_eq!(error.file, "manifest.json");
        if !path.is_empty() && !path.contains('\\') {
            assert_eq!(error.at_byte as usize, text.find(path).unwrap(), "{path}");
        }
    }
}

#[test]
fn broken_manifests_are_refused_with_the_byte() {
    let good = manifest(1, "a", ABC);
    let at = |bytes: &[u8]| Manifest::parse(bytes).unwrap_err().at_byte as usize;
    for length in 0..good.len() {
        assert!(at(&good.as_bytes()[..length]) <= length);
    }
    assert_eq!(at(b"{\n \"version\": 1,\n \"assets\": oops\n}"), 28);
    assert_eq!(at(b"<!doctype html>"), 0);
    let reason = |text: String| Manifest::parse(text.as_bytes()).unwrap_err().problem.to_string();
    assert!(reason(manifest(2, "a", ABC)).contains("version is 2"));
    assert!(reason(manifest(1, "a", &ABC[1..])).contains("SHA-256"));
    assert!(reason(manifest(1, "a", &ABC.to_uppercase())).contains("SHA-256"));
    assert!(reason(good.replace("\"bytes\":3", "\"bytes\":-3")).contains("-3"));
    assert!(reason(good.replace("\"bytes\":3", "\"bytes\":18446744073709551615")).contains("claims"));
    assert!(reason(good.replace("\"title\"", "\"titel\"")).contains("titel"));
    let (start, entry) = (r#"{"version":1,"assets":["#, &good[good.find("[{").unwrap() + 1..good.len() - 2]);
    assert!(reason(format!("{start}{entry},{entry}]}}")).contains("twice"));
    let long = vec![b' '; (1 << 20) + 1];
    assert_eq!(Manifest::parse(&long).unwrap_err().problem, Problem::TooLarge { limit: 1 << 20 });
}

#[test]
fn a_broken_file_becomes_a_fault_with_name_byte_and_advice() {
    let fault = Fault::from(parse_labels("a.idx", &idx(0x0801, &[1], &[10])).unwrap_err());
    assert_eq!(fault.to_string(), "a.idx cannot be used: the label 10 is none of the digits 0 to 9 (at byte 8).");
    assert_eq!(fault.next_action(), NextAction::ChooseAnotherFile);
}

/// `public/`, checked file by file against the manifest.
fn committed() -> (Manifest, impl Fn(&str) -> Vec<u8>) {
    let public = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    let manifest = Manifest::parse(&std::fs::read(public.join("manifest.json")).unwrap()).unwrap();
    let read = move |path: &str| std::fs::read(public.join(path)).unwrap();
    (manifest, read)
}

#[test]
fn every_entry_of_the_committed_manifest_matches_its_file() {
    let (manifest, read) = committed();
    assert!(!manifest.assets.is_empty());
    for asset in &manifest.assets {
        asset.verify(&read(&asset.path)).unwrap();
        assert!(!asset.licence.is_empty() && !asset.source.is_empty() && !asset.title.is_empty(), "{}", asset.path);
    }
}

fn load(labels: &str, shards: &[String], each: usize) -> Digits {
    let (manifest, read) = committed();
    manifest.find(labels).unwrap();
    let mut rest = read_labels(labels, &read(labels)).unwrap();
    let mut digits = Digits::default();
    for path in shards {
        manifest.find(path).unwrap();
        let pixels = read_images(path, &read(path)).unwrap();
        assert_eq!(pixels.len(), each * PIXELS, "{path}");
        let own: Vec<u8> = rest.drain(..each).collect();
        digits.push_shard(&pixels, &own);
    }
    assert!(rest.is_empty());
    digits
}

fn histogram(labels: &[u8]) -> [usize; 10] {
    std::array::from_fn(|class| labels.iter().filter(|&&label| usize::from(label) == class).count())
}

/// Counts as published for MNIST, and checksums of the original files, of which the shards are the parts.
#[test]
fn the_committed_mnist_is_the_original() {
    let train = load(TRAIN_LABELS, &train_shards(), TRAIN_SHARD);
    assert_eq!(train.len(), 60_000);
    assert_eq!(histogram(&train.labels), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let original = idx(0x0803, &[60_000, 28, 28], &train.pixels);
    assert_eq!(sha256(&original), "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");

    let test = load(TEST_LABELS, &test_shards(), TEST_SHARD);
    assert_eq!(test.len(), 10_000);
    assert_eq!(histogram(&test.labels), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    let original = idx(0x0803, &[10_000, 28, 28], &test.pixels);
    assert_eq!(sha256(&original), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
}

/// So that training starts when the first of them is in.
#[test]
fn shards_are_about_a_megabyte() {
    let (manifest, _) = committed();
    for path in train_shards().iter().chain(&test_shards()) {
        let bytes = manifest.find(path).unwrap().bytes;
        assert!((700_000..1_100_000).contains(&bytes), "{path}: {bytes}");
    }
}

/// Pictures before and after Pillow's bilinear resize, made by `tests/fixtures/make_resize.py`.
#[test]
fn enlarging_equals_pillow_to_the_bit() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("fixtures/resize.json")).unwrap();
    let pixels = |rows: &serde_json::Value| -> Vec<u8> {
        let text: String = rows.as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
        (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let (from, to) = (pixels(&case["from"]), pixels(&case["to"]));
        assert_eq!(enlarge(&from), to.as_slice(), "{}", case["name"]);
        let mut input = [9.0; 1024];
        to_input(&from, Padding::Resize, &mut input);
        assert!(input.iter().zip(&to).all(|(value, byte)| *value == f32::from(*byte) / 255.0), "{}", case["name"]);
    }
}

#[test]
fn the_paper_s_input_has_two_blank_pixels_on_every_side() {
    let mut input = [9.0; 1024];
    to_input(&[255; PIXELS], Padding::Paper, &mut input);
    for (i, value) in input.iter().enumerate() {
        let inside = (2..30).contains(&(i / 32)) && (2..30).contains(&(i % 32));
        assert_eq!(*value, if inside { 1.0 } else { 0.0 }, "row {}, column {}", i / 32, i % 32);
    }
}
