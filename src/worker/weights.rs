//! Downloads a network's weights, shard by shard.

use super::fetch::Fetcher;
use crate::data::{InstalledNetwork, Manifest, Piece, read_shard};
use crate::protocol::{Fault, Group};

/// What a download sends home.
pub enum Weights {
    /// The tensors of one shard, with its path.
    Shard(String, Vec<Piece>),
    /// Names of the classes, in their order.
    Classes(Vec<String>),
    /// Everything that was asked for has come.
    All,
    Failed(Fault),
}

/// Starts fetching the shards of these groups; `send` is given them, in order, and `tell` the bytes so far and in all.
pub fn fetch(
    fetcher: &Fetcher,
    manifest: &Manifest,
    network: &InstalledNetwork,
    groups: Vec<Group>,
    tell: impl Fn(u64, u64) + 'static,
    send: impl Fn(Weights) + 'static,
) {
    let (fetcher, manifest, network) = (fetcher.clone(), manifest.clone(), network.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let outcome = all(&fetcher, &manifest, &network, &groups, &tell, &send).await;
        send(match outcome {
            Ok(()) => Weights::All,
            Err(fault) => Weights::Failed(fetcher.why(fault)),
        });
    });
}

async fn all(
    fetcher: &Fetcher,
    manifest: &Manifest,
    network: &InstalledNetwork,
    groups: &[Group],
    tell: &dyn Fn(u64, u64),
    send: &dyn Fn(Weights),
) -> Result<(), Fault> {
    let shards = groups.iter().flat_map(|&group| network.shards(group));
    let shards = shards.map(|path| manifest.find(path)).collect::<Result<Vec<_>, _>>()?;
    let classes = network.classes.as_ref().filter(|_| groups.contains(&Group::Classifier));
    let classes = classes.map(|path| manifest.find(path)).transpose()?;
    let total = shards.iter().copied().chain(classes).map(|asset| asset.bytes).sum();
    let mut before = 0;
    // First, so that the first prediction has names.
    if let Some(asset) = classes {
        let bytes = fetcher.verified(asset, |_| ()).await?;
        before += asset.bytes;
        let text = String::from_utf8_lossy(&bytes);
        send(Weights::Classes(text.lines().map(str::to_owned).collect()));
    }
    for asset in shards {
        let bytes = fetcher.verified(asset, |done| tell(before + done, total)).await?;
        before += asset.bytes;
        tell(before, total);
        send(Weights::Shard(asset.path.clone(), read_shard(&asset.path, &bytes)?));
    }
    Ok(())
}
