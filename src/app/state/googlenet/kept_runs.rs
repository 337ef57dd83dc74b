//! Runs kept in this browser and runs that the site has: read, opened, continued, removed; and their weights.

use super::keeping::Job;
use super::runs::File;
use super::{Asked, Begin, Googlenet, NoticeAction, Tone};
use crate::app::browser;
use crate::app::erase;
use crate::app::googlenet_store::{self as store, RunRecord};
use crate::protocol::{FinishedRun, GooglenetCommand, GooglenetSettings, Progress, RequestId, RunId};
use leptos::prelude::*;
use std::rc::Rc;

/// Begins the names of the site's runs in the list.
const SITE: &str = "site-";

fn record_of(run: FinishedRun) -> RunRecord {
    let last = run.history.epochs.last();
    let (step, epoch) = last.map_or((0, 0), |point| (point.step, point.epoch));
    let seconds = run.history.report.as_ref().map(|report| report.training_seconds);
    RunRecord {
        run: format!("{SITE}{}", run.name),
        set: run.settings.dataset.clone(),
        progress: Progress {
            step,
            steps_in_all: step,
            epoch,
            epochs: epoch,
            seconds: seconds.or(last.map(|point| point.seconds)).unwrap_or_default(),
            ..Progress::default()
        },
        settings: run.settings,
        classes: run.classes,
        lossy: run.lossy,
        history: run.history,
        finished: true,
        made: Some((run.title, run.made)),
        kept: vec![(run.epoch, 0.0)],
        bytes: run.bytes as f64,
        ..RunRecord::default()
    }
}

impl Googlenet {
    /// Reads the runs of earlier visits; the newest one in the middle is shown, and can go on.
    pub(super) fn read_runs(&self) {
        let lab = *self;
        erase::spawn(async move {
            match store::runs().await {
                Ok(runs) => lab.runs_read(runs),
                Err(error) => lab.run_not_kept(&error),
            }
            lab.runs.hidden.update_value(|hidden| hidden.read = true);
            lab.site_run_instead();
        });
    }

    fn runs_read(&self, runs: Vec<RunRecord>) {
        let (removed, own): (Vec<_>, Vec<_>) = runs.into_iter().partition(|record| record.removed);
        for record in removed {
            self.keep(record.run.clone(), Job::Discard(Box::new(record)));
        }
        let in_the_middle = own.iter().find(|record| !record.finished).or(own.first()).cloned();
        let nothing_yet = self.runs.id.with_untracked(String::is_empty);
        // A visitor may have begun one by now, and the site's may be there.
        let there = self.runs.all.with_untracked(Vec::clone);
        let (of_site, begun): (Vec<_>, Vec<_>) = there.into_iter().partition(|record| record.made.is_some());
        self.runs.all.set(begun.into_iter().chain(own).chain(of_site).collect());
        if let Some(record) = in_the_middle.filter(|_| nothing_yet) {
            if !record.finished && !self.setup.asked.get_untracked() {
                self.adopt(record.settings.clone());
            }
            self.runs.show(&record);
        }
    }

    /// Another tab may have gone on with the run since it was read.
    pub(super) async fn read_again(&self, run: &str) {
        let Some(known) = untrack(|| self.runs.record(run)) else { return };
        let stored = store::runs().await.unwrap_or_default().into_iter().find(|record| record.run == run);
        if let Some(newer) = stored.filter(|stored| stored.changed_at > known.changed_at) {
            self.update_record(run, |record| record.clone_from(&newer));
            self.runs.show(&newer);
        }
    }

    /// The worker told which finished runs the site has.
    pub(super) fn finished_listed(&self, finished: Vec<FinishedRun>) {
        let mut all = self.runs.all.with_untracked(Vec::clone);
        all.retain(|record| record.made.is_none());
        all.extend(finished.into_iter().map(record_of));
        self.runs.all.set(all);
        self.site_run_instead();
    }

    /// Without a run of their own, visitors see one that the site has.
    fn site_run_instead(&self) {
        let first = self.runs.all.with_untracked(|all| all.first().cloned());
        let read = self.runs.hidden.with_value(|hidden| hidden.read);
        let nothing = self.runs.id.with_untracked(String::is_empty) && !self.runs.waiting.get_untracked() && read;
        if let Some(record) = first.filter(|record| nothing && record.made.is_some()) {
            self.runs.show(&record);
        }
    }

    /// Shows a run of the list.
    pub fn open_run(&self, run: &str) {
        let Some(record) = untrack(|| self.runs.record(run)) else { return };
        self.pause_present_run();
        self.runs.next_turn();
        self.runs.show(&record);
        self.runs.ticked.update(|ticked| ticked.retain(|other| other != run));
        if !record.finished {
            self.adopt(record.settings);
        }
    }

