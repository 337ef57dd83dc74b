//! The run that is shown: its signals, and the visitor's orders to it.

use super::begin::Begin;
use super::keeping::Job;
use super::{Googlenet, NoticeAction, Tone};
use crate::app::browser::{self, Held};
use crate::app::erase::{self, Kept, List};
use crate::app::googlenet_store::RunRecord;
use crate::app::state::keep_alive::keep_alive;
use crate::app::state::run::{busy, state_name};
use crate::app::state::{AtDesk, Divergence, Loading};
use crate::protocol::wire::Packet;
use crate::protocol::{
    Command, Fault, GooglenetCommand, GooglenetSettings, History, PointOf, Progress, RequestId, RunId, RunReport,
    RunState, TestLoss, TrainPoint,
};
use async_channel::Sender;
use leptos::prelude::*;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::closure::Closure;

/// The name that the training tab holds.
const LOCK: &str = "receptive-googlenet-training";

/// Signals about runs.
#[derive(Clone, Copy)]
pub struct Runs {
    /// The run that is shown; empty when there is none.
    pub id: RwSignal<RunId>,
    pub state: RwSignal<Option<RunState>>,
    pub settings: RwSignal<GooglenetSettings>,
    pub progress: RwSignal<Progress>,
    pub points: RwSignal<Vec<TrainPoint>>,
    pub epochs: RwSignal<Vec<PointOf>>,
    pub report: Kept<RunReport>,
    pub diverged: RwSignal<Option<Divergence>>,
    pub loading: RwSignal<Option<Loading>>,
    /// How far the download of a site's run is, in bytes.
    pub fetching: RwSignal<Option<(u64, u64)>>,
    /// Train was pressed, and the worker has not answered yet.
    pub waiting: RwSignal<bool>,
    /// All runs of this browser, the newest first, and then those that the site has.
    pub all: List<RunRecord>,
    /// The runs whose curves lie in the same plot.
    pub ticked: RwSignal<Vec<RunId>>,
    pub(super) hidden: StoredValue<Hidden, LocalStorage>,
}

/// A file in memory, which several may use.
pub(super) type File = Rc<Vec<u8>>;

/// What is not shown.
#[derive(Default)]
pub(super) struct Hidden {
    /// Counts orders that take a while to prepare; an older one still under way gives up when it sees a newer one.
    pub turn: u32,
    /// The newest checkpoint of the run that is shown.
    pub kept: Option<Rc<Vec<u8>>>,
    /// The worker has the run that is shown.
    pub in_worker: bool,
    /// It is to be trained as soon as the worker has made it ready.
    pub goes_on: bool,
    /// Asked for without a worker: begun as soon as there is one.
    pub wanted: Option<Begin>,
    /// No other tab may train meanwhile.
    pub held: Option<Held>,
    /// What is still to be written to the browser's storage, in order.
    pub jobs: VecDeque<(RunId, Job)>,
    pub writing: bool,
    pub told_about_storage: bool,
    /// Removed last: can be brought back.
    pub removed: Option<RunId>,
    /// The settings that are being timed.
    pub timed: Option<GooglenetSettings>,
    /// Weights of the site's runs: those that were fetched, and those that somebody waits for.
    pub fetched: Vec<(RunId, File)>,
    pub fetching: Vec<(RequestId, RunId, Sender<File>)>,
    /// The browser's storage was read, or cannot be.
    pub read: bool,
    /// The run stands still because its pictures did not come.
    pub load_failed: bool,
}

impl Runs {
    pub(super) fn new() -> Self {
        Self {
            id: RwSignal::default(),
            state: RwSignal::default(),
            settings: RwSignal::default(),
            progress: RwSignal::default(),
            points: RwSignal::default(),
            epochs: RwSignal::default(),
            report: Kept::default(),
            diverged: RwSignal::default(),
            loading: RwSignal::default(),
            fetching: RwSignal::default(),
            waiting: RwSignal::default(),
            all: List::default(),
            ticked: RwSignal::default(),
            hidden: StoredValue::new_local(Hidden::default()),
        }
    }

    /// Whether the worker is busy with it, or soon will be.
    pub fn is_busy(&self) -> bool {
        self.waiting.get() || self.state.get().is_some_and(busy)
    }

    /// Whether the worker has the run that is shown. Not followed: it changes with the state.
    pub fn is_in_worker(&self) -> bool {
        self.hidden.with_value(|hidden| hidden.in_worker)
    }

    /// A run by its name.
    pub fn record(&self, run: &str) -> Option<RunRecord> {
        self.all.with(|all| all.iter().find(|record| record.run == run).cloned())
    }

