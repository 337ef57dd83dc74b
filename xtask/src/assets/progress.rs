//! How far a long step is: a bar on a terminal, plain lines elsewhere.

use crate::sh;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Without a terminal, a step is only followed where it is larger than this.
const LARGE: u64 = 100 << 20;

pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    done: u64,
    total: u64,
    /// Quarters that were said aloud.
    quarters: u64,
}

impl Progress {
    /// Begins a step of `total` bytes.
    pub fn new(what: &str, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total).with_message(what.to_owned());
            let look = "  {msg}  {bar:30}  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
            // The pattern is a constant; where it could not be read, the usual look will do.
            bar.set_style(ProgressStyle::with_template(look).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, what: what.to_owned(), done: 0, total, quarters: 0 }
    }

    /// `more` bytes are done.
    pub fn advance(&mut self, more: u64) {
        self.done += more;
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            return;
        }
        let quarters = self.done * 4 / self.total.max(1);
        if self.total > LARGE && quarters > self.quarters && quarters < 4 {
            self.quarters = quarters;
            let (done, total) = (HumanBytes(self.done), HumanBytes(self.total));
            sh::say(&format!("{}: {done} of {total}", self.what));
        }
    }

    /// The step has ended well.
    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
