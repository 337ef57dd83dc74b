//! What is asked about the maps and the classes, besides the maps themselves.

use super::{Asked, Inside};
use crate::app::erase::{Kept, List};
use crate::app::state::AtDesk;
use crate::app::state::questions::{InFlight, floats};
use crate::protocol::{Arithmetic, ClassScore, InsideCommand, LayerKind, LayerPixel, Patch, RequestId};
use leptos::prelude::*;
use std::sync::Arc;

/// So many places where a map is strongest.
const PATCHES: usize = 9;

/// Signals about one value, one map, one layer's kernels.
#[derive(Clone, Copy, Default)]
pub struct Details {
    /// The value pointed at.
    pub at: RwSignal<Option<LayerPixel>>,
    pub explained: Kept<Arithmetic>,
    explaining: RwSignal<InFlight>,
    pub kernels: Kept<Kernels>,
    /// Of the selected map, strongest first.
    pub patches: Kept<Vec<Patch>>,
}

/// Kernels of a convolution.
#[derive(Debug, PartialEq)]
pub struct Kernels {
    pub layer: String,
    /// Of a layer that does not see colours: whose kernel this is.
    pub channel: usize,
    pub colour: bool,
    pub shape: [usize; 4],
    /// 32-bit little-endian floats, row-major.
    pub bytes: Vec<u8>,
}

impl Kernels {
    pub fn values(&self) -> Vec<f32> {
        floats(&self.bytes)
    }
}

/// Signals about what the network takes the photo for.
#[derive(Clone, Copy)]
pub struct Classes {
    /// Best first.
    pub top: List<ClassScore>,
    pub milliseconds: RwSignal<f64>,
    pub waiting: RwSignal<bool>,
    /// The class asked about, and at which layer.
    pub why: RwSignal<Option<usize>>,
    pub cam_layer: RwSignal<String>,
    pub cam: Kept<Cam>,
    /// Of the heat map over the photo, in percent.
    pub opacity: RwSignal<u32>,
}

/// Which parts of the photo speak for a class.
#[derive(Debug, PartialEq)]
pub struct Cam {
    pub class: usize,
    pub layer: String,
    pub height: usize,
    pub width: usize,
    /// From 0 to 1, as 32-bit little-endian floats, row-major.
    pub bytes: Vec<u8>,
}

impl Cam {
    pub fn values(&self) -> Vec<f32> {
        floats(&self.bytes)
    }
}

impl Classes {
    pub(super) fn new() -> Self {
        Self {
            top: List::default(),
            milliseconds: RwSignal::default(),
            waiting: RwSignal::default(),
            why: RwSignal::default(),
            cam_layer: RwSignal::default(),
            cam: Kept::default(),
            opacity: RwSignal::new(60),
        }
    }

    /// Photo or network are others.
    pub(super) fn forget(&self) {
        self.top.set(Vec::new());
        self.waiting.set(false);
        self.why.set(None);
        self.cam.set(None);
    }
}

impl Inside {
    /// Nothing is under way any more: the worker changed.
    pub(super) fn forget_questions(&self) {
        self.details.explaining.set(InFlight::default());
        self.networks.opening.set(None);
        self.photos.reading.set(false);
        self.maps.waiting.set(false);
        self.classes.waiting.set(false);
        self.inner.update_value(|inner| inner.told_layer = None);
    }

    /// Asks how one value came about.
    pub fn explain(&self, at: LayerPixel) {
        if self.details.at.with_untracked(|old| old.as_ref() == Some(&at)) {
            return;
        }
        self.details.at.set(Some(at));
        self.explain_again();
    }

    pub(super) fn explain_again(&self) {
        let flight = self.details.explaining;
        let Some(at) = self.details.at.get_untracked() else { return };
        if InFlight::may_ask(flight)
            && let Some(request) = self.ask(Asked::Explain, |request| InsideCommand::Explain { request, at })
        {
            flight.set(InFlight::of(request));
        }
    }

