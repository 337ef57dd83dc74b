//! The one device of this worker, opened once.

use crate::protocol::{Backend, Fault};
use burn::tensor::Device;

/// Memory a training step may take, in bytes. Phones end a tab's worker at about 1 to 1.5 GB in all, and a
/// WebGPU buffer is 256 MB at most by default.
const STEP_BYTES: u64 = 512 << 20;
/// Bytes one picture takes in a training step: every activation of LeNet-5 with its gradient (122 KB), twice,
/// because a backend frees memory later than it could.
const BYTES_PER_PICTURE: u64 = 250 << 10;

pub struct Opened {
    pub backend: Backend,
    /// In words, for the page.
    pub name: String,
    pub device: Device,
    /// Steps whose losses are read back together; reading stalls a GPU, and costs a CPU nothing.
    pub read_every: usize,
    #[cfg(feature = "gpu")]
    pub setup: burn::tensor::wgpu::WgpuSetup,
}

/// Opens the device this module was built for.
///
/// # Errors
/// [`Fault::NoWebgpu`] where the browser gives no adapter.
#[cfg(feature = "gpu")]
pub async fn open() -> Result<Opened, Fault> {
    use crate::protocol::{Event, FaultSite};
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|e| Fault::NoWebgpu { reason: format!("{e:?}") })?;
    let info = setup.adapter.get_info();
    let name = if info.name.is_empty() { "graphics processor".to_owned() } else { info.name };
    setup.device.set_device_lost_callback(|reason, message| {
        let reason = format!("{reason:?} {message}").trim().to_lowercase();
        super::outbox::post(Event::Failed { at: FaultSite::Worker, fault: Fault::DeviceLost { reason } });
    });
    Ok(Opened { backend: Backend::Webgpu, name, device, read_every: 8, setup })
}

/// Opens the device this module was built for; the CPU is always there.
#[cfg(not(feature = "gpu"))]
#[expect(clippy::unused_async, reason = "the WebGPU module's twin has to wait")]
pub async fn open() -> Result<Opened, Fault> {
    Ok(Opened {
        backend: Backend::Cpu,
        name: "CPU, one thread, SIMD".to_owned(),
        device: Device::flex(),
        read_every: 1,
    })
}

/// Refuses a batch that would not fit, before it is tried.
///
/// # Errors
/// [`Fault::OutOfMemory`]
pub fn check_batch(batch: usize) -> Result<(), Fault> {
    check_bytes(batch as u64 * BYTES_PER_PICTURE, STEP_BYTES)
}

/// Refuses what would need more memory than this.
///
/// # Errors
/// [`Fault::OutOfMemory`]
pub fn check_bytes(needed: u64, limit: u64) -> Result<(), Fault> {
    if needed > limit { Err(Fault::OutOfMemory { needed, limit }) } else { Ok(()) }
}
