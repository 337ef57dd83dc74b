//! The compute worker for browsers with WebGPU, downloaded only where an adapter was found.

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// Runs what Burn's crates register before `main`; the linker makes it.
    fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        // Without this call the linker would run all of them again before every single call from JavaScript, which
        // made a training step on a GPU twice as long.
        // SAFETY: it is called once, before anything else, as a C runtime would.
        unsafe { __wasm_call_ctors() };
        receptive::worker::start();
    }
}
