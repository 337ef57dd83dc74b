//! Downloads a network's weights, shard by shard.

use super::{Arrived, post};
use crate::data::{InstalledNetwork, Manifest, Piece, read_shard};
use crate::protocol::{Fault, Group, InsideEvent, RequestId};
use crate::worker::Input;
use crate::worker::fetch::Fetcher;
use async_channel::Sender;

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

/// Starts fetching the shards of these groups; they arrive in `queue`, in order.
pub fn fetch(
    fetcher: &Fetcher,
    manifest: &Manifest,
    network: &InstalledNetwork,
    groups: Vec<Group>,
    request: RequestId,
    queue: Sender<Input>,
) {
    let (fetcher, manifest, network) = (fetcher.clone(), manifest.clone(), network.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let send = async |weights: Weights| {
            // The receiver lives as long as the worker.
            drop(queue.send(Input::Inside(Arrived::Weights(request, weights))).await);
        };
        let outcome = all(&fetcher, &manifest, &network, &groups, request, &send).await;
        send(match outcome {
            Ok(()) => Weights::All,
            Err(fault) => Weights::Failed(fetcher.why(fault)),
        })
        .await;
    });
}

async fn all(
    fetcher: &Fetcher,
    manifest: &Manifest,
    network: &InstalledNetwork,
    groups: &[Group],
    request: RequestId,
    send: &impl AsyncFn(Weights),
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
        send(Weights::Classes(text.lines().map(str::to_owned).collect())).await;
    }
    for asset in shards {
        let tell = |done| post(InsideEvent::Opening { request, done: before + done, total });
        let bytes = fetcher.verified(asset, tell).await?;
        before += asset.bytes;
        post(InsideEvent::Opening { request, done: before, total });
        send(Weights::Shard(asset.path.clone(), read_shard(&asset.path, &bytes)?)).await;
    }
    Ok(())
}
