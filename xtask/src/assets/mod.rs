//! `cargo xtask assets`: networks and data for this host's site.

mod add_run;
mod checkpoint;
mod cifar10;
mod container;
mod decode;
mod download;
mod error;
mod fetch;
mod folders;
mod import;
mod known;
mod list;
pub mod network;
mod objects;
mod overlay;
mod pickle;
mod pictures;
mod pixel_set;
mod progress;
mod refresh;
mod remote;
mod small;
mod smallest;
pub mod store;

pub use overlay::overlay;

use anyhow::Result;
use clap::Subcommand;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Which networks and data sets there are, and which of them this host has.
    List,
    /// Install published networks and data sets by name.
    Fetch(fetch::Args),
    /// Install a checkpoint or pictures of your own.
    Import(Box<import::Args>),
    /// Install a finished run of the GoogLeNet lab for all visitors.
    AddRun(add_run::Args),
    /// Measure the files of public/ anew for its manifest: after one of them changed, or a sample was added.
    Refresh(refresh::Args),
}

/// Lists, fetches or imports.
///
/// # Errors
/// When something cannot be had or is not what it should be; then nothing was installed.
pub fn run(args: Args) -> Result<()> {
    match args.task {
        Task::List => list::run(),
        Task::Fetch(args) => fetch::run(args),
        Task::Import(args) => import::run(&args),
        Task::AddRun(args) => add_run::run(&args),
        Task::Refresh(args) => refresh::run(&args),
    }
}
