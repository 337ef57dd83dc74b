//! The run that is shown and in the worker: its signals, and the visitor's orders to it.

use super::{NoticeAction, Teach, Tone};
use crate::app::browser;
use crate::app::erase::{self, Kept, List};
use crate::app::projects_store::{Judged, RunRecord};
use crate::app::state::AtDesk;
use crate::app::state::Divergence;
use crate::app::state::keep_alive::keep_alive;
use crate::app::state::run::{busy, state_name};
use crate::protocol::wire::Packet;
use crate::protocol::{
    Command, Fault, History, Part, PointOf, Progress, RunId, RunReport, RunState, Start, TeachCommand, TeachSettings,
    TestLoss, TrainPoint,
};
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::closure::Closure;

/// Signals about runs.
#[derive(Clone, Copy)]
pub struct Runs {
    /// The run that is shown; empty when there is none.
    pub id: RwSignal<RunId>,
    pub state: RwSignal<Option<RunState>>,
    pub settings: RwSignal<TeachSettings>,
    /// Names of the classes when it was begun.
    pub classes: RwSignal<Vec<String>>,
    pub progress: RwSignal<Progress>,
    pub points: RwSignal<Vec<TrainPoint>>,
    pub epochs: RwSignal<Vec<PointOf>>,
    pub report: Kept<RunReport>,
    /// What it thinks of the pictures: the newest of every part.
    pub judged: List<Judged>,
    pub familiar_within: RwSignal<Option<f32>>,
    pub diverged: RwSignal<Option<Divergence>>,
    /// Bytes of the backbone fetched, and in all, while it is.
    pub opening: RwSignal<Option<(u64, u64)>>,
    /// Pictures that the frozen layers have seen, and in all, while they do.
    pub seen: RwSignal<Option<(usize, usize)>>,
    /// Train was pressed, and the worker has not answered yet.
    pub waiting: RwSignal<bool>,
    /// The worker has this network, so that it can be tried and exported.
    pub usable: RwSignal<bool>,
    /// Pictures or classes have changed since it was begun.
    pub outdated: RwSignal<bool>,
    /// The run whose curves lie in the same plot.
    pub beside: RwSignal<Option<RunId>>,
    pub(super) hidden: StoredValue<Hidden, LocalStorage>,
}

/// What is not shown.
#[derive(Default)]
pub(super) struct Hidden {
    /// Counts orders that take a while to prepare; an older one still under way gives up when it sees a newer one.
    pub turn: u32,
    /// The project of the run.
    pub project: String,
    /// Its newest checkpoint.
    pub kept: Option<Rc<Vec<u8>>>,
    pub started_at: f64,
    pub finished: bool,
    /// It is to be trained as soon as the worker has made it ready.
    pub goes_on: bool,
    /// The worker has handed out the weights of its end.
    pub end_saved: bool,
    /// Asked for without a worker: begun as soon as there is one.
    pub wanted: Option<TeachSettings>,
    /// Taken up again when the present run, made to be compared with it, is finished.
    pub back_to: Option<RunId>,
    /// When the frozen layers had seen so many pictures, in milliseconds.
    pub seen_since: Option<(f64, usize)>,
    /// Class and picture of all that it learns from.
    pub learned_from: Option<Vec<(u32, usize)>>,
    /// The visitor stopped the download of the network: it is not fetched again before it is asked for.
    pub stopped: bool,
    pub told_about_storage: bool,
}

impl Runs {
    pub(super) fn new() -> Self {
        Self {
            id: RwSignal::default(),
            state: RwSignal::default(),
            settings: RwSignal::default(),
            classes: RwSignal::default(),
            progress: RwSignal::default(),
            points: RwSignal::default(),
            epochs: RwSignal::default(),
            report: Kept::default(),
            judged: List::default(),
            familiar_within: RwSignal::default(),
            diverged: RwSignal::default(),
            opening: RwSignal::default(),
            seen: RwSignal::default(),
            waiting: RwSignal::default(),
            usable: RwSignal::default(),
            outdated: RwSignal::default(),
            beside: RwSignal::default(),
            hidden: StoredValue::new_local(Hidden::default()),
        }
    }

