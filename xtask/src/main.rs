//! The project's tasks: `cargo xtask <task>`. A map, nothing else.

mod assets;
mod bench;
mod browser;
mod check;
mod e2e;
mod paths;
mod screenshot;
mod serve;
mod server;
mod sh;
mod site;
mod size;
mod sorted;
mod test;
mod tidy;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything one does with Receptive")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, and serve the site on this machine.
    Serve(serve::Args),
    /// Build the optimised static site in dist/.
    Build,
    /// Format, lints for native and Wasm, and the rules about what may depend on what.
    Check,
    /// All tests, native and in a real headless Chromium.
    Test(test::Args),
    /// What a visitor downloads, against the budgets.
    Size(size::Args),
    /// Networks and data for this host's site: what there is, and how to install it.
    Assets(assets::Args),
    /// Speed of the release build in a real browser, beside other libraries.
    Bench(bench::Args),
    /// Pictures of pages on a phone and a laptop, light and dark.
    Screenshot(screenshot::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Serve(args) => serve::run(args),
        Task::Build => site::build(),
        Task::Check => check::run(),
        Task::Test(args) => test::run(args),
        Task::Size(args) => size::run(args),
        Task::Assets(args) => assets::run(args),
        Task::Bench(args) => bench::run(args),
        Task::Screenshot(args) => screenshot::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
