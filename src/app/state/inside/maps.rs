//! Which layer is looked at, and its feature maps.

use super::{Asked, Inside, OpenNetwork};
use crate::app::browser;
use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::erase;
use crate::app::erase::Kept;
use crate::app::order::largest_first;
use crate::app::state::questions::floats;
use crate::protocol::{Group, InsideCommand, LayerInfo, LayerKind};
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use std::sync::Arc;

/// So many maps are shown at first; vectors are always shown whole.
pub const AT_FIRST: usize = 64;
/// Milliseconds that may be spent before the browser gets a turn.
const SLICE: f64 = 10.0;

/// Signals about feature maps.
#[derive(Clone, Copy)]
pub struct Maps {
    /// The layer chosen, before its activation.
    pub layer: RwSignal<String>,
    /// Whether to look after its activation.
    pub after: RwSignal<bool>,
    /// Whether every layer may be chosen, or only the main ones.
    pub every: RwSignal<bool>,
    /// The maps are still to come.
    pub waiting: RwSignal<bool>,
    pub looked: Kept<Looked>,
    /// Whether the first and the last colour stand for the smallest and largest value of all maps, or of each.
    pub across: RwSignal<bool>,
    /// Whether the strongest map is shown first, or they stand as in the network.
    pub strongest: RwSignal<bool>,
    /// Whether maps are in viridis, or grey.
    pub colourful: RwSignal<bool>,
    pub limit: RwSignal<usize>,
    pub selected: RwSignal<Option<usize>>,
    /// Of the enlarged map over the photo, in percent.
    pub opacity: RwSignal<u32>,
    /// Numbers of the maps in the order shown.
    pub shown: Memo<Arc<Vec<usize>>>,
}

/// What a layer makes of the photo.
#[derive(Debug, PartialEq)]
pub struct Looked {
    pub layer: String,
    /// `[channels, height, width]`
    pub shape: [usize; 3],
    /// The values, row-major, as 32-bit little-endian floats.
    pub bytes: Vec<u8>,
    pub stats: Vec<MapStats>,
    pub whole: Extent,
    pub milliseconds: Option<f64>,
}

/// About one map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapStats {
    pub extent: Extent,
    /// Mean of its values after ReLU.
    pub strength: f32,
}

impl MapStats {
    fn of(values: &[f32]) -> Self {
        let strength = values.iter().map(|v| v.max(0.0)).sum::<f32>() / values.len().max(1) as f32;
        Self { extent: Extent::of(values), strength }
    }
}

impl Looked {
    /// A vector, not maps.
    pub fn is_vector(&self) -> bool {
        self.shape[1] * self.shape[2] == 1
    }

    /// The values of one map, row-major.
    pub fn map(&self, channel: usize) -> Vec<f32> {
        self.maps(channel, 1)
    }

    fn maps(&self, channel: usize, count: usize) -> Vec<f32> {
        let size = self.shape[1] * self.shape[2] * 4;
        floats(self.bytes.get(channel * size..(channel + count) * size).unwrap_or_default())
    }

    pub fn value(&self, channel: usize, y: usize, x: usize) -> Option<f32> {
        let place = ((channel * self.shape[1] + y) * self.shape[2] + x) * 4;
        floats(self.bytes.get(place..place + 4)?).first().copied()
    }

    /// The values that get the first and the last colour of a map.
    pub fn extent(&self, channel: usize, across: bool) -> Extent {
        match self.stats.get(channel) {
            Some(stats) if !across && !self.is_vector() => stats.extent,
            _ => self.whole,
        }
    }
}

/// Whether a layer is offered without being asked for; the others are reached through it.
fn is_main(layer: &LayerInfo) -> bool {
    use LayerKind as K;
    matches!(layer.kind, K::Convolution | K::MaxPool | K::AveragePool | K::Linear | K::Add | K::Concatenate)
}

