//! The one place from which events leave.

use super::scope;
use crate::protocol::{Event, wire::Packet};

pub fn post(event: Event) {
    post_with(event, Vec::new());
}

/// Buffers are transferred, not copied.
pub fn post_with(event: Event, buffers: Vec<Vec<u8>>) {
    let sent = Packet::with(event, buffers)
        .encode()
        .map_err(Into::into)
        .and_then(|(message, transfer)| scope().post_message_with_transfer(&message, &transfer));
    if let Err(error) = sent {
        wasm_bindgen::throw_val(error);
    }
}
