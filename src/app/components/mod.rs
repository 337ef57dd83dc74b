//! One component per file, each with a style sheet of the same name.

pub mod arithmetic;
mod digit;
mod draw;
mod files;
mod footer;
mod header;
mod inside;
mod inside_diagram;
pub mod legend;
mod look_inside;
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
pub use inside_diagram::InsideDiagram;
pub use look_inside::LookInside;
pub use network::NetworkDiagram;
pub use notices::Notices;
pub use plots::Plots;
pub use report::ReportPanel;
pub use run::RunPanel;
pub use saved_runs::SavedRuns;
pub use settings::SettingsPanel;
