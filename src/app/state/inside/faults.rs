//! What went wrong, as a sentence and a next action, and what is over because of it.

use super::{Asked, Device, Inside};
use crate::app::browser;
use crate::app::state::{AtDesk, Notice, NoticeAction, in_words};
use crate::protocol::{Backend, Fault, FaultSite, NextAction};
use leptos::prelude::*;

impl Inside {
    pub(super) fn failed(&self, at: FaultSite, fault: Fault) {
        let FaultSite::Request(request) = at else {
            return if at == FaultSite::Worker { self.worker_died(&fault) } else { self.notify_fault(&fault) };
        };
        let asked = self.answered(request);
        match asked {
            Some(Asked::Open) => self.not_opened(),
            Some(Asked::Photo) => self.photo_refused(request),
            Some(Asked::Look) => self.maps.waiting.set(false),
            Some(Asked::Explain) => self.explanation_ended(request, None),
            Some(Asked::Cam) => self.classes.why.set(None),
            Some(Asked::List | Asked::Ledger | Asked::Kernels | Asked::Patches) | None => {}
        }
        // The page asks by itself, also while a photo or a network is still on its way.
        if fault != Fault::NoRun {
            self.notify_fault(&fault);
        }
    }

    /// Shows a fault with its sentence and what to do about it.
    fn notify_fault(&self, fault: &Fault) {
        let next = fault.next_action();
        let (sentence, action) = match next {
            NextAction::UseCpu | NextAction::ContinueOnCpu => {
                ("The CPU works everywhere; choose it under Device.", Some(NoticeAction::UseCpu))
            }
            NextAction::SmallerBatch => ("Choose a smaller network or a smaller picture.", None),
            NextAction::ChooseAnotherPicture => (next.sentence(), Some(NoticeAction::ChoosePicture)),
            NextAction::ReloadData => (next.sentence(), Some(NoticeAction::LoadAgain)),
            NextAction::TryAgain => (next.sentence(), Some(NoticeAction::LoadAgain)),
            NextAction::ReloadPage => ("Reload the page to start afresh.", Some(NoticeAction::ReloadPage)),
            NextAction::PressTrain => ("Choose a photo and a network first.", None),
            NextAction::ChooseAnotherFile
            | NextAction::InstallWeights
            | NextAction::ChooseAnotherDataset
            | NextAction::SmallerLearningRate
            | NextAction::CheckSettings
            | NextAction::TrainAgain => (next.sentence(), None),
        };
        let (tone, text) = in_words(fault, sentence);
        self.notify(tone, text, action);
    }

    /// Does what a notice's button says.
    pub fn act(&self, notice: &Notice) {
        self.notices.dismiss(notice.id);
        match notice.action {
            Some(NoticeAction::UseCpu | NoticeAction::StartAgain) => self.choose_device(Backend::Cpu),
            Some(NoticeAction::LoadAgain) => self.load_again(),
            Some(NoticeAction::ReloadPage) => drop(browser::window().location().reload()),
            Some(NoticeAction::ChoosePicture) => browser::click("photo-file"),
            // Those of the other labs.
            Some(_) | None => {}
        }
    }

    /// Fetches again what could not be fetched.
    fn load_again(&self) {
        if self.device.with_untracked(|device| *device == Device::Gone) {
            self.choose_device(Backend::Cpu);
        } else if self.networks.all.with_untracked(Vec::is_empty) {
            self.list();
        } else {
            if self.photos.taken.with_untracked(Option::is_none) {
                self.send_photo();
            }
            self.load_rest();
        }
    }
}
