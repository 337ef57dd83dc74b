//! What teaching a network will take on this device, before it begins. Pure.

use crate::protocol::{Backbone, Head, Parts, Start, TeachSettings};

/// Of every number that learns, as 32-bit floats: itself, what it is cut into, gradients, the optimizer's memories, and
/// the state to go back to.
const LEARNING_BYTES: u64 = 32;
/// A gradient takes about twice the arithmetic of the pass before it.
const STEP_PASSES: f64 = 3.0;
/// What a page in WebAssembly can have at most, in bytes, with some room left for the rest of it.
const WASM_LIMIT: u64 = 3_400_000_000;

/// Blocks that learn: all of them where the network begins at random.
fn learning_blocks(backbone: &Backbone, settings: &TeachSettings) -> usize {
    match settings.start {
        Start::Random => backbone.blocks.len(),
        Start::Pretrained => settings.blocks.min(backbone.blocks.len()),
    }
}

/// Bytes to download for these settings.
pub fn download(backbone: &Backbone, settings: &TeachSettings) -> u64 {
    if settings.start == Start::Random {
        return 0;
    }
    backbone.features_bytes + if settings.head == Head::Own { backbone.classifier_bytes } else { 0 }
}

/// Bytes of memory that training takes at its peak. What a head takes includes the weights before it.
pub fn memory(backbone: &Backbone, settings: &TeachSettings) -> u64 {
    let head = backbone.heads.iter().find(|info| info.head == settings.head).map_or(0, |info| info.training_bytes);
    let blocks = &backbone.blocks[..learning_blocks(backbone, settings)];
    let learning: u64 = blocks.iter().map(|block| block.parameters * LEARNING_BYTES).sum();
    let activations = blocks.last().map_or(0, |block| block.bytes_per_picture * settings.batch as u64);
    head + learning + activations
}

/// Bytes this device can give: half of its memory where the browser tells (in GiB), and never more than WebAssembly has.
pub fn memory_limit(device_memory: Option<f64>) -> u64 {
    let half = device_memory.map_or(u64::MAX, |gib| (gib * 0.5 * 1024.0 * 1024.0 * 1024.0) as u64);
    half.min(WASM_LIMIT)
}

/// Multiply-accumulates of one picture through the layers that do not learn.
pub fn frozen_work(backbone: &Backbone, settings: &TeachSettings) -> u64 {
    backbone.multiply_accumulates.saturating_sub(learning_work(backbone, settings))
}

/// Of one picture through the blocks that learn.
fn learning_work(backbone: &Backbone, settings: &TeachSettings) -> u64 {
    match settings.start {
        Start::Random => backbone.multiply_accumulates,
        Start::Pretrained => {
            let last = learning_blocks(backbone, settings).checked_sub(1).and_then(|i| backbone.blocks.get(i));
            last.map_or(0, |block| block.multiply_accumulates.min(backbone.multiply_accumulates))
        }
    }
}

/// Multiply-accumulates of the whole run with so many pictures.
pub fn work(backbone: &Backbone, settings: &TeachSettings, pictures: usize) -> f64 {
    let share = match settings.parts {
        Parts::EightyTwenty => 0.8,
        Parts::SeventyTwentyTen => 0.7,
    };
    let (learned, epochs) = (pictures as f64 * share, settings.epochs as f64);
    let measured = pictures as f64 - learned;
    let head = backbone.heads.iter().find(|info| info.head == settings.head).map_or(0, |info| info.parameters);
    let learning = (learning_work(backbone, settings) + head) as f64;
    let frozen = frozen_work(backbone, settings) as f64;
    // Pictures that are changed at random are new every time; others pass the frozen layers once.
    let passes = if settings.augmentation.is_none() { 1.0 } else { epochs };
    frozen * (learned * passes + measured) + epochs * learning * (learned * STEP_PASSES + measured)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Augmentation, Block, HeadInfo};

    fn backbone() -> Backbone {
        let block = |name: &str, parameters, multiply_accumulates, bytes_per_picture| Block {
            name: name.to_owned(),
            parameters,
            multiply_accumulates,
            bytes_per_picture,
        };
        Backbone {
            name: "small".to_owned(),
            title: "Small".to_owned(),
            installed: true,
            command: None,
            features_bytes: 10,
            classifier_bytes: 5,
            blocks: vec![block("last", 10, 100, 7), block("first", 20, 1000, 50)],
            multiply_accumulates: 1000,
            features: 4,
            heads: vec![
                HeadInfo { head: Head::Light, parameters: 8, training_bytes: 64 },
                HeadInfo { head: Head::Own, parameters: 80, training_bytes: 640 },
            ],
            weight_bytes: 120,
            batch_norm: false,
            licence: String::new(),
        }
    }

    #[test]
    fn only_the_classifier_that_is_kept_is_downloaded() {
        let mut settings = TeachSettings::default();
        assert_eq!(download(&backbone(), &settings), 10);
        settings.head = Head::Own;
        assert_eq!(download(&backbone(), &settings), 15);
        settings.start = Start::Random;
        assert_eq!(download(&backbone(), &settings), 0);
    }

    #[test]
    fn memory_grows_with_what_learns() {
        let mut settings = TeachSettings { batch: 2, ..TeachSettings::default() };
        assert_eq!(memory(&backbone(), &settings), 64);
        settings.blocks = 1;
        assert_eq!(memory(&backbone(), &settings), 64 + 10 * 32 + 2 * 7);
        settings.start = Start::Random;
        assert_eq!(memory(&backbone(), &settings), 64 + 30 * 32 + 2 * 50);
    }

    #[test]
    fn frozen_layers_are_passed_once_unless_pictures_change() {
        let mut settings = TeachSettings { epochs: 3, ..TeachSettings::default() };
        // 10 pictures once through all; 8 of them three times, and 2 of them, through the head's 8 numbers.
        assert_eq!(work(&backbone(), &settings, 10), 10_000.0 + 3.0 * 8.0 * (8.0 * 3.0 + 2.0));
        settings.augmentation = Augmentation { flip: true, ..Augmentation::default() };
        assert_eq!(work(&backbone(), &settings, 10), 1000.0 * 26.0 + 3.0 * 8.0 * 26.0);
        settings = TeachSettings { epochs: 1, blocks: 1, ..TeachSettings::default() };
        assert_eq!(work(&backbone(), &settings, 10), 900.0 * 10.0 + 108.0 * 26.0);
    }

    #[test]
    fn a_page_never_has_all_of_the_memory() {
        assert_eq!(memory_limit(Some(4.0)), 2 * 1024 * 1024 * 1024);
        assert_eq!(memory_limit(Some(64.0)), WASM_LIMIT);
        assert_eq!(memory_limit(None), WASM_LIMIT);
    }
}
