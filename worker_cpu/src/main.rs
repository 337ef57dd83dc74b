//! The compute worker for every browser: Burn's `flex` backend with Wasm SIMD.

fn main() {
    #[cfg(target_arch = "wasm32")]
    receptive::worker::start();
}