    /// Whether the worker is busy with it, or soon will be.
    pub fn is_busy(&self) -> bool {
        self.waiting.get() || self.state.get().is_some_and(busy)
    }

    /// What it thinks of a part.
    pub fn part(&self, part: Part) -> Option<Judged> {
        self.judged.with(|all| all.iter().find(|judged| judged.part == part).cloned())
    }

    /// What the report is about: the test part where there is one, else the validation part.
    pub fn result(&self) -> Option<Judged> {
        self.part(Part::Test).or_else(|| self.part(Part::Validation))
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

    /// Shows nothing.
    pub(super) fn clear(&self) {
        self.id.set(RunId::new());
        self.state.set(None);
        self.progress.set(Progress::default());
        self.show_history(History::default());
        self.judged.set(Vec::new());
        self.familiar_within.set(None);
        self.diverged.set(None);
        self.opening.set(None);
        self.seen.set(None);
        self.usable.set(false);
        self.outdated.set(false);
        self.hidden.update_value(|hidden| {
            let (turn, told) = (hidden.turn, hidden.told_about_storage);
            *hidden = Hidden { turn, told_about_storage: told, back_to: hidden.back_to.take(), ..Hidden::default() };
        });
    }

    /// Shows a kept run as it stands.
    pub(super) fn show(&self, record: &RunRecord, project: &str) {
        self.clear();
        self.id.set(record.run.clone());
        self.state.set(Some(if record.finished { RunState::Finished } else { RunState::Paused }));
        self.settings.set(record.settings.clone());
        self.classes.set(record.classes.clone());
        self.progress.set(record.progress);
        self.show_history(record.history.clone());
        self.judged.set(record.judged.clone());
        self.familiar_within.set(record.familiar_within);
        self.hidden.update_value(|hidden| {
            hidden.project = project.to_owned();
            hidden.started_at = record.started_at;
            (hidden.finished, hidden.end_saved) = (record.finished, record.finished);
        });
    }
}

impl Teach {
    /// Called once, when the page is first opened.
    pub(super) fn open_runs(&self) {
        let lab = *self;
        keep_alive(move || lab.runs.is_busy(), move || lab.order(TeachCommand::Save, Vec::new(), Vec::new()));
        erase::for_good(move || {
            erase::effect(move || {
                let outdated = lab.is_outdated();
                if lab.runs.outdated.get_untracked() != outdated {
                    lab.runs.outdated.set(outdated);
                }
            });
            lab.open_live();
        });
        if self.is_test() {
            self.offer_test_hooks();
        }
    }

    /// Another project was opened (or the first): its settings, and its newest run, which can be used at once.
    pub(super) fn project_changed(&self) {
        self.end_present_run();
        self.runs.hidden.update_value(|hidden| hidden.back_to = None);
        self.runs.beside.set(None);
        self.runs.clear();
        self.read_log();
        let Some(project) = self.projects.current_untracked() else { return };
        self.setup.settings.set(project.settings.clone());
        self.setup.preset.set(None);
        if let Some(newest) = project.runs.last() {
            self.runs.show(newest, &project.id);
            self.tell_run();
        }
    }

    /// Whether pictures came, went or changed their class since the run that is shown was begun.
    fn is_outdated(&self) -> bool {
        let (pictures, project) = (self.projects.pictures(), self.projects.current());
        // Set before this.
        self.runs.usable.track();
        self.runs.id.track();
        let Some(project) = project else { return false };
        self.runs.hidden.with_value(|hidden| {
            let Some(learned_from) = &hidden.learned_from else { return false };
            let place = |class: u32| project.classes.iter().position(|known| known.id == class);
            let now = pictures.iter().filter_map(|picture| Some((picture.id, place(picture.class)?)));
            let known = |one: &(u32, usize)| learned_from.contains(one);
            pictures.len() != learned_from.len() || !now.into_iter().all(|one| known(&one))
        })
    }

