//! axe-core finds nothing, on a phone and a laptop, light and dark.

use super::{Harness, Outcome, Test, passed};
use crate::browser::{Look, Page, Viewport};
use anyhow::{Result, bail};

pub const TESTS: &[Test] = &[
    ("axe_finds_nothing_on_home", |h| axe_finds_nothing(h, "")),
    ("axe_finds_nothing_in_the_lab", |h| axe_finds_nothing(h, "lenet")),
    ("axe_finds_nothing_inside_a_network", |h| axe_finds_nothing(h, "inside")),
    ("axe_finds_nothing_where_pictures_are_taught", |h| axe_finds_nothing(h, "teach")),
    ("axe_finds_nothing_where_curves_are_read", |h| axe_finds_nothing(h, "googlenet")),
];

const AXE: &str = include_str!("../../vendor/axe.min.js");

fn axe_finds_nothing(h: &Harness, path: &str) -> Result<Outcome> {
    for viewport in [Viewport::PHONE, Viewport::LAPTOP] {
        let page = h.open(path, viewport)?;
        for dark in [false, true] {
            page.emulate(Look { dark, reduced_motion: true })?;
            no_violation(&page, &format!("/{path} at {} px, dark: {dark}", viewport.width))?;
        }
    }
    passed()
}

/// Fails with one line per violation of the page as it is now.
///
/// # Errors
/// When there is one.
pub fn no_violation(page: &Page, place: &str) -> Result<()> {
    page.eval(&format!("{AXE}; void 0"))?;
    let found = page.eval(
        "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => \
         v.id + ' (' + v.impact + '): ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ') + ' — ' + \
         (n.any[0] ?? n.all[0] ?? n.none[0])?.message).slice(0, 4).join('; ')))",
    )?;
    let violations: Vec<&str> = found.as_array().into_iter().flatten().filter_map(|v| v.as_str()).collect();
    if !violations.is_empty() {
        bail!("{place}: {}", violations.join("\n    "));
    }
    Ok(())
}
