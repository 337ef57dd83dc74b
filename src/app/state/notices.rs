use super::Lab;
use crate::app::browser;
use crate::protocol::{Fault, NextAction};
use leptos::prelude::*;

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Warning,
    Error,
}

/// Something the visitor should know, until it is dismissed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
    pub action: Option<NoticeAction>,
}

/// The notices of one lab, oldest first.
#[derive(Clone, Copy, Default)]
pub struct NoticeBoard {
    pub all: RwSignal<Vec<Notice>>,
    count: RwSignal<u32>,
}

impl NoticeBoard {
    /// Shows a notice; the same text is shown only once.
    pub fn post(self, tone: Tone, text: String, action: Option<NoticeAction>) {
        let id = self.count.get_untracked();
        self.count.set(id + 1);
        self.all.update(|all| {
            all.retain(|notice| notice.text != text);
            all.push(Notice { id, tone, text, action });
            // More than a few are noise; the newest matter.
            let surplus = all.len().saturating_sub(4);
            all.drain(..surplus);
        });
    }

    pub fn dismiss(self, id: u32) {
        self.all.update(|all| all.retain(|notice| notice.id != id));
    }
}

/// What a notice's button does; each lab knows those it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAction {
    UseCpu,
    SmallerBatch,
    ChooseFile,
    LoadAgain,
    ReloadPage,
    Recover,
    UndoReset,
    Measure,
    ChoosePicture,
    StartAgain,
    Undo,
    EmptyBin,
}

impl NoticeAction {
    pub fn label(self) -> &'static str {
        match self {
            Self::UseCpu => "Use the CPU",
            Self::SmallerBatch => "Halve the batch",
            Self::ChooseFile => "Choose another file",
            Self::LoadAgain => "Try again",
            Self::ReloadPage => "Reload the page",
            Self::Recover => "Restart from the last saved step",
            Self::UndoReset => "Undo",
            Self::Measure => "Measure it on the test digits",
            Self::ChoosePicture => "Choose another picture",
            Self::StartAgain => "Start it again",
            Self::Undo => "Undo",
            Self::EmptyBin => "Empty the bin",
        }
    }
}

/// A fault, what to do about it, and the command that would help, as one text.
pub fn in_words(fault: &Fault, sentence: &str) -> (Tone, String) {
    let command = match fault {
        Fault::NotInstalled { command: Some(command), .. }
        | Fault::DatasetNotInstalled { command: Some(command), .. } => format!(" The command: {command}"),
        _ => String::new(),
    };
    let tone = if *fault == Fault::Cancelled { Tone::Info } else { Tone::Error };
    (tone, format!("{fault} {sentence}{command}"))
}

/// The button that fits a fault's next action, where the page can do it for the visitor.
fn action_for(next: NextAction) -> Option<NoticeAction> {
    match next {
        NextAction::UseCpu => Some(NoticeAction::UseCpu),
        NextAction::SmallerBatch => Some(NoticeAction::SmallerBatch),
        NextAction::ChooseAnotherFile => Some(NoticeAction::ChooseFile),
        NextAction::ReloadData | NextAction::TryAgain => Some(NoticeAction::LoadAgain),
        NextAction::ReloadPage => Some(NoticeAction::ReloadPage),
        // The page does these by itself, or shows their button elsewhere.
        NextAction::ContinueOnCpu
        | NextAction::ChooseAnotherPicture
        | NextAction::InstallWeights
        | NextAction::ChooseAnotherDataset
        | NextAction::SmallerLearningRate
        | NextAction::CheckSettings
        | NextAction::TrainAgain
        | NextAction::PressTrain => None,
    }
}

impl Lab {
    /// Shows a notice.
    pub fn notify(&self, tone: Tone, text: impl Into<String>, action: Option<NoticeAction>) {
        self.notices.post(tone, text.into(), action);
    }

    /// Shows a fault with its sentence and what to do about it.
    pub fn notify_fault(&self, fault: &Fault) {
        let next = fault.next_action();
        let (tone, text) = in_words(fault, next.sentence());
        self.notify(tone, text, action_for(next));
    }

    /// Does what a notice's button says.
    pub fn act(&self, notice: &Notice) {
        self.notices.dismiss(notice.id);
        match notice.action {
            Some(NoticeAction::UseCpu) => drop(self.change("backend", "cpu")),
            Some(NoticeAction::SmallerBatch) => {
                let half = self.settings.with_untracked(|s| s.batch / 2).max(1);
                drop(self.change("batch", &half.to_string()));
            }
            Some(NoticeAction::ChooseFile) => browser::click("import-file"),
            Some(NoticeAction::LoadAgain) => self.load(),
            Some(NoticeAction::ReloadPage) => drop(browser::window().location().reload()),
            Some(NoticeAction::Recover) => self.recover(),
            Some(NoticeAction::UndoReset) => self.undo_reset(),
            Some(NoticeAction::Measure) => self.stop(),
            // Those of the other labs.
            Some(_) | None => {}
        }
    }
}