    pub(super) fn explanation_ended(&self, request: RequestId, explained: Option<Arithmetic>) {
        if InFlight::answered(self.details.explaining, request) == Some(true) {
            self.explain_again();
        }
        let still_there = self.details.at.with_untracked(Option::is_some);
        if let Some(arithmetic) = explained.filter(|_| still_there) {
            self.details.explained.set(Some(Arc::new(arithmetic)));
        }
    }

    /// Asks for the kernels of the chosen layer, if it is a convolution that is here.
    pub(super) fn ask_kernels(&self) {
        let layer = self.maps.layer.get_untracked();
        let has_kernels = self.networks.open.with_untracked(|open| {
            let layer = open.as_ref().and_then(|open| open.layer(&layer));
            layer.is_some_and(|layer| layer.kind == LayerKind::Convolution && layer.ready)
        });
        if has_kernels {
            let channel = self.maps.selected.get_untracked().unwrap_or(0);
            self.ask(Asked::Kernels, |request| InsideCommand::Kernels { request, layer, channel });
        }
    }

    pub(super) fn kernels_seen(&self, kernels: Kernels) {
        let wanted = self.maps.selected.get_untracked().unwrap_or(0);
        let current = self.maps.layer.with_untracked(|layer| *layer == kernels.layer);
        let complete = kernels.shape.iter().product::<usize>() * 4 == kernels.bytes.len();
        if current && complete && (kernels.colour || kernels.channel == wanted) {
            self.details.kernels.set(Some(Arc::new(kernels)));
        }
    }

    /// Asks where the selected map is strongest.
    pub(super) fn ask_patches(&self) {
        let Some(channel) = self.maps.selected.get_untracked() else { return };
        let layer = untrack(|| self.wanted_layer());
        let is_map = self.networks.open.with_untracked(|open| {
            open.as_ref().and_then(|open| open.layer(&layer)).is_some_and(|layer| layer.shape[1] > 1 && layer.ready)
        });
        if is_map && self.photos.taken.with_untracked(Option::is_some) {
            self.ask(Asked::Patches, |request| InsideCommand::Patches { request, layer, channel, count: PATCHES });
        }
    }

    pub(super) fn patches_found(&self, layer: &str, channel: usize, patches: Vec<Patch>) {
        if self.maps.selected.get_untracked() == Some(channel) && untrack(|| self.wanted_layer()) == layer {
            self.details.patches.set(Some(Arc::new(patches)));
        }
    }

    /// Asks why the network thinks of this class; asked again, takes the answer away.
    pub fn why(&self, class: usize) {
        self.classes.cam.set(None);
        if self.classes.why.get_untracked() == Some(class) {
            self.classes.why.set(None);
        } else {
            self.classes.why.set(Some(class));
            self.ask_cam();
        }
    }

    pub fn choose_cam_layer(&self, layer: String) {
        self.classes.cam_layer.set(layer);
        self.classes.cam.set(None);
        self.ask_cam();
    }

    fn ask_cam(&self) {
        let layer = self.classes.cam_layer.get_untracked();
        if let Some(class) = self.classes.why.get_untracked() {
            self.ask(Asked::Cam, |request| InsideCommand::GradCam { request, class, layer });
        }
    }

    pub(super) fn cam_arrived(&self, cam: Cam) {
        let layer = self.classes.cam_layer.with_untracked(|layer| *layer == cam.layer);
        if layer && self.classes.why.get_untracked() == Some(cam.class) && cam.height * cam.width * 4 == cam.bytes.len()
        {
            self.announce("The heat map is over the photo.");
            self.classes.cam.set(Some(Arc::new(cam)));
        }
    }

    pub(super) fn predicted(&self, top: Vec<ClassScore>, milliseconds: f64) {
        self.desk(|desk| desk.deaths = 0);
        self.classes.waiting.set(false);
        self.classes.milliseconds.set(milliseconds);
        if let Some(best) = top.first() {
            let p = crate::app::words::probability(best.probability);
            self.announce(format!("The network's first guess: {}, {p}.", best.name));
        }
        self.classes.top.set(top);
        self.computed.update(|n| *n += 1);
        self.ask_cam();
    }
}