impl Maps {
    pub(super) fn new() -> Self {
        let looked = Kept::<Looked>::default();
        let strongest = RwSignal::new(false);
        let limit = RwSignal::new(AT_FIRST);
        let shown = erase::memo(move || {
            looked.with(|looked| {
                let Some(looked) = looked else { return Arc::default() };
                let mut channels: Vec<usize> = if strongest.get() {
                    let strengths: Vec<f64> = looked.stats.iter().map(|stats| stats.strength.into()).collect();
                    largest_first(&strengths)
                } else {
                    (0..looked.shape[0]).collect()
                };
                if !looked.is_vector() {
                    channels.truncate(limit.get());
                }
                Arc::new(channels)
            })
        });
        Self {
            layer: RwSignal::default(),
            after: RwSignal::new(false),
            every: RwSignal::new(false),
            waiting: RwSignal::new(false),
            looked,
            across: RwSignal::new(false),
            strongest,
            colourful: RwSignal::new(false),
            limit,
            selected: RwSignal::new(None),
            opacity: RwSignal::new(80),
            shown,
        }
    }
}

impl Maps {
    pub fn colours(&self) -> Colormap {
        if self.colourful.get() { Colormap::Viridis } else { Colormap::Grey }
    }
}

impl Inside {
    /// The layers to choose from.
    pub fn layers(&self) -> Vec<LayerInfo> {
        let every = self.maps.every.get();
        let chosen = self.maps.layer.get();
        self.networks.open.with(|open| {
            let layers = open.iter().flat_map(|open| &open.layers);
            layers.filter(|layer| every || is_main(layer) || layer.name == chosen).cloned().collect()
        })
    }

    /// The layer whose maps are wanted: the chosen one, or the one that applies its activation.
    pub fn wanted_layer(&self) -> String {
        let layer = self.maps.layer.get();
        let activation = |open: &Option<Arc<OpenNetwork>>| open.as_ref()?.activation(&layer).map(str::to_owned);
        match self.maps.after.get() {
            true => self.networks.open.with(activation).unwrap_or(layer),
            false => layer,
        }
    }

    pub fn choose_layer(&self, name: String) {
        if self.maps.layer.with_untracked(|old| *old == name) {
            return;
        }
        self.forget_map();
        self.maps.limit.set(AT_FIRST);
        self.details.kernels.set(None);
        self.maps.layer.set(name);
        self.look();
    }

    /// The next (1) or previous (-1) of the layers to choose from.
    pub fn step_layer(&self, by: isize) {
        let layers = untrack(|| self.layers());
        let now = self.maps.layer.get_untracked();
        let place = layers.iter().position(|layer| layer.name == now);
        if let Some(next) = place.and_then(|place| place.checked_add_signed(by)).and_then(|place| layers.get(place)) {
            self.choose_layer(next.name.clone());
        }
    }

    pub fn look_after_activation(&self, after: bool) {
        self.details.at.set(None);
        self.details.explained.set(None);
        self.details.patches.set(None);
        self.maps.after.set(after);
        self.look();
    }

    /// The network is another one.
    pub(super) fn forget_layer(&self) {
        self.forget_map();
        self.details.kernels.set(None);
        self.maps.layer.set(String::new());
        self.maps.looked.set(None);
        self.maps.waiting.set(false);
        self.inner.update_value(|inner| inner.told_layer = None);
    }

    fn forget_map(&self) {
        self.maps.selected.set(None);
        self.details.at.set(None);
        self.details.explained.set(None);
        self.details.patches.set(None);
    }

    /// A network was opened (further): look at the layer of the address, or go on looking at the same one.
    pub(super) fn look_as_wanted(&self) {
        let Some(open) = self.networks.open.get_untracked() else { return };
        if self.maps.layer.with_untracked(String::is_empty) {
            let (wanted, map) =
                self.inner.try_update_value(|inner| (inner.layer.take(), inner.map.take())).unwrap_or_default();
            let layer = wanted.filter(|name| open.layer(name).is_some()).unwrap_or_else(|| open.first.clone());
            let before = open.layers.iter().find(|l| is_main(l) && open.activation(&l.name) == Some(&layer));
            self.maps.after.set(before.is_some());
            let shape = open.layer(&layer).map_or(0, |layer| layer.shape[0]);
            self.maps.selected.set(map.filter(|map| *map < shape));
            self.maps.layer.set(before.map_or(layer, |before| before.name.clone()));
        }
        let wanted = untrack(|| self.wanted_layer());
        if self.inner.with_value(|inner| inner.told_layer.as_ref() != Some(&wanted)) {
            self.look();
        }
    }

