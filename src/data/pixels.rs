//! Small labelled pictures, all of one size, in files that are compressed without loss (`*.pixels.gzip`).
//!
//! A shard, inside gzip: `PIXELS`, then the version as u16, the number of pictures, their height and their width as u32,
//! all little-endian; the labels `[n]`; then three planes `[n, height, width]`: green, red minus green, blue minus green,
//! each value less what its neighbours foretell. All of it is arithmetic on bytes that wraps around.
//!
//! What is foretold is left + upper - upper left (0 outside of the picture), the plane through the three: what remains is
//! the difference of neighbouring columns of the difference of neighbouring rows, and two running sums undo it. It is
//! one of the seven predictors of lossless JPEG (ITU-T T.81, table H.1). Megabytes after zlib at level 9, of 5,000
//! pictures of CIFAR-10 that had been through JPEG (15.4 MB), and of 2,000 photos that were scaled down to 32x32 and
//! never compressed after that (6.1 MB), as CIFAR-10's original pictures were:
//!
//! | predictor | JPEG, colours as they are | JPEG, less green | scaled, colours as they are | scaled, less green |
//! | --- | ---: | ---: | ---: | ---: |
//! | none | 14.72 | 10.96 | 5.87 | 5.45 |
//! | left | 12.25 | 8.73 | 5.16 | 4.71 |
//! | up | 12.34 | 8.46 | 5.04 | 4.55 |
//! | mean of left and upper | 11.83 | 8.37 | 4.94 | 4.47 |
//! | Paeth (PNG) | 11.61 | 9.08 | 4.94 | 4.55 |
//! | median edge detector (JPEG-LS) | 11.44 | 8.46 | 4.89 | 4.45 |
//! | **plane** | 11.64 | **7.94** | 5.06 | 4.55 |
//!
//! So taking green away matters most. With that the plane is the smallest on the one and within 3 % of the smallest on
//! the other, and the only one but left and up that needs no decision at a pixel. Planes picture by picture instead of
//! shard by shard take 4 % more on the first and 1 % on the second. All 60,000 pictures that had been through JPEG are
//! 92 MB in twelve shards, half of their pixels.

use super::pictures::{COLOURS, Pictures};
use super::{DataError, MAX_SHARD_BYTES, Problem, gunzip};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// Larger pictures are kept as files.
pub const MAX_SIDE: usize = 64;
/// Labels are bytes.
pub const MAX_CLASSES: usize = 256;
/// The most pictures in one shard, where they are not too large for that.
const PICTURES_PER_SHARD: usize = 5_000;

const MAGIC: [u8; 6] = *b"PIXELS";
const VERSION: u16 = 1;
/// Offsets in the header, and its length.
const COUNT_AT: usize = 8;
const HEIGHT_AT: usize = 12;
const WIDTH_AT: usize = 16;
const HEADER_BYTES: usize = 20;

/// How many pictures of this size a shard may hold: 5,000, or as many as fit into 16 MB.
pub fn pictures_per_shard(height: usize, width: usize) -> usize {
    let each = height.saturating_mul(width).saturating_mul(COLOURS).saturating_add(1);
    PICTURES_PER_SHARD.min((MAX_SHARD_BYTES - HEADER_BYTES) / each)
}

/// Packs pictures into one shard.
///
/// # Errors
/// When a side is 0 or above 64, there are more pictures than a shard holds, or not one label for each picture.
pub fn write_pixels(pictures: &Pictures) -> Result<Vec<u8>, DataError> {
    let Pictures { height, width, pixels, labels } = pictures;
    let (count, limit) = (pictures.len(), pictures_per_shard(*height, *width));
    let bad = |reason: String| Err(DataError::new("the shard", 0, Problem::BadPixels { reason }));
    if !is_small(*height, *width) {
        return bad(format!("pictures of {height}x{width} are not stored as pixels"));
    }
    if count > limit {
        return bad(format!("{count} pictures are more than the {limit} that fit"));
    }
    if pixels.len() != count * pictures.stride() {
        return bad(format!("it has {} bytes of pixels for {count} labels", pixels.len()));
    }
    let area = height * width;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + count + pixels.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    // At most 5,000, 64 and 64.
    bytes.extend([count, *height, *width].iter().flat_map(|&size| (size as u32).to_le_bytes()));
    bytes.extend(labels);
    let colours = pixels.as_chunks::<COLOURS>().0;
    bytes.extend(colours.iter().map(|[_, green, _]| green));
    bytes.extend(colours.iter().map(|[red, green, _]| red.wrapping_sub(*green)));
    bytes.extend(colours.iter().map(|[_, green, blue]| blue.wrapping_sub(*green)));
    bytes[HEADER_BYTES + count..].chunks_exact_mut(area).for_each(|plane| take_differences(plane, *width));
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    packed(&bytes).or_else(|error| bad(format!("it cannot be written: {error}")))
}

