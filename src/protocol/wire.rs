//! How a message crosses between app and worker: `[body, buffer or blob…]`, the buffers transferred, not copied. Of a
//! blob only the handle crosses.

use super::from_js::from_js;
use js_sys::{Array, Uint8Array};
use serde::de::Error as _;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// The browser's cache in which workers keep what they downloaded; it can all be had again.
pub const DOWNLOADS: &str = "receptive-assets";

/// A message and the typed arrays that travel with it.
#[derive(Clone, Debug, Default)]
pub struct Packet<T> {
    pub body: T,
    pub buffers: Vec<Vec<u8>>,
    /// Files and pictures whose bytes stay with the browser until they are read.
    pub blobs: Vec<Blob>,
}

impl<T> Packet<T> {
    pub fn new(body: T) -> Self {
        Self { body, buffers: Vec::new(), blobs: Vec::new() }
    }

    pub fn with(body: T, buffers: Vec<Vec<u8>>) -> Self {
        Self { body, buffers, blobs: Vec::new() }
    }

    pub fn with_blobs(body: T, blobs: Vec<Blob>) -> Self {
        Self { body, buffers: Vec::new(), blobs }
    }
}

impl<T: Serialize> Packet<T> {
    /// The JavaScript message and the list of what is to be transferred.
    ///
    /// # Errors
    /// Only when the body cannot be serialised, which is a defect of its type.
    pub fn encode(&self) -> Result<(JsValue, Array), serde_wasm_bindgen::Error> {
        encode(&self.body, self.buffers.iter().map(|buffer| Uint8Array::from(buffer.as_slice())), &self.blobs)
    }
}

/// As [`Packet::encode`], of arrays that are in the browser's memory already.
///
/// # Errors
/// As [`Packet::encode`].
pub fn encode(
    body: &impl Serialize,
    arrays: impl IntoIterator<Item = Uint8Array>,
    blobs: &[Blob],
) -> Result<(JsValue, Array), serde_wasm_bindgen::Error> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    let message = Array::of1(&body.serialize(&serializer)?);
    let transfer = Array::new();
    for array in arrays {
        transfer.push(&array.buffer());
        message.push(&array);
    }
    for blob in blobs {
        message.push(blob);
    }
    Ok((message.into(), transfer))
}

impl<T: DeserializeOwned> Packet<T> {
    /// # Errors
    /// When the message is not one of ours: a wrong shape, or from another version of the page.
    pub fn decode(message: JsValue) -> Result<Self, serde::de::value::Error> {
        let parts: Array = message.dyn_into().map_err(|_| serde::de::value::Error::custom("no list"))?;
        let body = from_js(parts.get(0))?;
        let (buffers, blobs) = attachments(&parts);
        Ok(Self { body, buffers, blobs })
    }
}

/// What travels with a message, after its first part.
fn attachments(parts: &Array) -> (Vec<Vec<u8>>, Vec<Blob>) {
    let (mut buffers, mut blobs) = (Vec::new(), Vec::new());
    for part in parts.iter().skip(1) {
        match part.dyn_into::<Blob>() {
            Ok(blob) => blobs.push(blob),
            Err(part) => buffers.push(Uint8Array::new(&part).to_vec()),
        }
    }
    (buffers, blobs)
}
