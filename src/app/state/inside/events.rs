//! What the worker says, and what becomes of it.

use super::{Cam, Inside, Kernels, OpenNetwork, Photo};
use crate::protocol::InsideEvent;

impl Inside {
    pub(super) fn handle(&self, event: InsideEvent, mut buffers: Vec<Vec<u8>>) {
        let buffer = if buffers.is_empty() { Vec::new() } else { buffers.swap_remove(0) };
        match event {
            InsideEvent::Listed { request, networks, samples } => {
                self.answered(request);
                self.listed(networks, samples);
            }
            InsideEvent::Ledger { request, ledger } => {
                self.answered(request);
                self.ledger_arrived(ledger);
            }
            InsideEvent::Opening { done, total, .. } => self.networks.fetched(done, total),
            InsideEvent::Opened { request, network: name, group, layers, first, last } => {
                self.answered(request);
                self.opened(OpenNetwork { name, group, layers, first, last });
            }
            InsideEvent::PhotoTaken { request, name, width, height, side, crop } => {
                self.answered(request);
                self.photo_taken(request, Photo { name, width, height, side, pixels: buffer, crop });
            }
            InsideEvent::LayerSeen { request, layer, shape, milliseconds } => {
                self.answered(request);
                self.layer_seen(layer, shape, milliseconds, buffer);
            }
            InsideEvent::Predicted { top, milliseconds, .. } => self.predicted(top, milliseconds),
            InsideEvent::KernelsSeen { request, layer, channel, colour, shape } => {
                self.answered(request);
                self.kernels_seen(Kernels { layer, channel, colour, shape, bytes: buffer });
            }
            InsideEvent::Explained { request, arithmetic } => {
                self.answered(request);
                self.explanation_ended(request, Some(arithmetic));
            }
            InsideEvent::PatchesFound { request, layer, channel, patches } => {
                self.answered(request);
                self.patches_found(&layer, channel, patches);
            }
            InsideEvent::GradCam { request, class, layer, height, width } => {
                self.answered(request);
                self.cam_arrived(Cam { class, layer, height, width, bytes: buffer });
            }
            // Only tests and benchmarks ask for these, without the page.
            InsideEvent::ParityRun { .. } | InsideEvent::Timed { .. } => {}
        }
    }
}