/// The pictures of a shard, which must be of this size and of so many classes.
///
/// # Errors
/// When the file is broken, truncated or too long, its pictures have another size, it claims more of them than a shard
/// holds, or a label is none of the classes. Nothing larger than 16 MB is unpacked.
pub fn read_pixels(
    file: &str,
    gzip: &[u8],
    [height, width]: [usize; 2],
    classes: usize,
) -> Result<Pictures, DataError> {
    let bad = |at: usize, problem| Err(DataError::new(file, at, problem));
    let unknown = |at: usize, reason: String| bad(at, Problem::BadPixels { reason });
    if !is_small(height, width) {
        return unknown(0, format!("pictures of {height}x{width} are not stored as pixels"));
    }
    let mut bytes = gunzip(file, gzip, MAX_SHARD_BYTES)?;
    if !bytes.starts_with(&MAGIC) {
        return unknown(0, "it does not begin with “PIXELS”".to_owned());
    }
    let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
        let (expected, got) = (HEADER_BYTES as u64, bytes.len() as u64);
        return bad(bytes.len(), Problem::Truncated { expected, got });
    };
    let [_, _, _, _, _, _, low, high, sizes @ ..] = *header;
    let version = u16::from_le_bytes([low, high]);
    if version != VERSION {
        return unknown(MAGIC.len(), format!("its version is {version}, and only {VERSION} is known"));
    }
    // Twelve bytes are three of them.
    let [count, its_height, its_width] = [0, 4, 8].map(|at| {
        let four: [u8; 4] = std::array::from_fn(|i| sizes[at + i]);
        u32::from_le_bytes(four)
    });
    if (its_height as usize, its_width as usize) != (height, width) {
        let at = if its_height as usize == height { WIDTH_AT } else { HEIGHT_AT };
        return unknown(at, format!("its pictures are {its_height}x{its_width} instead of {height}x{width}"));
    }
    let limit = pictures_per_shard(height, width) as u64;
    if u64::from(count) > limit {
        return bad(COUNT_AT, Problem::TooMany { got: count.into(), limit });
    }
    // At most 5,000 from here on.
    let count = count as usize;
    let area = height * width;
    let (expected, got) = (HEADER_BYTES + count * (1 + area * COLOURS), bytes.len());
    if got != expected {
        let (at, expected, got) = (got.min(expected), expected as u64, got as u64);
        let short = Problem::Truncated { expected, got };
        return bad(at, if got < expected { short } else { Problem::TrailingBytes { expected, got } });
    }
    let (start, planes) = bytes.split_at_mut(HEADER_BYTES + count);
    let labels = &start[HEADER_BYTES..];
    if let Some(i) = labels.iter().position(|&label| usize::from(label) >= classes) {
        return bad(HEADER_BYTES + i, Problem::BadClass { got: labels[i], classes });
    }
    planes.chunks_exact_mut(area).for_each(|plane| add_up(plane, width));
    let (green, rest) = planes.split_at(count * area);
    let (red, blue) = rest.split_at(count * area);
    let mut pixels = Vec::with_capacity(count * area * COLOURS);
    for ((green, red), blue) in green.iter().zip(red).zip(blue) {
        pixels.extend([red.wrapping_add(*green), *green, blue.wrapping_add(*green)]);
    }
    Ok(Pictures { height, width, pixels, labels: labels.to_vec() })
}

/// Whether pictures of this size are stored as pixels.
pub fn is_small(height: usize, width: usize) -> bool {
    let small = 1..=MAX_SIDE;
    small.contains(&height) && small.contains(&width)
}

