use super::split::stream;
use rand::seq::SliceRandom;

/// The order in which one epoch visits the training pictures; `seed` and `epoch` alone decide it.
///
/// Epoch 0 visits the shards one after the other and shuffles within each, so that training starts when the first
/// shard is in, and yet the order never depends on the network's speed. Later epochs shuffle everything.
///
/// - `train`: ascending, as [`super::split`] gives it
/// - `shard`: pictures in a shard
pub fn epoch_order(seed: u32, epoch: usize, train: &[u32], shard: usize) -> Vec<u32> {
    // Streams 0 and 1 are taken: initial weights and split.
    let mut rng = stream(seed, epoch as u64 + 2);
    let mut order = train.to_vec();
    if epoch == 0 {
        order.chunk_by_mut(|a, b| *a as usize / shard == *b as usize / shard).for_each(|part| part.shuffle(&mut rng));
    } else {
        order.shuffle(&mut rng);
    }
    order
}
