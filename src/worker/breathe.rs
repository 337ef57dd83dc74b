//! Lets the browser deliver messages and downloads in the middle of a long computation.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;
use web_time::Instant;

/// Longest time between two looks at the queue, in seconds.
const SLICE: f64 = 0.012;

/// A message to ourselves: unlike a timer it is neither clamped to 4 ms nor slowed down in a hidden tab.
pub struct Breather {
    channel: MessageChannel,
    last: Instant,
}

impl Breather {
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self { channel: MessageChannel::new()?, last: Instant::now() })
    }

    /// Gives way if the last time was long enough ago.
    pub async fn breathe(&mut self) {
        if self.last.elapsed().as_secs_f64() < SLICE {
            return;
        }
        let promise = Promise::new(&mut |resolve: Function, reject: Function| {
            self.channel.port1().set_onmessage(Some(&resolve));
            if let Err(error) = self.channel.port2().post_message(&JsValue::NULL) {
                drop(reject.call1(&JsValue::NULL, &error));
            }
        });
        // A rejection only means that we did not wait.
        drop(JsFuture::from(promise).await);
        self.last = Instant::now();
    }
}