    /// What is known about the run that is shown, without what is newer than its last epoch.
    pub fn shown(&self) -> Option<RunRecord> {
        self.record(&self.id.get())
    }

    /// Whether the shown run is one that the site has: there is nothing to train or to pause.
    pub fn is_of_site(&self) -> bool {
        self.shown().is_some_and(|record| record.made.is_some())
    }

    pub(super) fn next_turn(&self) -> u32 {
        let next = self.hidden.try_update_value(|hidden| {
            hidden.turn += 1;
            hidden.turn
        });
        // The value lives as long as the page.
        next.unwrap_or_default()
    }

    pub(super) fn is_turn(&self, turn: u32) -> bool {
        self.hidden.with_value(|hidden| hidden.turn == turn)
    }

    pub(super) fn show_history(&self, history: History) {
        self.points.set(history.points);
        self.epochs.set(history.epochs);
        self.report.set(history.report.map(Arc::new));
    }

    /// Shows a run as it stands; an empty record shows none.
    pub(super) fn show(&self, record: &RunRecord) {
        let state = match (record.finished, record.progress.step) {
            (true, _) => RunState::Finished,
            (false, 0) => RunState::Fresh,
            (false, _) => RunState::Paused,
        };
        self.id.set(record.run.clone());
        self.state.set(Some(state).filter(|_| !record.run.is_empty()));
        self.settings.set(record.settings.clone());
        self.progress.set(record.progress);
        self.show_history(record.history.clone());
        self.diverged.set(None);
        self.loading.set(None);
        self.hidden.update_value(|hidden| (hidden.kept, hidden.in_worker, hidden.goes_on) = (None, false, false));
    }
}

impl Googlenet {
    /// Called once, when the page is first opened.
    pub(super) fn open_runs(&self) {
        let lab = *self;
        keep_alive(move || lab.runs.is_busy(), move || lab.order(GooglenetCommand::Save, Vec::new()));
        erase::for_good(move || {
            let busy = erase::memo(move || lab.runs.is_busy());
            erase::effect(move || {
                if !busy.get() {
                    // Dropping it lets another tab train.
                    lab.runs.hidden.update_value(|hidden| hidden.held = None);
                }
            });
        });
        self.read_runs();
        if self.is_test() {
            self.offer_test_hooks();
        }
    }

    /// What Train does now: `true` if it goes on with the run that is shown.
    pub fn goes_on(&self) -> bool {
        matches!(self.runs.state.get(), Some(RunState::Fresh | RunState::Paused)) && !self.settings_wait()
    }

    /// Whether the controls differ from the run that is shown.
    pub fn settings_wait(&self) -> bool {
        self.runs.state.get().is_some() && self.setup.settings.with(|next| self.runs.settings.with(|now| next != now))
    }

    pub fn train(&self) {
        if untrack(|| self.goes_on()) {
            self.go_on();
        } else {
            self.begin(Begin { settings: self.setup.settings.get_untracked(), ..Begin::default() });
        }
    }

    /// Goes on with the run that is shown.
    pub(super) fn go_on(&self) {
        let (lab, turn) = (*self, self.runs.next_turn());
        self.runs.waiting.set(true);
        self.runs.hidden.update_value(|hidden| hidden.load_failed = false);
        if self.device.with_untracked(|device| device.ready().is_none()) {
            return;
        }
        erase::spawn(async move {
            if !lab.may_train().await || !lab.runs.is_turn(turn) {
                return;
            }
            if lab.runs.hidden.with_value(|hidden| hidden.in_worker) {
                return lab.order(GooglenetCommand::Train, Vec::new());
            }
            let run = lab.runs.id.get_untracked();
            lab.read_again(&run).await;
            if !lab.runs.is_turn(turn) {
                return;
            }
            if lab.runs.state.get_untracked() == Some(RunState::Finished) {
                return lab.runs.waiting.set(false);
            }
            let kept = match lab.runs.hidden.with_value(|hidden| hidden.kept.clone()) {
                Some(kept) => Some(kept),
                None => lab.checkpoint(&run).await.map(Rc::new),
            };
            if !lab.runs.is_turn(turn) {
                return;
            }
            let Some(kept) = kept else { return lab.not_kept() };
            lab.runs.hidden.update_value(|hidden| (hidden.kept, hidden.goes_on) = (Some(kept.clone()), true));
            lab.order(GooglenetCommand::Restore { run }, vec![kept.to_vec()]);
        });
    }

