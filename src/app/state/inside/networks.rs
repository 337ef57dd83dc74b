//! Which network is looked into, and how much of it is here.

use super::{Asked, Inside};
use crate::app::browser;
use crate::app::erase::{Kept, List};
use crate::app::state::AtDesk;
use crate::app::state::Tone;
use crate::protocol::wire::Packet;
use crate::protocol::{Command, Group, InsideCommand, Installed, LayerInfo, LayerKind, NetworkInfo, Sample};
use leptos::prelude::*;
use std::sync::Arc;

/// The first of these that is installed is the one to begin with.
const PREFERRED: [&str; 2] = ["alexnet", "squeezenet1_1"];
/// So much is fetched without asking, in bytes.
const WITHOUT_ASKING: u64 = 5_000_000;

/// Signals about networks.
#[derive(Clone, Copy, Default)]
pub struct Networks {
    pub all: List<NetworkInfo>,
    /// Name of the one wanted.
    pub chosen: RwSignal<String>,
    /// The one that is here, as far as it is.
    pub open: Kept<OpenNetwork>,
    pub opening: RwSignal<Option<Download>>,
}

/// The current network, as the worker told it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenNetwork {
    pub name: String,
    pub group: Group,
    pub layers: Vec<LayerInfo>,
    pub first: String,
    pub last: String,
}

impl OpenNetwork {
    pub fn layer(&self, name: &str) -> Option<&LayerInfo> {
        self.layers.iter().find(|layer| layer.name == name)
    }

    pub fn is_ready(&self, name: &str) -> bool {
        self.layer(name).is_some_and(|layer| layer.ready)
    }

    /// The layer that applies the activation to this one: directly, or after a batch norm that follows it.
    pub fn activation(&self, name: &str) -> Option<&str> {
        let place = self.layers.iter().position(|layer| layer.name == name)?;
        let norm = self.layers.get(place + 1).filter(|next| next.kind == LayerKind::BatchNorm);
        let direct = self.layers[place].activation.as_deref();
        direct.or_else(|| norm.filter(|_| self.layers[place].kind == LayerKind::Convolution)?.activation.as_deref())
    }

    /// Side of the picture it takes, in pixels.
    pub fn side(&self) -> usize {
        self.layers.iter().find(|layer| layer.kind == LayerKind::Input).map_or(224, |layer| layer.shape[2])
    }

    /// How many things it was taught.
    pub fn classes(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.shape[0])
    }
}

/// A download of weights under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Download {
    pub group: Group,
    pub done: u64,
    pub total: u64,
    /// When it began, in milliseconds since 1970.
    pub since: f64,
}

impl Download {
    /// Seconds still needed at the speed so far; not before there is a speed.
    pub fn seconds_left(&self) -> Option<f64> {
        let seconds = (browser::now() - self.since) / 1000.0;
        (seconds > 1.0 && self.done > 0)
            .then(|| (self.total - self.done.min(self.total)) as f64 / self.done as f64 * seconds)
    }
}

/// Bytes to download for each group; none where it is not installed.
pub fn bytes_of(network: &NetworkInfo) -> Option<[u64; 3]> {
    match &network.installed {
        Installed::Here { bytes, .. } => Some(*bytes),
        Installed::Missing { .. } => None,
    }
}

impl Networks {
    /// What is known about the network with this name.
    pub fn info(&self, name: &str) -> Option<NetworkInfo> {
        self.all.with(|all| all.iter().find(|network| network.name == name).cloned())
    }

    pub(super) fn fetched(&self, done: u64, total: u64) {
        self.opening.update(|opening| {
            if let Some(opening) = opening {
                (opening.done, opening.total) = (done, total);
            }
        });
    }

    /// Bytes of the chosen network that are not here yet.
    pub fn bytes_left(&self) -> u64 {
        let Some(bytes) = self.info(&self.chosen.get()).as_ref().and_then(bytes_of) else { return 0 };
        let here = self.open.with(|open| open.as_ref().map(|open| open.group));
        Group::ALL.iter().zip(bytes).filter(|(group, _)| here.is_none_or(|here| **group > here)).map(|(_, b)| b).sum()
    }
}

impl Inside {
    /// Side of the picture the network takes, in pixels.
    pub fn side(&self) -> usize {
        self.networks.open.with(|open| open.as_ref().map_or(224, |open| open.side()))
    }

    pub(super) fn list(&self) {
        self.ask(Asked::List, |request| InsideCommand::List { request });
    }