    /// What Train does now: `true` if it goes on with the run that is shown.
    pub fn goes_on(&self) -> bool {
        let open = matches!(self.runs.state.get(), Some(RunState::Fresh | RunState::Paused));
        open && !self.runs.outdated.get() && !self.settings_wait()
    }

    /// Whether the controls differ from the run that is shown.
    pub fn settings_wait(&self) -> bool {
        self.runs.state.get().is_some() && self.setup.settings.with(|next| self.runs.settings.with(|now| next != now))
    }

    pub fn train(&self) {
        self.runs.hidden.update_value(|hidden| hidden.stopped = false);
        if untrack(|| self.goes_on()) {
            self.runs.waiting.set(true);
            if self.runs.usable.get_untracked() || self.runs.state.get_untracked() == Some(RunState::Fresh) {
                self.order(TeachCommand::Train, Vec::new(), Vec::new());
            } else {
                self.tell_run();
            }
            return;
        }
        self.runs.hidden.update_value(|hidden| hidden.back_to = None);
        self.runs.beside.set(None);
        self.begin(self.setup.settings.get_untracked());
    }

    /// Makes a new run of these settings and starts it. The one before stays saved.
    pub(super) fn begin(&self, settings: TeachSettings) {
        if let Some(sentence) = untrack(|| self.refusal(&settings)) {
            self.announce(sentence.clone());
            self.notify(Tone::Warning, sentence, None);
            return;
        }
        let (lab, turn) = (*self, self.runs.next_turn());
        self.runs.waiting.set(true);
        if self.device.with_untracked(|device| device.ready().is_none()) {
            self.runs.hidden.update_value(|hidden| hidden.wanted = Some(settings));
            return;
        }
        self.end_present_run();
        self.runs.waiting.set(true);
        erase::spawn(async move {
            let set = lab.training_set().await;
            if !lab.runs.is_turn(turn) {
                return;
            }
            let (classes, pictures, blobs) = match set {
                Ok(set) => set,
                Err(sentence) => {
                    lab.runs.waiting.set(false);
                    lab.announce(sentence.clone());
                    return lab.notify(Tone::Warning, sentence, None);
                }
            };
            let earlier = lab.weights_to_begin_with(&settings, &classes);
            lab.runs.clear();
            let run = browser::new_run_id();
            lab.runs.id.set(run.clone());
            lab.runs.state.set(Some(RunState::Fresh));
            lab.runs.settings.set(settings.clone());
            lab.runs.classes.set(classes.clone());
            lab.runs.hidden.update_value(|hidden| {
                hidden.project = lab.projects.id();
                hidden.started_at = browser::now();
                hidden.goes_on = true;
                hidden.learned_from = Some(pictures.iter().map(|p| (p.id, p.class)).collect());
            });
            lab.order(TeachCommand::Prepare { run, settings, classes, pictures }, earlier, blobs);
        });
    }

    /// The weights that blocks which are to learn begin with: those of the run that is shown, where only its last layer
    /// learned. Not where the pictures would be divided otherwise: it may have learned from those that are to judge it.
    fn weights_to_begin_with(&self, settings: &TeachSettings, classes: &[String]) -> Vec<Vec<u8>> {
        let fits =
            untrack(|| self.begins_with_shown(settings)) && self.runs.classes.with_untracked(|shown| shown == classes);
        let kept = self.runs.hidden.with_value(|hidden| hidden.kept.clone()).filter(|_| fits);
        kept.map(|kept| kept.to_vec()).into_iter().collect()
    }

    /// Whether a run of these settings would begin with what the run that is shown has learned.
    pub fn begins_with_shown(&self, settings: &TeachSettings) -> bool {
        let shown = self.runs.settings.get();
        let same = (&shown.backbone, shown.head, shown.parts, shown.seed)
            == (&settings.backbone, settings.head, settings.parts, settings.seed);
        let pretrained = shown.start == Start::Pretrained && settings.start == Start::Pretrained;
        let same_pictures = shown.mask == settings.mask && !self.runs.outdated.get();
        same && pretrained && same_pictures && self.runs.usable.get() && shown.blocks == 0 && settings.blocks > 0
    }

