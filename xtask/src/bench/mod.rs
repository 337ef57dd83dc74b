//! `cargo xtask bench`: speed of the release build in a real browser, beside other libraries.

mod lab;
mod lenet;
mod machine;
mod peers;
mod pytorch;
mod readme;
mod report;
mod stage;
mod targets;

use crate::sh;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// What can be given after `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    work: Work,
}

#[derive(clap::Subcommand)]
enum Work {
    /// LeNet-5 on MNIST: training speed beside other libraries, responsiveness of the page, sizes.
    Lenet {
        /// Write the rows to this file as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Also train the reference ten epochs in the browser and report the test accuracy (minutes).
        #[arg(long)]
        accuracy: bool,
        /// Measure only rows of this `who` or `work`; may be given more than once.
        #[arg(long)]
        only: Vec<String>,
        /// Seconds measured for each training speed, after the warm-up.
        #[arg(long, default_value_t = 7)]
        seconds: u64,
        /// Take dist/ as it is.
        #[arg(long)]
        no_build: bool,
    },
    /// Write a measured table into README.md, between its `bench:lenet` markers.
    Readme {
        /// What `cargo xtask bench lenet --json` wrote.
        #[arg(long)]
        json: PathBuf,
    },
}

/// Runs the benchmark.
///
/// # Errors
/// When the site cannot be built, the browser cannot be started, or a file cannot be read or written.
pub fn run(args: Args) -> Result<()> {
    match args.work {
        Work::Lenet { json, accuracy, only, seconds, no_build } => {
            let report = lenet::measure(&lenet::Options { accuracy, only, seconds, no_build })?;
            print!("\n{}", readme::table(&report));
            if let Some(file) = json {
                let text = serde_json::to_string_pretty(&report)? + "\n";
                fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
                sh::say(&format!("Wrote {}", file.display()));
            }
            Ok(())
        }
        Work::Readme { json } => readme::write(&json),
    }
}
