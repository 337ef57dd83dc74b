//! `cargo xtask screenshot`: how pages look on a phone and a laptop, light and dark.

use crate::browser::{Browser, Look, Viewport};
use crate::server::Server;
use crate::{paths, site};
use anyhow::Result;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Args {
    /// The folder to write to.
    #[arg(long)]
    out: PathBuf,
    /// A page of the site, such as `lenet` or `lenet?seed=2`; may be given more than once.
    #[arg(long, default_value = "")]
    path: Vec<String>,
    /// JavaScript to run before the picture is taken; a promise is awaited.
    #[arg(long)]
    js: Option<String>,
    /// Time between loading (and --js) and the picture.
    #[arg(long, default_value_t = 500)]
    wait_ms: u64,
    /// Only what is visible without scrolling.
    #[arg(long)]
    visible: bool,
    /// Only at this width.
    #[arg(long)]
    width: Option<u32>,
    /// Only light.
    #[arg(long)]
    light: bool,
    /// Take dist/ as it is.
    #[arg(long)]
    no_build: bool,
}

/// Takes the pictures and prints their names, and what went wrong on the page.
///
/// # Errors
/// When the site cannot be built or the browser cannot be used.
pub fn run(args: Args) -> Result<()> {
    let dist = if args.no_build { paths::dist() } else { site::ready()? };
    let server = Server::start(&dist, "", 0)?;
    let browser = Browser::launch()?;
    let viewports = match args.width {
        Some(width) => vec![Viewport { width, height: 800, mobile: width < 600 }],
        None => vec![Viewport::PHONE, Viewport::LAPTOP],
    };
    for path in &args.path {
        for viewport in &viewports {
            for dark in [false, true] {
                if dark && args.light {
                    continue;
                }
                let page = browser.page(*viewport)?;
                page.emulate(Look { dark, reduced_motion: true })?;
                page.goto(&format!("{}{path}", server.url()))?;
                page.wait_until("!document.getElementById('boot')", 60)?;
                if let Some(script) = &args.js {
                    println!("{}", page.eval(script)?);
                }
                page.sleep(Duration::from_millis(args.wait_ms))?;
                let name: String = path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
                let name = if name.is_empty() { "home" } else { &name };
                let look = if dark { "dark" } else { "light" };
                let file = args.out.join(format!("{name}-{}-{look}.png", viewport.width));
                page.screenshot(&file, !args.visible)?;
                println!("{}", file.display());
                for problem in page.problems() {
                    println!("  {problem}");
                }
            }
        }
    }
    Ok(())
}
