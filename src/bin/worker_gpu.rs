//! The compute worker for browsers with WebGPU, downloaded only where an adapter was found.

fn main() {
    #[cfg(target_arch = "wasm32")]
    receptive::worker::start();
}