/// Each row less the one above it, then each column less the one on its left.
fn take_differences(plane: &mut [u8], width: usize) {
    for i in (width..plane.len()).rev() {
        plane[i] = plane[i].wrapping_sub(plane[i - width]);
    }
    for row in plane.chunks_exact_mut(width) {
        for x in (1..width).rev() {
            row[x] = row[x].wrapping_sub(row[x - 1]);
        }
    }
}

/// Undoes [`take_differences`].
fn add_up(plane: &mut [u8], width: usize) {
    for row in plane.chunks_exact_mut(width) {
        let mut sum = 0_u8;
        for value in row {
            sum = sum.wrapping_add(*value);
            *value = sum;
        }
    }
    for i in width..plane.len() {
        plane[i] = plane[i].wrapping_add(plane[i - width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pictures of 2x3 with red 0, 1, 2, … in the first.
    fn two() -> Pictures {
        let mut pictures = Pictures::new(2, 3);
        let first: Vec<u8> = (0..6).flat_map(|i| [i, 100, 250]).collect();
        let second: Vec<u8> = (0..18_u8).map(|i| i.wrapping_mul(67)).collect();
        pictures.push(&[first, second].concat(), &[3, 0]);
        pictures
    }

    fn unpacked(pictures: &Pictures) -> Vec<u8> {
        gunzip("a", &write_pixels(pictures).unwrap(), 1 << 20).unwrap()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Where and why a shard with these unpacked bytes is refused.
    #[track_caller]
    fn refused(bytes: &[u8]) -> (u64, Problem) {
        let error = read_pixels("a.pixels", &packed(bytes), [2, 3], 4).unwrap_err();
        assert_eq!(error.file, "a.pixels");
        (error.at_byte, error.problem)
    }

    #[test]
    fn the_file_is_what_its_description_says() {
        let bytes = unpacked(&two());
        assert_eq!(&bytes[..HEADER_BYTES], b"PIXELS\x01\0\x02\0\0\0\x02\0\0\0\x03\0\0\0");
        assert_eq!(bytes[HEADER_BYTES..][..2], [3, 0], "labels");
        // By hand, for the first picture. Green is 100 everywhere: only the corner is news.
        assert_eq!(bytes[22..28], [100, 0, 0, 0, 0, 0]);
        // Red less green begins with 0 - 100 = 156 (modulo 256), goes on by 1 in each row and by 3 from row to row.
        assert_eq!(bytes[34..40], [156, 1, 1, 3, 0, 0]);
        // Blue less green is 150 everywhere.
        assert_eq!(bytes[46..52], [150, 0, 0, 0, 0, 0]);
        assert_eq!(bytes.len(), 20 + 2 + 36);
    }

    #[test]
    fn pictures_come_back_as_they_were() {
        let there_and_back = |pictures: &Pictures, classes: usize| {
            let shard = write_pixels(pictures).unwrap();
            read_pixels("a", &shard, [pictures.height, pictures.width], classes).unwrap()
        };
        assert_eq!(there_and_back(&two(), 4), two());
        assert_eq!(there_and_back(&Pictures::new(5, 7), 1), Pictures::new(5, 7));
        for (height, width) in [(1, 1), (1, 64), (64, 1), (13, 8)] {
            let mut pictures = Pictures::new(height, width);
            for label in [0, 255] {
                // The same numbers as everywhere: Knuth's multiplier.
                let noise = (0..pictures.stride() as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
                pictures.push(&noise.collect::<Vec<u8>>(), &[label]);
            }
            assert_eq!(there_and_back(&pictures, 256), pictures, "{height}x{width}");
        }
    }

    #[test]
    fn a_full_shard_of_cifar_10_fits_and_larger_pictures_are_fewer() {
        assert_eq!(pictures_per_shard(32, 32), 5_000);
        // 16,777,196 / (64 * 64 * 3 + 1)
        assert_eq!(pictures_per_shard(64, 64), 1_365);
        let mut full = Pictures::new(32, 32);
        full.push(&vec![7; 5_000 * 3_072], &[1; 5_000]);
        let shard = write_pixels(&full).unwrap();
        assert_eq!(read_pixels("a", &shard, [32, 32], 2).unwrap(), full);
        full.push(&[7; 3_072], &[1]);
        assert!(write_pixels(&full).unwrap_err().to_string().contains("5001 pictures are more than the 5000"));
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_refused_where_it_does() {
        let whole = unpacked(&two());
        for length in MAGIC.len()..whole.len() {
            let (at, problem) = refused(&whole[..length]);
            assert_eq!(at, length as u64);
            assert!(matches!(problem, Problem::Truncated { got, .. } if got == length as u64), "{problem:?}");
        }
        let longer = [whole.clone(), vec![0; 3]].concat();
        assert_eq!(refused(&longer), (58, Problem::TrailingBytes { expected: 58, got: 61 }));
        let shard = write_pixels(&two()).unwrap();
        for length in 0..shard.len() {
            let error = read_pixels("a", &shard[..length], [2, 3], 4).unwrap_err();
            assert!(matches!(error.problem, Problem::BadGzip { .. }), "cut to {length} bytes: {error}");
        }
    }

    #[test]
    fn headers_that_are_not_true_are_refused_at_their_byte() {
        let with = |at: usize, bytes: &[u8]| {
            let mut whole = unpacked(&two());
            whole[at..at + bytes.len()].copy_from_slice(bytes);
            refused(&whole)
        };
        let says = |(at, problem): (u64, Problem)| (at, problem.to_string());
        let no_shard = "it is no shard of small pictures: ";
        assert_eq!(says(with(0, b"p")), (0, format!("{no_shard}it does not begin with “PIXELS”")));
        assert_eq!(says(with(6, &[2])), (6, format!("{no_shard}its version is 2, and only 1 is known")));
        let huge = u32::MAX.to_le_bytes();
        assert_eq!(with(8, &huge), (8, Problem::TooMany { got: u32::MAX.into(), limit: 5_000 }));
        assert_eq!(with(8, &[3]), (58, Problem::Truncated { expected: 77, got: 58 }));
        assert_eq!(says(with(12, &[3])), (12, format!("{no_shard}its pictures are 3x3 instead of 2x3")));
        assert_eq!(says(with(16, &huge)), (16, format!("{no_shard}its pictures are 2x{} instead of 2x3", u32::MAX)));
        assert_eq!(with(21, &[4]), (21, Problem::BadClass { got: 4, classes: 4 }));
    }

    #[test]
    fn bombs_and_other_files_are_refused() {
        let bomb = packed(&vec![0; MAX_SHARD_BYTES + 1]);
        assert!(bomb.len() < 1 << 17);
        let error = read_pixels("a", &bomb, [2, 3], 4).unwrap_err();
        assert!(matches!(error.problem, Problem::TooLarge { .. }), "{error}");
        for other in [&b""[..], b"PIXEL", b"<!doctype html>"] {
            assert!(matches!(refused(other), (0, Problem::BadPixels { .. })));
            assert!(read_pixels("a", other, [2, 3], 4).is_err());
        }
        for (height, width) in [(0, 3), (2, 0), (65, 1), (1, 65), (usize::MAX, usize::MAX)] {
            assert!(write_pixels(&Pictures::new(height, width)).is_err(), "{height}x{width}");
            let shard = write_pixels(&two()).unwrap();
            assert!(read_pixels("a", &shard, [height, width], 4).is_err(), "{height}x{width}");
        }
        let unlabelled = Pictures { labels: vec![0], ..two() };
        assert!(write_pixels(&unlabelled).unwrap_err().to_string().contains("36 bytes of pixels for 1 labels"));
    }

    #[test]
    fn no_single_wrong_byte_makes_it_panic() {
        let whole = unpacked(&two());
        let shard = write_pixels(&two()).unwrap();
        for wrong in [0, 1, 0x7f, 0x80, 0xff] {
            for i in 0..whole.len() {
                let mut bytes = whole.clone();
                bytes[i] = wrong;
                // Some of these are still well-formed: what counts is that there is an answer.
                drop(read_pixels("a", &packed(&bytes), [2, 3], 4));
            }
            for i in 0..shard.len() {
                let mut bytes = shard.clone();
                bytes[i] = wrong;
                drop(read_pixels("a", &bytes, [2, 3], 4));
            }
        }
    }
}
