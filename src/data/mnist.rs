//! MNIST: 60,000 + 10,000 handwritten digits of 28x28 grey pixels (LeCun, Cortes, Burges, 1998).

use super::{DataError, gunzip, parse_images, parse_labels};

/// Height and width of a digit.
pub const SIDE: usize = 28;
/// Pixels of a digit.
pub const PIXELS: usize = SIDE * SIDE;
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
}