    /// Shows a run that is not finished, and goes on with it.
    pub fn continue_run(&self, run: &str) {
        self.open_run(run);
        self.go_on();
    }

    /// Starts a run with the weights of a saved epoch: in the network of that run, because they fit no other, and with
    /// what the controls show besides.
    pub fn start_from(&self, run: RunId, epoch: usize) {
        let Some(GooglenetSettings { stem, batch_norm, branch_relu, width, .. }) =
            untrack(|| self.runs.record(&run)).map(|record| record.settings)
        else {
            return;
        };
        let shown = self.setup.settings.get_untracked();
        let settings = GooglenetSettings { stem, batch_norm, branch_relu, width, ..shown };
        self.begin(Begin { settings, with: Some((run, epoch)), remedy_of: None });
    }

    /// Lays the curves of a run into the plot, or takes them out.
    pub fn tick(&self, run: &str, on: bool) {
        self.runs.ticked.update(|ticked| {
            ticked.retain(|other| other != run);
            if on {
                ticked.push(run.to_owned());
            }
        });
    }

    /// Takes a run out of the list. It can be brought back until another one is removed or the page is opened again.
    pub fn remove_run(&self, run: &str) {
        let before = self.runs.hidden.try_update_value(|hidden| hidden.removed.replace(run.to_owned())).flatten();
        if let Some(record) = before.and_then(|before| untrack(|| self.runs.record(&before))) {
            let mut all = self.runs.all.with_untracked(Vec::clone);
            all.retain(|other| other.run != record.run);
            self.runs.all.set(all);
            self.keep(record.run.clone(), Job::Discard(Box::new(record)));
        }
        if self.runs.id.with_untracked(|id| id == run) {
            self.pause_present_run();
            self.runs.next_turn();
            self.runs.show(&RunRecord::default());
        }
        self.tick(run, false);
        self.update_record(run, |record| record.removed = true);
        self.keep(run.to_owned(), Job::Record);
        self.notify(Tone::Info, "The run was removed.", Some(NoticeAction::Undo));
        self.announce("The run was removed. It can be brought back.");
        self.setup.look_around();
    }

    pub(super) fn bring_back(&self) {
        let run = self.runs.hidden.try_update_value(|hidden| hidden.removed.take()).flatten();
        if let Some(run) = run {
            self.update_record(&run, |record| record.removed = false);
            self.keep(run.clone(), Job::Record);
            if self.runs.id.with_untracked(String::is_empty) {
                self.open_run(&run);
            }
            self.announce("The run is back.");
        }
    }

    /// The newest checkpoint of a run.
    pub(super) async fn checkpoint(&self, run: &str) -> Option<Vec<u8>> {
        match store::checkpoint(run).await {
            Ok(bytes) => bytes,
            Err(error) => {
                self.run_not_kept(&error);
                None
            }
        }
    }

    /// The weights of a run after an epoch: from the browser's storage, or from the site.
    pub(super) async fn weights(&self, run: &str, epoch: usize) -> Option<File> {
        let Some(name) = run.strip_prefix(SITE) else {
            return store::epoch(run, epoch).await.ok().flatten().map(Rc::new);
        };
        let known = |all: &Vec<(RunId, File)>| all.iter().find(|(other, _)| other == run).map(|(_, b)| b.clone());
        if let Some(bytes) = self.runs.hidden.with_value(|hidden| known(&hidden.fetched)) {
            return Some(bytes);
        }
        let (sender, receiver) = async_channel::bounded(1);
        let name = name.to_owned();
        let request = self.ask(Asked::Fetch, Vec::new(), |request| GooglenetCommand::Fetch { request, name })?;
        let run = run.to_owned();
        self.runs.hidden.update_value(|hidden| hidden.fetching.push((request, run, sender)));
        // Without an answer the sender is dropped.
        receiver.recv().await.ok()
    }

    /// The weights of a site's run came, or do not come.
    pub(super) fn fetched(&self, request: RequestId, bytes: Option<Vec<u8>>) {
        self.runs.fetching.set(None);
        let waiting = self.runs.hidden.try_update_value(|hidden| {
            let place = hidden.fetching.iter().position(|(other, ..)| *other == request)?;
            Some(hidden.fetching.swap_remove(place))
        });
        if let (Some((_, run, sender)), Some(bytes)) = (waiting.flatten(), bytes) {
            let bytes = Rc::new(bytes);
            self.runs.hidden.update_value(|hidden| hidden.fetched.push((run, bytes.clone())));
            sender.try_send(bytes).ok();
        }
    }
}

/// How long ago a run was changed last, in words.
pub fn when(record: &RunRecord) -> String {
    crate::app::words::ago((browser::now() - record.changed_at) / 1000.0)
}
