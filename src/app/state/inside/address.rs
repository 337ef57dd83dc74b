//! The address holds what is looked at, so that a link shows the same.

use super::photos::stem;
use super::{Inside, PhotoChoice};
use crate::app::browser;
use crate::protocol::Backend;
use leptos::prelude::*;

impl Inside {
    /// Takes over what the address asks for; returns the device.
    pub(super) fn read_address(&self) -> Backend {
        let mut backend = Backend::Cpu;
        for (key, value) in browser::query() {
            match key.as_str() {
                "network" => self.networks.chosen.set(value),
                "photo" => self.photos.wanted.set(Some(PhotoChoice::Sample(value))),
                "layer" => self.inner.update_value(|inner| inner.layer = Some(value)),
                "map" => self.inner.update_value(|inner| inner.map = value.parse().ok()),
                "backend" if value == "webgpu" => backend = Backend::Webgpu,
                _ => {}
            }
        }
        backend
    }

    /// Writes what is looked at into the address, as long as it is this page's.
    pub(super) fn write_address(&self) {
        if !self.inner.with_value(|inner| inner.on_page && !self.networks.all.with_untracked(Vec::is_empty)) {
            return;
        }
        let mut pairs = vec![("network", self.networks.chosen.get_untracked())];
        let layer = untrack(|| self.wanted_layer());
        if !layer.is_empty() {
            pairs.push(("layer", layer));
        }
        if let Some(map) = self.maps.selected.get_untracked() {
            pairs.push(("map", map.to_string()));
        }
        if let Some(PhotoChoice::Sample(path)) = self.photos.wanted.get_untracked() {
            pairs.push(("photo", stem(&path).to_owned()));
        }
        if self.device.with_untracked(|device| device.backend() == Backend::Webgpu) {
            pairs.push(("backend", "webgpu".to_owned()));
        }
        browser::replace_query(&pairs);
    }
}
