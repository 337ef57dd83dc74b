//! The one place from which events leave.

use super::js_file::JsFile;
use super::scope;
use crate::protocol::Event;
use crate::protocol::wire::{Packet, encode};
use js_sys::Array;
use wasm_bindgen::JsValue;

pub fn post(event: Event) {
    post_with(event, Vec::new());
}

/// Buffers are transferred, not copied.
pub fn post_with(event: Event, buffers: Vec<Vec<u8>>) {
    send(Packet::with(event, buffers).encode());
}

/// A file arrives as a buffer.
pub fn post_file(event: &Event, file: JsFile) {
    send(encode(event, [file.into_array()], &[]));
}

fn send(encoded: Result<(JsValue, Array), serde_wasm_bindgen::Error>) {
    let sent = encoded
        .map_err(Into::into)
        .and_then(|(message, transfer)| scope().post_message_with_transfer(&message, &transfer));
    if let Err(error) = sent {
        wasm_bindgen::throw_val(error);
    }
}
