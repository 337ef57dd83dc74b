//! MNIST: 60,000 + 10,000 handwritten digits of 28x28 grey pixels (LeCun, Cortes, Burges, 1998).

use super::pictures::{COLOURS, Pictures};
use super::{DataError, gunzip, parse_images, parse_labels};

/// Height and width of a digit.
pub const SIDE: usize = 28;
/// Pixels of a digit.
pub const PIXELS: usize = SIDE * SIDE;
/// A digit among photos is 32x32: this much paper on each side.
const PADDING: usize = 2;
/// Digits in each file of training and of test pictures.
pub const TRAIN_SHARD: usize = 6_000;
pub const TEST_SHARD: usize = 5_000;
pub const TRAIN_LABELS: &str = "datasets/mnist/train-labels.idx.gzip";
pub const TEST_LABELS: &str = "datasets/mnist/test-labels.idx.gzip";

/// The largest of the original files unpacks to 47,040,016 bytes; nothing larger is unpacked.
const MAX_UNPACKED: usize = 48 << 20;

/// The ten files of training pictures, in order. Not called `.gz`, because some servers would then unpack them on
/// the way, and their hashes would not fit.
pub fn train_shards() -> Vec<String> {
    (0..10).map(|i| format!("datasets/mnist/train-images-{i:02}.idx.gzip")).collect()
}

/// The two files of test pictures, in order.
pub fn test_shards() -> Vec<String> {
    (0..2).map(|i| format!("datasets/mnist/test-images-{i:02}.idx.gzip")).collect()
}

/// Pixels `[n, 28, 28]` of a gzipped IDX file of pictures.
///
/// # Errors
/// When the file is broken in any way.
pub fn read_images(file: &str, gzip: &[u8]) -> Result<Vec<u8>, DataError> {
    let idx = gunzip(file, gzip, MAX_UNPACKED)?;
    parse_images(file, &idx).map(<[u8]>::to_vec)
}

/// Labels of a gzipped IDX file of labels, each below 10.
///
/// # Errors
/// When the file is broken in any way.
pub fn read_labels(file: &str, gzip: &[u8]) -> Result<Vec<u8>, DataError> {
    let idx = gunzip(file, gzip, MAX_UNPACKED)?;
    parse_labels(file, &idx).map(<[u8]>::to_vec)
}

/// Digits in memory, as many as have arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digits {
    /// `[n, 28, 28]`, 0 (paper) to 255 (ink).
    pub pixels: Vec<u8>,
    /// `[n]`, each below 10.
    pub labels: Vec<u8>,
}

impl Digits {
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The 784 pixels of one digit.
    ///
    /// # Panics
    /// When there is no such digit.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * PIXELS..][..PIXELS]
    }

    /// Appends pictures and their labels.
    ///
    /// # Panics
    /// When there is not one label for each picture.
    pub fn push_shard(&mut self, pixels: &[u8], labels: &[u8]) {
        assert_eq!(pixels.len(), labels.len() * PIXELS, "one label for each picture");
        self.pixels.extend_from_slice(pixels);
        self.labels.extend_from_slice(labels);
    }

    /// The same as pictures `[n, 32, 32, 3]`: two pixels of paper on each side, and grey three times over.
    pub fn to_pictures(&self) -> Pictures {
        let side = SIDE + 2 * PADDING;
        let mut pictures = Pictures::new(side, side);
        pictures.labels.clone_from(&self.labels);
        pictures.pixels = vec![0; self.len() * pictures.stride()];
        let stride = pictures.stride();
        for (picture, digit) in pictures.pixels.chunks_exact_mut(stride).zip(self.pixels.chunks_exact(PIXELS)) {
            let rows = picture.chunks_exact_mut(side * COLOURS).skip(PADDING);
            for (row, grey) in rows.zip(digit.chunks_exact(SIDE)) {
                let inner = row[PADDING * COLOURS..].as_chunks_mut::<COLOURS>().0;
                inner.iter_mut().zip(grey).for_each(|(pixel, &grey)| *pixel = [grey; COLOURS]);
            }
        }
        pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_among_photos_have_paper_around_them_and_three_equal_colours() {
        let mut digits = Digits::default();
        // Not one value twice in a row or a column; then a digit of ink only.
        digits.push_shard(&(0..PIXELS).map(|i| (i % 251 + 1) as u8).collect::<Vec<u8>>(), &[4]);
        digits.push_shard(&[255; PIXELS], &[9]);
        let pictures = digits.to_pictures();
        assert_eq!((pictures.height, pictures.width, pictures.labels.as_slice()), (32, 32, &[4, 9][..]));
        assert_eq!(pictures.pixels.len(), 2 * 32 * 32 * 3);
        let inside = 2..30;
        for y in 0..32 {
            for x in 0..32 {
                let at = |picture: usize| &pictures.image(picture)[(y * 32 + x) * 3..][..3];
                let (paper, i) = (!inside.contains(&y) || !inside.contains(&x), (y * 28 + x) as i64 - 58);
                // (y - 2) * 28 + (x - 2) is y * 28 + x - 58.
                let expected = if paper { 0 } else { (i % 251 + 1) as u8 };
                assert_eq!(at(0), [expected; 3], "row {y}, column {x}");
                assert_eq!(at(1), [if paper { 0 } else { 255 }; 3], "row {y}, column {x}");
            }
        }
    }
}
