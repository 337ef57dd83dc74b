//! What networks cost, layer by layer: two of them side by side.

use super::{Asked, Inside};
use crate::app::erase::List;
use crate::protocol::{InsideCommand, Ledger, NetworkInfo};
use leptos::prelude::*;
use std::sync::Arc;

/// Signals about ledgers.
#[derive(Clone, Copy)]
pub struct Ledgers {
    /// Architectures there are: what `Ledger` calls them, and in words.
    pub all: List<(String, String)>,
    /// The two shown; the second may be empty.
    pub shown: [RwSignal<String>; 2],
    pub here: List<Arc<Ledger>>,
    /// Whether layers without weights are listed too.
    pub every: RwSignal<bool>,
}

impl Ledgers {
    pub(super) fn new() -> Self {
        Self {
            all: List::default(),
            shown: [RwSignal::new("alexnet".to_owned()), RwSignal::new("vgg16".to_owned())],
            here: List::default(),
            every: RwSignal::new(false),
        }
    }

    /// Several sets of weights may share an architecture, which is listed once.
    pub(super) fn begin(&self, networks: &[NetworkInfo]) {
        let mut all: Vec<(String, String)> = Vec::new();
        for network in networks {
            if !all.iter().any(|(key, _)| *key == network.architecture) {
                all.push((network.architecture.clone(), network.title.clone()));
            }
        }
        for (shown, fallback) in self.shown.into_iter().zip([all.first().cloned(), None]) {
            if !all.iter().any(|(key, _)| shown.with_untracked(|shown| shown == key)) {
                shown.set(fallback.unwrap_or_default().0);
            }
        }
        self.all.set(all);
    }

    /// The ledger shown at this place, once it is here.
    pub fn at(&self, place: usize) -> Option<Arc<Ledger>> {
        let name = self.shown[place].get();
        self.here.with(|here| here.iter().find(|ledger| ledger.architecture == name).cloned())
    }
}

impl Inside {
    pub fn show_ledger(&self, place: usize, architecture: String) {
        self.ledgers.shown[place].set(architecture);
        self.ask_ledgers();
    }

    /// Asks for those shown that are not here yet.
    pub(super) fn ask_ledgers(&self) {
        if self.ledgers.all.with_untracked(Vec::is_empty) {
            return;
        }
        for shown in self.ledgers.shown {
            let architecture = shown.get_untracked();
            let here = |here: &Vec<Arc<Ledger>>| here.iter().any(|ledger| ledger.architecture == architecture);
            if !architecture.is_empty() && !self.ledgers.here.with_untracked(here) {
                self.ask(Asked::Ledger, |request| InsideCommand::Ledger { request, architecture });
            }
        }
    }

    pub(super) fn ledger_arrived(&self, ledger: Ledger) {
        let mut here = self.ledgers.here.with_untracked(Vec::clone);
        here.retain(|old| old.architecture != ledger.architecture);
        here.push(Arc::new(ledger));
        self.ledgers.here.set(here);
    }
}
