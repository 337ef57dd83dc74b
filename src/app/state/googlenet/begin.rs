//! A new run: made from the settings, perhaps with the weights of another, and started.

use super::keeping::Job;
use super::{Googlenet, Tone};
use crate::app::browser;
use crate::app::erase;
use crate::app::googlenet_store::RunRecord;
use crate::protocol::{GooglenetCommand, GooglenetSettings, Progress, RunId};
use leptos::prelude::*;

/// A run to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begin {
    pub settings: GooglenetSettings,
    /// The run and the epoch with whose weights it begins.
    pub with: Option<(RunId, usize)>,
    pub remedy_of: Option<(RunId, String)>,
}

impl Googlenet {
    /// Makes a new run and starts it. The one before stays kept.
    pub fn begin(&self, begin: Begin) {
        if let Some(sentence) = untrack(|| self.refusal(&begin.settings)) {
            self.runs.waiting.set(false);
            self.announce(sentence.clone());
            self.notify(Tone::Warning, sentence, None);
            return;
        }
        let (lab, turn) = (*self, self.runs.next_turn());
        self.runs.waiting.set(true);
        // What there is to learn must be known, too: a run has the title and the classes of its pictures.
        let ready = self.device.with_untracked(|device| device.ready().is_some());
        if !ready || !self.setup.listed.get_untracked() {
            self.runs.hidden.update_value(|hidden| hidden.wanted = Some(begin));
            return;
        }
        self.pause_present_run();
        self.runs.waiting.set(true);
        erase::spawn(async move {
            if !lab.may_train().await || !lab.runs.is_turn(turn) {
                return;
            }
            let weights = match &begin.with {
                Some((run, epoch)) => lab.weights(run, *epoch).await.map(|bytes| vec![bytes.to_vec()]),
                None => Some(Vec::new()),
            };
            if !lab.runs.is_turn(turn) {
                return;
            }
            let Some(weights) = weights else {
                lab.runs.waiting.set(false);
                let text = "The weights to begin with could not be read. Choose another epoch, or start without them.";
                return lab.notify(Tone::Warning, text, None);
            };
            let (run, settings) = (browser::new_run_id(), begin.settings.clone());
            lab.show_new_run(run.clone(), begin);
            lab.order(GooglenetCommand::Prepare { run, settings }, weights);
        });
    }

    fn show_new_run(&self, run: RunId, begin: Begin) {
        let set = untrack(|| self.setup.set(&begin.settings.dataset));
        let (title, classes, lossy) =
            set.map(|set| (set.title, set.classes, set.lossy)).unwrap_or_else(|| (String::new(), Vec::new(), false));
        let record = RunRecord {
            run,
            set: title,
            classes,
            lossy,
            progress: Progress { epochs: begin.settings.epochs, ..Progress::default() },
            settings: begin.settings,
            begun_with: begin.with,
            remedy_of: begin.remedy_of,
            changed_at: browser::now(),
            ..RunRecord::default()
        };
        self.runs.show(&record);
        self.runs.hidden.update_value(|hidden| hidden.goes_on = true);
        self.adopt(record.settings.clone());
        // What never took a step is not worth its line.
        let all = self.runs.all.with_untracked(Vec::clone).into_iter();
        let (mut all, gone): (Vec<_>, Vec<_>) = all.partition(|other| other.progress.step > 0);
        all.insert(0, record);
        self.runs.all.set(all);
        for record in gone {
            self.keep(record.run.clone(), Job::Discard(Box::new(record)));
        }
        self.setup.look_around();
        erase::spawn(async {
            // A run of hours is worth asking that it be not thrown away; whatever the answer, training goes on.
            browser::persist_storage().await;
        });
    }
}
