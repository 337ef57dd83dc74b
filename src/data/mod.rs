//! Bytes to labelled pictures. Every parser here takes bytes from outside and answers with a typed error.

mod drawing;
mod error;
mod gzip;
mod idx;
mod manifest;
mod mnist;
mod order;
mod resize;
mod split;

pub use drawing::from_drawing;
pub use error::{DataError, Problem};
pub use gzip::gunzip;
pub use idx::{parse_images, parse_labels};
pub use manifest::{Asset, Manifest, sha256};
pub use mnist::{
    Digits, PIXELS, SIDE, TEST_LABELS, TEST_SHARD, TRAIN_LABELS, TRAIN_SHARD, read_images, read_labels, test_shards,
    train_shards,
};
pub use order::epoch_order;
pub use resize::{enlarge, to_input};
pub use split::{Split, split};
