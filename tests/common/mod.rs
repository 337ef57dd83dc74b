//! The committed digits, values for settings, and a way to run asynchronous code.
#![allow(dead_code, reason = "every test file uses its own part")]

pub mod kinds;

use receptive::data::{self, Digits};
use receptive::protocol::Padding;
use std::path::Path;

/// Runs to the end; nothing in the native tests ever has to wait.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    futures_lite::future::block_on(future)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("public").join(name)).expect("MNIST is in the repository")
}

fn load(labels: &str, shards: &[String], count: usize) -> Digits {
    let labels = data::read_labels(labels, &file(labels)).expect("the committed labels are sound");
    let mut digits = Digits::default();
    for shard in shards {
        let pixels = data::read_images(shard, &file(shard)).expect("the committed pictures are sound");
        let from = digits.len();
        let take = (pixels.len() / data::PIXELS).min(count - from);
        digits.push_shard(&pixels[..take * data::PIXELS], &labels[from..from + take]);
        if digits.len() == count {
            break;
        }
    }
    digits
}

/// The first `count` training images.
pub fn digits(count: usize) -> Digits {
    load(data::TRAIN_LABELS, &data::train_shards(), count)
}

/// The first `count` test images.
pub fn test_digits(count: usize) -> Digits {
    load(data::TEST_LABELS, &data::test_shards(), count)
}

/// Network inputs and labels of the first `count` pictures.
pub fn inputs(digits: &Digits, count: usize) -> (Vec<f32>, Vec<u8>) {
    let mut pixels = vec![0.0; count * 1024];
    for (i, out) in pixels.chunks_exact_mut(1024).enumerate() {
        data::to_input(digits.image(i), Padding::Resize, out);
    }
    (pixels, digits.labels[..count].to_vec())
}
