use crate::app::erase::Kept;
use crate::protocol::{History, KernelFrame, PointOf, Progress, RunId, RunReport, RunState, Settings, TrainPoint};
use leptos::prelude::*;
use std::sync::Arc;

/// The current run, as the worker told it.
#[derive(Clone, Copy)]
pub struct RunView {
    pub id: RwSignal<RunId>,
    pub state: RwSignal<RunState>,
    pub settings: RwSignal<Settings>,
    pub progress: RwSignal<Progress>,
    pub points: RwSignal<Vec<TrainPoint>>,
    pub epochs: RwSignal<Vec<PointOf>>,
    pub kernels: RwSignal<Vec<KernelFrame>>,
    pub report: Kept<RunReport>,
    pub diverged: RwSignal<Option<Divergence>>,
    /// Its weights came from a file, so that it is not untrained even at step 0.
    pub imported: RwSignal<bool>,
}

/// A run whose loss stopped being a number, and the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    pub step: usize,
    pub loss: String,
    pub good_step: usize,
    pub learning_rate: f64,
}

/// A download of pictures under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    pub done: u64,
    pub total: u64,
    /// Training pictures ready.
    pub images: usize,
}

impl RunView {
    pub fn new() -> Self {
        Self {
            id: RwSignal::new(RunId::new()),
            state: RwSignal::new(RunState::Fresh),
            settings: RwSignal::new(Settings::default()),
            progress: RwSignal::new(Progress::default()),
            points: RwSignal::new(Vec::new()),
            epochs: RwSignal::new(Vec::new()),
            kernels: RwSignal::new(Vec::new()),
            report: Kept::default(),
            diverged: RwSignal::new(None),
            imported: RwSignal::new(false),
        }
    }

    /// Replaces everything plotted.
    pub fn show(&self, run: RunId, history: History) {
        self.id.set(run);
        self.points.set(history.points);
        self.epochs.set(history.epochs);
        self.kernels.set(history.kernels);
        self.report.set(history.report.map(Arc::new));
        self.diverged.set(None);
        self.imported.set(false);
    }

    /// Whether there is something learned to measure, to reset, to lose.
    pub fn is_started(&self) -> bool {
        self.imported.get() || self.progress.with(|p| p.step > 0)
    }

    /// Whether nothing was learned yet and nothing is under way, so that settings still apply to it.
    pub fn is_fresh(&self) -> bool {
        self.state.get() == RunState::Fresh && !self.is_started()
    }

    /// Whether the worker is busy with it.
    pub fn is_busy(&self) -> bool {
        busy(self.state.get())
    }
}

/// Whether a run in this state goes on by itself.
pub fn busy(state: RunState) -> bool {
    matches!(state, RunState::Training | RunState::Loading | RunState::Testing)
}

/// The state of a run, for the style sheet and for tests.
pub fn state_name(state: RunState) -> &'static str {
    match state {
        RunState::Fresh => "fresh",
        RunState::Loading => "loading",
        RunState::Training => "training",
        RunState::Paused => "paused",
        RunState::Testing => "testing",
        RunState::Diverged => "diverged",
        RunState::Finished => "finished",
    }
}
