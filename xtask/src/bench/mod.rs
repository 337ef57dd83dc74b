//! `cargo xtask bench`: speed of the release build in a real browser, beside other libraries.

mod googlenet;
mod googlenet_table;
mod inside;
mod inside_table;
mod lab;
mod lenet;
mod machine;
mod peers;
mod pictures;
mod pytorch;
mod readme;
mod report;
mod stage;
mod targets;
mod teach;
mod teach_table;
mod visit;

use crate::sh;
use anyhow::{Context, Result};
use report::{Only, Report};
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
    /// AlexNet and VGG-16 on one picture: the layers before the classifier, beside other libraries; and the lab's promptness.
    Inside {
        /// Write the rows to this file as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Measure only rows of this `who` or `work`; may be given more than once.
        #[arg(long)]
        only: Vec<String>,
        /// Take dist/ as it is.
        #[arg(long)]
        no_build: bool,
    },
    /// The GoogLeNet variant for CIFAR-10: training speed beside other libraries, the parts of a step, memory.
    Googlenet {
        /// Write the rows to this file as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Measure only rows of this `who` or `work`; may be given more than once.
        #[arg(long)]
        only: Vec<String>,
        /// Seconds measured for each training speed of the others, after the warm-up; slow steps are measured once.
        #[arg(long, default_value_t = 9)]
        seconds: u64,
        /// Take dist/ as it is.
        #[arg(long)]
        no_build: bool,
    },
    /// The lab that is taught pictures: accuracy on two sets, time, memory; on the CPU, with the network that is always there.
    Teach {
        /// Write the rows to this file as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// The folder in which `flowers-5x100.tar` and `chest-xray-128.tar` lie: class folders of pictures.
        #[arg(long)]
        mirror: PathBuf,
        /// Measure only rows of this `work`; may be given more than once.
        #[arg(long)]
        only: Vec<String>,
        /// How many seeds each set is taught with.
        #[arg(long, default_value_t = 5)]
        seeds: usize,
        /// Take dist/ as it is.
        #[arg(long)]
        no_build: bool,
    },
    /// Write a measured table into README.md, between the markers `bench:` of its lab.
    Readme {
        /// What another `cargo xtask bench` wrote with `--json`.
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
            tell(&lenet::measure(&lenet::Options { accuracy, only: Only(only), seconds, no_build })?, json)
        }
        Work::Inside { json, only, no_build } => {
            tell(&inside::measure(&inside::Options { only: Only(only), no_build })?, json)
        }
        Work::Googlenet { json, only, seconds, no_build } => {
            tell(&googlenet::measure(&googlenet::Options { only: Only(only), seconds, no_build })?, json)
        }
        Work::Teach { json, mirror, only, seeds, no_build } => {
            tell(&teach::measure(&teach::Options { only: Only(only), no_build, mirror, seeds })?, json)
        }
        Work::Readme { json } => readme::write(&json),
    }
}

/// Prints the table, and writes the rows where that is wanted.
fn tell(report: &Report, json: Option<PathBuf>) -> Result<()> {
    print!("\n{}", readme::table(report));
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(report)? + "\n";
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        sh::say(&format!("Wrote {}", file.display()));
    }
    Ok(())
}
