use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Which pictures are learned from and which are only measured; both ascending, none in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub train: Vec<u32>,
    pub validation: Vec<u32>,
}

/// Draws `validation` of `total` pictures by seed; the first `images` of the others are for training.
///
/// Asking for more than there is gives all there is.
pub fn split(seed: u32, total: usize, validation: usize, images: usize) -> Split {
    let mut all: Vec<u32> = (0..total as u32).collect();
    let (drawn, rest) = all.partial_shuffle(&mut stream(seed, 1), validation.min(total));
    let (mut validation, mut train) = (drawn.to_vec(), rest.to_vec());
    validation.sort_unstable();
    train.sort_unstable();
    train.truncate(images);
    Split { train, validation }
}

/// Random numbers for one purpose: streams of one seed are independent. Stream 0 draws the initial weights.
pub fn stream(seed: u32, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    rng.set_stream(stream);
    rng
}
