//! The page: Leptos on the main thread. Computes nothing itself.

fn main() {
    #[cfg(target_arch = "wasm32")]
    receptive::app::start();
}
