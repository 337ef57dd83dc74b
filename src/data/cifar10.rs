//! CIFAR-10: 50,000 + 10,000 photos of 32x32 in ten classes.
//!
//! Source: Alex Krizhevsky, "Learning multiple layers of features from tiny images", 2009. The format is that of the
//! "binary version" described at <https://www.cs.toronto.edu/~kriz/cifar.html>: a file is records of one label and 1,024
//! red, 1,024 green and 1,024 blue values, row by row, and nothing else.

use super::pictures::{COLOURS, Pictures};
use super::{DataError, Problem};

/// Height and width of a picture.
pub const CIFAR10_SIDE: usize = 32;
/// Names of the classes, in the order of their labels.
pub const CIFAR10_CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
/// One label and one picture.
pub const CIFAR10_RECORD_BYTES: usize = 1 + AREA * COLOURS;

/// Values of one colour of a picture.
const AREA: usize = CIFAR10_SIDE * CIFAR10_SIDE;

/// The pictures of one file of records, in its order.
///
/// # Errors
/// When its last record is cut off, or a label is not below 10.
pub fn parse_cifar10(file: &str, bytes: &[u8]) -> Result<Pictures, DataError> {
    let (records, rest) = bytes.as_chunks::<CIFAR10_RECORD_BYTES>();
    if !rest.is_empty() {
        let (expected, got) = ((records.len() + 1) * CIFAR10_RECORD_BYTES, bytes.len() as u64);
        return Err(DataError::new(file, bytes.len(), Problem::Truncated { expected: expected as u64, got }));
    }
    let mut pictures = Pictures::new(CIFAR10_SIDE, CIFAR10_SIDE);
    pictures.pixels.reserve_exact(records.len() * pictures.stride());
    let classes = CIFAR10_CLASSES.len();
    for (i, [label, planes @ ..]) in records.iter().enumerate() {
        if usize::from(*label) >= classes {
            return Err(DataError::new(file, i * CIFAR10_RECORD_BYTES, Problem::BadClass { got: *label, classes }));
        }
        pictures.labels.push(*label);
        // Each record has three planes of this many values.
        pictures.pixels.extend((0..AREA).flat_map(|at| [planes[at], planes[AREA + at], planes[2 * AREA + at]]));
    }
    Ok(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red counts up from `first`, green is 200, blue counts down from 255.
    fn record(label: u8, first: u8) -> Vec<u8> {
        let red = (0..1024_usize).map(|i| first.wrapping_add((i % 256) as u8));
        let blue = (0..1024_usize).map(|i| 255 - (i % 256) as u8);
        [label].into_iter().chain(red).chain([200; 1024]).chain(blue).collect()
    }

    #[test]
    fn planes_become_pixels_row_by_row() {
        let pictures = parse_cifar10("a.bin", &[record(3, 0), record(9, 7)].concat()).unwrap();
        assert_eq!((pictures.height, pictures.width, pictures.labels.as_slice()), (32, 32, &[3, 9][..]));
        let pixel = |picture: usize, y: usize, x: usize| &pictures.image(picture)[(y * 32 + x) * 3..][..3];
        assert_eq!(pixel(0, 0, 0), [0, 200, 255]);
        assert_eq!(pixel(0, 0, 31), [31, 200, 224]);
        // 33 steps on.
        assert_eq!(pixel(0, 1, 1), [33, 200, 222]);
        // 1,023 steps on is 255 modulo 256.
        assert_eq!(pixel(0, 31, 31), [255, 200, 0]);
        assert_eq!(pixel(1, 0, 1), [8, 200, 254]);
        assert!(parse_cifar10("a.bin", &[]).unwrap().is_empty());
    }

    #[test]
    fn cut_records_and_labels_beyond_nine_are_refused_at_their_byte() {
        let two = [record(0, 0), record(10, 0)].concat();
        let error = |bytes: &[u8]| parse_cifar10("a.bin", bytes).unwrap_err();
        let label = DataError::new("a.bin", 3_073, Problem::BadClass { got: 10, classes: 10 });
        assert_eq!(error(&two), label);
        for length in [1, 3_072, 3_074, 6_145] {
            let expected = if length < 3_073 { 3_073 } else { 6_146 };
            let problem = Problem::Truncated { expected, got: length as u64 };
            assert_eq!(error(&two[..length]), DataError::new("a.bin", length, problem));
        }
    }
}
