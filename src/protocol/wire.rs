//! How a message crosses between app and worker: `[body, buffer, buffer…]`, the buffers transferred, not copied.

use js_sys::{Array, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

/// A message and the typed arrays that travel with it.
#[derive(Clone, Debug, Default)]
pub struct Packet<T> {
    pub body: T,
    pub buffers: Vec<Vec<u8>>,
}

impl<T> Packet<T> {
    pub fn new(body: T) -> Self {
        Self { body, buffers: Vec::new() }
    }

    pub fn with(body: T, buffers: Vec<Vec<u8>>) -> Self {
        Self { body, buffers }
    }
}

impl<T: Serialize> Packet<T> {
    /// The JavaScript message and the list of what is to be transferred.
    ///
    /// # Errors
    /// Only when the body cannot be serialised, which is a defect of its type.
    pub fn encode(&self) -> Result<(JsValue, Array), serde_wasm_bindgen::Error> {
        let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
        let message = Array::of1(&self.body.serialize(&serializer)?);
        let transfer = Array::new();
        for buffer in &self.buffers {
            let array = Uint8Array::from(buffer.as_slice());
            transfer.push(&array.buffer());
            message.push(&array);
        }
        Ok((message.into(), transfer))
    }
}

impl<T: DeserializeOwned> Packet<T> {
    /// # Errors
    /// When the message is not one of ours: a wrong shape, or from another version of the page.
    pub fn decode(message: JsValue) -> Result<Self, serde_wasm_bindgen::Error> {
        let parts: Array = message.dyn_into().map_err(serde_wasm_bindgen::Error::from)?;
        let body = serde_wasm_bindgen::from_value(parts.get(0))?;
        let buffers = parts.iter().skip(1).map(|part| Uint8Array::new(&part).to_vec()).collect();
        Ok(Self { body, buffers })
    }
}
