//! Bytes to labelled pictures. Every parser here takes bytes from outside and answers with a typed error.

#[cfg(feature = "compute")]
pub mod archive;
#[cfg(feature = "compute")]
mod augment;
mod cifar10;
#[cfg(feature = "compute")]
mod crop;
mod dataset;
mod drawing;
mod error;
mod gzip;
mod idx;
#[cfg(feature = "compute")]
mod jpeg;
mod manifest;
mod mnist;
#[cfg(feature = "compute")]
mod order;
mod photo;
mod pictures;
mod pixels;
mod resize;
mod run;
mod shard;
#[cfg(feature = "compute")]
mod split;
#[cfg(feature = "compute")]
mod textures;

#[cfg(feature = "compute")]
pub use augment::{augment, augmentation_stream, mask_borders};
pub use cifar10::{CIFAR10_CLASSES, CIFAR10_RECORD_BYTES, CIFAR10_SIDE, parse_cifar10};
#[cfg(feature = "compute")]
pub use crop::Crop;
pub use dataset::{DatasetForm, DatasetPart, InstalledDataset};
pub use drawing::from_drawing;
pub use error::{DataError, Problem};
pub use gzip::gunzip;
pub use idx::{parse_images, parse_labels};
#[cfg(feature = "compute")]
pub use jpeg::{is_plain_jpeg, to_plain_jpeg};
pub use manifest::{Asset, InstalledNetwork, Manifest, Preprocessing, sha256};
pub use mnist::{
    Digits, PIXELS, SIDE, TEST_LABELS, TEST_SHARD, TRAIN_LABELS, TRAIN_SHARD, read_images, read_labels, test_shards,
    train_shards,
};
#[cfg(feature = "compute")]
pub use order::epoch_order;
pub use photo::{Rgb, Square};
pub use pictures::Pictures;
pub use pixels::{MAX_CLASSES, is_small, pictures_per_shard, read_pixels, write_pixels};
pub use resize::{enlarge, to_input};
pub use run::{InstalledRun, RunRecord, pack_weights, unpack_weights};
pub use shard::{MAX_SHARD_BYTES, Piece, read_shard, write_shards};
#[cfg(feature = "compute")]
pub use split::{Split, split, stream};
#[cfg(feature = "compute")]
pub use textures::{TEXTURES, texture};
