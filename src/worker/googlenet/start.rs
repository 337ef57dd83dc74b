//! Makes a run ready: new, with the weights of another, or where a saved one was.

use super::run::{Benchmark, Running};
use super::{Googlenet, Loaded};
use crate::models::googlenet_cifar::googlenet_with;
use crate::protocol::{Fault, FaultSite, GooglenetSettings, RequestId, RunId, RunState};
use crate::train::googlenet::{EpochWeights, GooglenetCheckpoint, GooglenetSession, PictureSet, SiteSet, SpeedTest};
use crate::worker::{device, driver, memory};

/// Memory a training step may take, in bytes: beside it are the pictures, up to three files of a run, and the page.
const STEP_BYTES: u64 = 1 << 30;
/// Classes of the pictures that a benchmark makes up.
const BENCHMARK_CLASSES: usize = 10;

impl Googlenet {
    pub(super) async fn prepare(
        &mut self,
        run: RunId,
        settings: GooglenetSettings,
        weights: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let set = self.set_for(&settings).await?;
        let weights = weights.map(|file| EpochWeights::from_bytes("the saved network", file)).transpose()?;
        let (device, backend, _) = self.device.clone().ok_or(Fault::NoRun)?;
        let known = self.choose(set)?;
        let mut session = GooglenetSession::new(settings, known, backend, device);
        if let Some(weights) = &weights {
            session.begin_with(weights);
        }
        self.adopt(run, session);
        Ok(())
    }

    pub(super) async fn restore(&mut self, run: RunId, checkpoint: &[u8]) -> Result<(), Fault> {
        let checkpoint = GooglenetCheckpoint::from_bytes("the saved run", checkpoint)?;
        let set = self.set_for(&checkpoint.settings).await?;
        let (device, backend, _) = self.device.clone().ok_or(Fault::NoRun)?;
        let known = self.choose(set)?;
        let session = GooglenetSession::restore(checkpoint, known, backend, device)?;
        self.adopt(run, session);
        Ok(())
    }

    /// Begins to time the training step of these settings; [`Googlenet::advance`] goes on.
    pub(super) fn benchmark(&mut self, request: RequestId, settings: &GooglenetSettings) -> Result<(), Fault> {
        check(settings, BENCHMARK_CLASSES)?;
        let (device, ..) = self.device.as_ref().ok_or(Fault::NoRun)?;
        if let Some(earlier) = self.benchmark.take() {
            driver::fail(FaultSite::Request(earlier.request), Fault::Cancelled);
        }
        self.benchmark = Some(Benchmark { request, test: SpeedTest::new(settings, device), warm: false });
        Ok(())
    }

    /// The pictures of these settings, which can be trained on this device.
    async fn set_for(&mut self, settings: &GooglenetSettings) -> Result<SiteSet, Fault> {
        let set = self.set(&settings.dataset).await?;
        check(settings, set.about.classes.len())?;
        Ok(set)
    }

    /// The run there was is over, and so are its pictures, unless the next one learns the same.
    fn choose(&mut self, set: SiteSet) -> Result<PictureSet, Fault> {
        let known = set.set.clone();
        self.run = None;
        if self.pictures.as_ref().is_none_or(|pictures| pictures.site != set) {
            // Gone before the others come.
            self.pictures = None;
            self.pictures = Some(Loaded::new(set, false)?);
        }
        Ok(known)
    }

    fn adopt(&mut self, id: RunId, session: GooglenetSession) {
        let state = match (&session.history.report, session.step()) {
            (Some(_), _) => RunState::Finished,
            (None, 0) => RunState::Fresh,
            (None, _) => RunState::Paused,
        };
        self.run = Some(Running::new(id, session, state));
        self.tell_history();
        self.tell_state(state);
    }
}

/// What can be seen to be wrong before it is tried.
fn check(settings: &GooglenetSettings, classes: usize) -> Result<(), Fault> {
    settings.check().map_err(|reason| Fault::BadSettings { reason })?;
    let network = googlenet_with(settings, classes);
    // Its layers compute in place where they can, so that every value is there once: of the largest network here, with a
    // batch of 128, a step took 490 MB natively.
    let values = settings.batch as u64 * memory::activations(&network, 0) / memory::ACTIVATIONS;
    device::check_bytes(memory::training(&network, 0, 0) + values, STEP_BYTES)
}
