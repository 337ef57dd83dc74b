//! `cargo xtask serve`: from a fresh clone to an address one can open.

use crate::server::Server;
use crate::{sh, site};
use anyhow::Result;
use std::process::Stdio;
use std::thread;

#[derive(clap::Args)]
pub struct Args {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Do not open the browser.
    #[arg(long)]
    no_open: bool,
}

/// Builds where needed, then serves until it is interrupted.
///
/// # Errors
/// When the build fails or the port is taken.
pub fn run(args: Args) -> Result<()> {
    // Minutes of building should not end in "the port is taken": ask for it first.
    drop(Server::start(&std::env::temp_dir(), "", args.port)?);
    let dist = site::ready()?;
    let server = Server::start(&dist, "", args.port)?;
    println!("\nReceptive is at {}  (Ctrl+C stops it)", server.url());
    if !args.no_open {
        open(&server.url());
    }
    loop {
        thread::park();
    }
}

/// Asks the desktop to open the page; where there is none, the printed address is enough.
fn open(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    sh::command(program).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok();
}
