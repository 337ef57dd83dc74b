//! Files for the visitor. Nothing leaves the device.

use super::{Asked, Teach};
use crate::app::browser;
use crate::protocol::{TeachCommand, TeachExport};
use leptos::prelude::*;

/// Signals about files.
#[derive(Clone, Copy, Default)]
pub struct Exports {
    /// Being made.
    pub waiting: RwSignal<Option<TeachExport>>,
}

impl Exports {
    pub(super) fn stop(&self) {
        self.waiting.set(None);
    }
}

impl Teach {
    /// Asks for a file with the network of the run that is shown.
    pub fn export(&self, what: TeachExport) {
        let name = self.projects.current_untracked().map_or(String::new(), |project| project.name.clone());
        let asked = self.ask_with(Asked::Export, Vec::new(), Vec::new(), |request| TeachCommand::Export {
            request,
            what,
            name,
        });
        if asked.is_some() {
            self.live.exports.waiting.set(Some(what));
            self.announce("The file is being made.");
        }
    }

    pub(super) fn exported(&self, what: TeachExport, name: &str, bytes: &[u8]) {
        if self.live.exports.waiting.get_untracked() == Some(what) {
            self.live.exports.stop();
        }
        browser::download(name, bytes);
        self.announce(format!("{name} was made and handed to the browser's downloads."));
    }
}
