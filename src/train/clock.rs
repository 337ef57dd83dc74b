use web_time::Instant;

/// Now, on a clock that works in the browser too.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::disallowed_methods, reason = "outside the browser web_time is the standard library's clock")
)]
pub fn now() -> Instant {
    Instant::now()
}
