//! One component per file, each with a style sheet of the same name.

mod digit;
mod draw;
mod files;
mod footer;
mod header;
mod inside;
mod network;
mod notices;
mod plots;
mod prediction;
mod report;
mod run;
mod saved_runs;
mod settings;

pub use draw::DrawPanel;
pub use files::FilesPanel;
pub use footer::Footer;
pub use header::Header;
pub use inside::InsidePanel;
pub use network::NetworkDiagram;
pub use notices::Notices;
pub use plots::Plots;
pub use report::ReportPanel;
pub use run::RunPanel;
pub use saved_runs::SavedRuns;
pub use settings::SettingsPanel;