    /// There is no checkpoint from which the run could go on.
    fn not_kept(&self) {
        if self.runs.progress.with_untracked(|progress| progress.epoch == 0) {
            let record = untrack(|| self.runs.shown()).unwrap_or_default();
            let RunRecord { settings, begun_with, remedy_of, .. } = record;
            return self.begin(Begin { settings, with: begun_with, remedy_of });
        }
        self.runs.waiting.set(false);
        self.runs.state.set(Some(RunState::Paused));
        let text = "The last checkpoint of this run is not in this browser’s storage, so it cannot go on. Start a new run from one of its epochs in the list of runs.";
        self.notify(Tone::Warning, text, None);
    }

    /// Whether this tab may train: one run at a time on a device, because two would only slow each other down.
    pub(super) async fn may_train(&self) -> bool {
        if self.runs.hidden.with_value(|hidden| hidden.held.is_some()) {
            return true;
        }
        match browser::hold(LOCK).await {
            // Pause was pressed meanwhile.
            Some(_) if !untrack(|| self.runs.is_busy()) => false,
            Some(held) => {
                self.runs.hidden.update_value(|hidden| hidden.held = Some(held));
                true
            }
            None => {
                self.runs.waiting.set(false);
                self.runs.state.update(|state| {
                    if state.is_some_and(busy) {
                        *state = Some(RunState::Paused);
                    }
                });
                let text = "Another tab of this browser is training in this lab. One run at a time: pause it there, then press the button here again.";
                self.announce(text);
                self.notify(Tone::Warning, text, None);
                false
            }
        }
    }

    /// The run that is under way is kept as it is; something else takes its place.
    pub(super) fn pause_present_run(&self) {
        if untrack(|| self.runs.is_busy()) {
            self.order(GooglenetCommand::Pause, Vec::new());
        }
        if self.runs.state.get_untracked().is_some_and(busy) {
            self.take_down();
        }
        self.runs.waiting.set(false);
    }

    pub fn pause(&self) {
        self.runs.next_turn();
        self.runs.hidden.update_value(|hidden| (hidden.wanted, hidden.goes_on) = (None, false));
        self.runs.waiting.set(false);
        self.order(GooglenetCommand::Pause, Vec::new());
    }

    /// Ends the run here and measures it.
    pub fn stop(&self) {
        self.order(GooglenetCommand::Stop, Vec::new());
    }

    /// Goes back to the last good state with a smaller learning rate, and on from there.
    pub fn rewind(&self, learning_rate: f64) {
        self.runs.waiting.set(true);
        self.runs.hidden.update_value(|hidden| hidden.goes_on = true);
        self.order(GooglenetCommand::Rewind { learning_rate }, Vec::new());
    }

    /// The settings of the run that is shown again.
    pub fn keep_run_settings(&self) {
        self.adopt(self.runs.settings.get_untracked());
    }

    /// A new worker is there: what was wanted, or was under way, goes on.
    pub(super) fn tell_run(&self) {
        let wanted = self.runs.hidden.try_update_value(|hidden| hidden.wanted.take()).flatten();
        if let Some(begin) = wanted {
            self.begin(begin);
        } else if untrack(|| self.runs.is_busy()) && !self.runs.is_in_worker() {
            self.go_on();
        }
    }

    /// The run could not go on.
    pub(super) fn run_failed(&self, fault: &Fault) {
        self.runs.waiting.set(false);
        self.runs.loading.set(None);
        self.runs.hidden.update_value(|hidden| hidden.goes_on = false);
        self.runs.state.update(|state| {
            if state.is_some_and(busy) {
                *state = Some(RunState::Paused);
            }
        });
        if *fault != Fault::Cancelled {
            self.announce(fault.to_string());
            self.notify_fault(fault);
        }
    }

    /// `data-run-state`, `data-epoch` and `data-run` of the page.
    pub fn run_words(&self) -> [String; 3] {
        let epoch = self.runs.progress.with(|progress| progress.epoch.to_string());
        [self.runs.state.get().map_or("", state_name).to_owned(), epoch, self.runs.id.get()]
    }

    /// `window.receptiveTest`, only where the address has `?test`.
    fn offer_test_hooks(&self) {
        let lab = *self;
        let diverge = Closure::<dyn Fn()>::new(move || lab.order(GooglenetCommand::Diverge, Vec::new()));
        let lose = Closure::<dyn Fn()>::new(move || {
            lab.desk(|desk| desk.order(Packet::new(Command::Test(TestLoss::LoseDevice))));
        });
        let members = [("loseDevice", lose.into_js_value()), ("diverge", diverge.into_js_value())];
        browser::set_global("receptiveTest", &members);
    }

    /// A notice's button about runs was pressed.
    pub(super) fn act_on_run(&self, action: NoticeAction) {
        if action == NoticeAction::Undo {
            self.bring_back();
        }
    }
}
