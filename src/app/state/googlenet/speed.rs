//! How fast this device is with the step of the settings that are shown: timed once, and remembered.

use super::{Asked, Googlenet};
use crate::app::{browser, erase};
use crate::protocol::{Backend, GooglenetCommand, GooglenetSettings, Speed};
use gloo::timers::callback::Timeout;
use leptos::prelude::*;

/// Where the browser remembers it.
const MEMORY: &str = "receptive.googlenet.speed";
/// Settings at rest for so long are timed, in milliseconds.
const REST: u32 = 700;

/// What a step's time depends on.
fn step(backend: Backend, settings: &GooglenetSettings) -> String {
    let keys = ["stem", "batch-norm", "branch-relu", "width", "optimizer", "batch"].map(|key| settings.get(key));
    let device = if backend == Backend::Cpu { "cpu" } else { "webgpu" };
    format!("{MEMORY}.{device}.{}", keys.join("."))
}

fn remembered(step: &str) -> Option<Speed> {
    let text = browser::remembered(step)?;
    let mut numbers = text.split(' ').map_while(browser::number);
    let mut next = || numbers.next();
    Some(Speed { images_per_second: next()?, data: next()?, forward: next()?, backward: next()?, optimizer: next()? })
}

fn remember(step: &str, speed: &Speed) {
    let Speed { images_per_second, data, forward, backward, optimizer } = speed;
    let text = [images_per_second, data, forward, backward, optimizer].map(|number| format!("{number:.9}"));
    browser::remember(step, &text.join(" "));
}

impl Googlenet {
    /// Called once: from now on the speed follows the settings and the device.
    pub(super) fn open_speed(&self) {
        let lab = *self;
        self.setup.look_around();
        erase::for_good(move || {
            let timer = StoredValue::new_local(None::<Timeout>);
            let wanted = erase::memo(move || {
                let backend = lab.device.with(|device| device.ready())?;
                Some(lab.setup.settings.with(|settings| step(backend, settings)))
            });
            let busy = erase::memo(move || lab.runs.is_busy());
            erase::effect(move || {
                let known = wanted.get().and_then(|step| remembered(&step));
                lab.setup.speed.set(known);
                // A run that is under way tells by itself.
                let ask = wanted.with(Option::is_some) && known.is_none() && !busy.get();
                timer.set_value(ask.then(|| Timeout::new(REST, move || lab.measure_speed())));
            });
        });
    }

    /// Times the step again.
    pub fn measure_again(&self) {
        if let Some(backend) = self.device.with_untracked(|device| device.ready()) {
            browser::forget(&self.setup.settings.with_untracked(|settings| step(backend, settings)));
            self.setup.speed.set(None);
            self.measure_speed();
        }
    }

    fn measure_speed(&self) {
        if self.setup.measuring.get_untracked() || untrack(|| self.runs.is_busy()) {
            return;
        }
        let settings = self.setup.settings.get_untracked();
        let asked = self.ask(Asked::Benchmark, Vec::new(), |request| GooglenetCommand::Benchmark {
            request,
            settings: settings.clone(),
        });
        if asked.is_some() {
            self.setup.measuring.set(true);
            self.runs.hidden.update_value(|hidden| hidden.timed = Some(settings));
        }
    }

    /// The step was timed.
    pub(super) fn step_timed(&self, speed: Speed) {
        self.setup.measuring.set(false);
        let timed = self.runs.hidden.try_update_value(|hidden| hidden.timed.take()).flatten();
        let (Some(backend), Some(timed)) = (self.device.with_untracked(|device| device.ready()), timed) else { return };
        let timed = step(backend, &timed);
        remember(&timed, &speed);
        if self.setup.settings.with_untracked(|settings| step(backend, settings)) == timed {
            self.setup.speed.set(Some(speed));
        } else {
            // Other settings are shown by now.
            self.measure_speed();
        }
    }
}