    /// The run that is under way is kept as it is; something else takes its place.
    pub(super) fn end_present_run(&self) {
        if untrack(|| self.runs.is_busy()) {
            self.order(TeachCommand::Pause, Vec::new(), Vec::new());
        }
        self.runs.waiting.set(false);
    }

    pub fn pause(&self) {
        self.runs.next_turn();
        self.runs.hidden.update_value(|hidden| (hidden.wanted, hidden.goes_on) = (None, false));
        self.runs.waiting.set(false);
        self.order(TeachCommand::Pause, Vec::new(), Vec::new());
    }

    /// Ends the run here and measures it.
    pub fn stop(&self) {
        self.order(TeachCommand::Stop, Vec::new(), Vec::new());
    }

    /// Goes back to the last good state with a smaller learning rate, and on from there.
    pub fn rewind(&self, learning_rate: f64) {
        self.order(TeachCommand::Rewind { learning_rate }, Vec::new(), Vec::new());
        self.order(TeachCommand::Train, Vec::new(), Vec::new());
    }

    /// Stops the download of a network.
    pub fn cancel_opening(&self) {
        self.pause();
        self.runs.opening.set(None);
        self.runs.hidden.update_value(|hidden| hidden.stopped = true);
        if self.runs.state.get_untracked() == Some(RunState::Fresh) {
            self.runs.clear();
        }
        self.announce("The download was stopped.");
    }

    /// The settings of the present run again.
    pub fn keep_run_settings(&self) {
        self.adopt(self.runs.settings.get_untracked());
    }

    /// The run could not go on.
    pub(super) fn run_failed(&self, fault: &Fault) {
        self.runs.waiting.set(false);
        self.runs.opening.set(None);
        self.runs.seen.set(None);
        self.runs.state.update(|state| {
            if state.is_some_and(busy) {
                *state = Some(RunState::Paused);
            }
        });
        self.runs.hidden.update_value(|hidden| {
            // The worker knows better which pictures it learned from: there is no going on.
            if std::mem::take(&mut hidden.goes_on) && matches!(fault, Fault::OtherPictures) {
                hidden.learned_from = Some(Vec::new());
            }
        });
        self.runs.usable.notify();
        if *fault != Fault::Cancelled {
            self.announce(fault.to_string());
            self.notify_fault(fault);
        }
    }

    /// “Try again” was pressed.
    pub(super) fn load_run_again(&self) {
        if self.runs.state.get_untracked().is_some() && !self.runs.usable.get_untracked() {
            self.runs.waiting.set(self.runs.state.get_untracked() != Some(RunState::Finished));
            self.tell_run();
        }
    }

    /// A notice's button about the run was pressed; there are none of that kind yet.
    pub(super) fn act_on_run(&self, _action: NoticeAction) {}

    /// `data-run-state`, `data-epoch` and `data-backbone` of the page.
    pub fn run_words(&self) -> [String; 3] {
        let state = self.runs.state.get();
        let shown = match state {
            Some(_) => self.runs.settings.with(|settings| settings.backbone.clone()),
            None => self.setup.settings.with(|settings| settings.backbone.clone()),
        };
        [state.map_or("", state_name).to_owned(), self.runs.progress.with(|progress| progress.epoch.to_string()), shown]
    }

    /// `window.receptiveTest`, only where the address has `?test`.
    fn offer_test_hooks(&self) {
        let lab = *self;
        let diverge = Closure::<dyn Fn()>::new(move || lab.order(TeachCommand::Diverge, Vec::new(), Vec::new()));
        let lose = Closure::<dyn Fn()>::new(move || {
            lab.desk(|desk| desk.order(Packet::new(Command::Test(TestLoss::LoseDevice))));
        });
        let members = [("loseDevice", lose.into_js_value()), ("diverge", diverge.into_js_value())];
        browser::set_global("receptiveTest", &members);
    }
}
