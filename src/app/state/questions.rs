//! Questions to a worker that follow the pointer: many are wanted, few are sent.

use crate::protocol::RequestId;
use leptos::prelude::*;

/// At most one question of a kind is under way, and at most the newest one waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InFlight {
    pub request: Option<RequestId>,
    pub again: bool,
}

impl InFlight {
    /// Only this question is under way.
    pub fn of(request: RequestId) -> Self {
        Self { request: Some(request), again: false }
    }

    /// Whether a question of this kind may be sent now. If not, it is remembered for when the answer is there.
    pub fn may_ask(flight: RwSignal<Self>) -> bool {
        let busy = flight.with_untracked(|f| f.request.is_some());
        if busy {
            flight.update(|f| f.again = true);
        }
        !busy
    }

    /// An answer (or a refusal) came. `None` if it was not to this question; else whether to ask again now.
    pub fn answered(flight: RwSignal<Self>, request: RequestId) -> Option<bool> {
        let now = flight.get_untracked();
        if now.request != Some(request) {
            return None;
        }
        flight.set(Self::default());
        Some(now.again)
    }
}

/// The values in a message's buffer: little-endian, 32 bits each.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