    /// The worker told what there is: begin with what the address asks for, else with the usual network and photo.
    pub(super) fn listed(&self, networks: Vec<NetworkInfo>, samples: Vec<Sample>) {
        let here: Vec<&str> = networks.iter().filter(|n| bytes_of(n).is_some()).map(|n| n.name.as_str()).collect();
        let wanted = self.networks.chosen.get_untracked();
        let usual = PREFERRED.iter().find(|name| here.contains(name)).or(here.first()).copied();
        if !wanted.is_empty() && !here.contains(&wanted.as_str()) {
            let text = format!(
                "The address asks for the network {wanted}, which is not installed on this site. Another one is shown."
            );
            self.notify(Tone::Warning, text, None);
        }
        let name = here.iter().find(|name| **name == wanted).copied().or(usual).unwrap_or_default().to_owned();
        self.ledgers.begin(&networks);
        self.networks.all.set(networks);
        self.photos.samples.set(samples.clone());
        self.begin_with_photo(samples);
        if name.is_empty() {
            self.notify(Tone::Warning, "No network is installed on this site; the ledger below needs none.", None);
        } else {
            self.networks.chosen.set(name);
            self.reopen();
        }
        self.ask_ledgers();
    }

    /// Looks into another network.
    pub fn choose_network(&self, name: String) {
        if self.networks.chosen.with_untracked(|old| *old == name) {
            return;
        }
        if self.networks.opening.with_untracked(Option::is_some) {
            self.cancel_open();
        }
        self.inner.update_value(|inner| {
            inner.desk.deaths = 0;
            inner.group = None;
            inner.all_of_it = false;
            (inner.layer, inner.map) = (None, None);
        });
        self.networks.chosen.set(name);
        self.networks.open.set(None);
        self.networks.opening.set(None);
        self.forget_layer();
        self.classes.forget();
        self.reopen();
    }

    /// Opens the chosen network, as far as it was open before.
    pub(super) fn reopen(&self) {
        let group = self.inner.with_value(|inner| inner.group).unwrap_or(Group::First);
        self.open_group(group);
    }

    fn open_group(&self, group: Group) {
        let network = self.networks.chosen.get_untracked();
        if network.is_empty() {
            return;
        }
        self.inner.update_value(|inner| inner.group = Some(group));
        if self.ask(Asked::Open, |request| InsideCommand::Open { request, network, group }).is_some() {
            self.networks.opening.set(Some(Download { group, done: 0, total: 0, since: browser::now() }));
        }
    }

    /// Fetches the layers that are not here yet, however large they are.
    pub fn load_rest(&self) {
        self.inner.update_value(|inner| inner.all_of_it = true);
        let group = self.networks.open.with_untracked(|open| open.as_ref().map(|open| open.group));
        self.open_group(after(group));
    }

    pub fn cancel_open(&self) {
        self.desk(|desk| desk.order(Packet::new(Command::Inside(InsideCommand::CancelOpen))));
    }

    pub(super) fn opened(&self, open: OpenNetwork) {
        if self.networks.chosen.with_untracked(|chosen| *chosen != open.name) {
            return;
        }
        let group = open.group;
        if self.classes.cam_layer.with_untracked(|layer| open.layer(layer).is_none()) {
            self.classes.cam_layer.set(open.last.clone());
        }
        self.networks.opening.set(None);
        self.networks.open.set(Some(Arc::new(open)));
        // The answer may have come before the last word about the download.
        let unanswered =
            self.photos.taken.with_untracked(Option::is_some) && self.classes.top.with_untracked(Vec::is_empty);
        self.classes.waiting.set(group == Group::Classifier && unanswered);
        self.look_as_wanted();
        self.write_address();
        let go_on = self.inner.with_value(|inner| inner.all_of_it);
        if group < Group::Classifier && (go_on || untrack(|| self.networks.bytes_left()) <= WITHOUT_ASKING) {
            self.open_group(after(Some(group)));
        }
    }

    /// Opening failed or was stopped; what was there before is still there.
    pub(super) fn not_opened(&self) {
        self.networks.opening.set(None);
        let here = self.networks.open.with_untracked(|open| open.as_ref().map(|open| open.group));
        self.inner.update_value(|inner| {
            inner.all_of_it = false;
            inner.group = here;
        });
    }
}

/// The group to fetch when this one is here.
fn after(group: Option<Group>) -> Group {
    match group {
        None => Group::First,
        Some(Group::First) => Group::Features,
        Some(Group::Features | Group::Classifier) => Group::Classifier,
    }
}