    /// Whether the weights of the wanted layer are here.
    pub(super) fn can_look(&self) -> bool {
        let layer = untrack(|| self.wanted_layer());
        self.networks.open.with_untracked(|open| open.as_ref().is_some_and(|open| open.is_ready(&layer)))
    }

    /// Tells the worker what to look at, if it can be seen.
    fn look(&self) {
        let layer = untrack(|| self.wanted_layer());
        if !self.can_look() {
            self.maps.looked.set(None);
            self.maps.waiting.set(false);
        } else if self.ask(Asked::Look, |request| InsideCommand::Look { request, layer: layer.clone() }).is_some() {
            self.maps.waiting.set(self.photos.taken.with_untracked(Option::is_some));
            self.inner.update_value(|inner| inner.told_layer = Some(layer));
            self.ask_kernels();
        }
        self.write_address();
    }

    /// The maps came. Large ones are measured in slices, so that the page stays alive.
    pub(super) fn layer_seen(&self, layer: String, shape: [usize; 3], milliseconds: Option<f64>, bytes: Vec<u8>) {
        if untrack(|| self.wanted_layer()) != layer || shape.iter().product::<usize>() * 4 != bytes.len() {
            return;
        }
        let lab = *self;
        let measuring = self.inner.try_update_value(|inner| {
            inner.measuring += 1;
            inner.measuring
        });
        let whole = Extent { low: 0.0, high: 1.0 };
        let mut looked = Looked { layer, shape, bytes, stats: Vec::with_capacity(shape[0]), whole, milliseconds };
        erase::spawn(async move {
            let mut since = browser::now();
            let size = shape[1] * shape[2];
            // Vectors are measured many values at a time.
            let at_once = (4096 / size.max(1)).max(1);
            for start in (0..shape[0]).step_by(at_once) {
                let count = at_once.min(shape[0] - start);
                looked.stats.extend(looked.maps(start, count).chunks_exact(size.max(1)).map(MapStats::of));
                if browser::now() - since > SLICE {
                    TimeoutFuture::new(0).await;
                    since = browser::now();
                }
                if lab.inner.with_value(|inner| Some(inner.measuring)) != measuring {
                    return;
                }
            }
            let ends: Vec<f32> = looked.stats.iter().flat_map(|s| [s.extent.low, s.extent.high]).collect();
            looked.whole = Extent::of(&ends);
            lab.measured(looked);
        });
    }

    fn measured(&self, looked: Looked) {
        self.maps.waiting.set(false);
        // The last one of a network of which no more is on its way.
        let partial = self.networks.opening.with_untracked(Option::is_none)
            && self.networks.open.with_untracked(|open| open.as_ref().is_some_and(|o| o.group < Group::Classifier));
        self.maps.looked.set(Some(Arc::new(looked)));
        if partial {
            self.computed.update(|n| *n += 1);
        }
        self.explain_again();
        if self.details.patches.with_untracked(Option::is_none) {
            self.ask_patches();
        }
    }

    /// Looks closer at one map: its kernel, where it is strongest, and itself over the photo.
    pub fn select_map(&self, channel: Option<usize>) {
        if self.maps.selected.get_untracked() == channel {
            return;
        }
        self.maps.selected.set(channel);
        self.details.patches.set(None);
        // One picture at a time over the photo.
        self.classes.why.set(None);
        self.classes.cam.set(None);
        self.ask_patches();
        if self.details.kernels.with_untracked(|k| k.as_ref().is_some_and(|k| !k.colour)) {
            self.ask_kernels();
        }
        self.write_address();
    }
}
