//! What the network said and how far that was from what it learned: kept in this browser, so that drift is seen.

use super::{Answered, Teach};
use crate::app::browser;
use crate::metrics::{drift, drift_by_chance, median};
use crate::protocol::Part;
use leptos::prelude::*;

/// Where it is kept, before the project's name.
const MEMORY: &str = "receptive.teach.log";
/// So many are kept; the oldest go.
const MOST: usize = 400;
/// With fewer, chance decides.
const ENOUGH: usize = 20;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// Milliseconds since 1970.
    pub at: f64,
    pub class: String,
    pub probability: f64,
    pub distance: f64,
    pub familiar: bool,
    pub camera: bool,
    /// The run that answered.
    pub run: String,
}

impl Logged {
    /// A line of a table.
    fn line(&self) -> String {
        let at = js_sys::Date::new(&self.at.into()).to_iso_string();
        format!(
            "{},{},{:.4},{:.4},{},{},{}",
            String::from(at),
            quoted(&self.class),
            self.probability,
            self.distance,
            if self.familiar { "yes" } else { "no" },
            if self.camera { "camera" } else { "picture" },
            self.run
        )
    }

    /// As it is kept: numbers first, and the name of the class, which may hold anything but a line's end, last.
    fn kept(&self) -> String {
        let yes = |value: bool| u8::from(value);
        format!(
            "{:.0} {:.4} {:.4} {} {} {} {}",
            self.at,
            self.probability,
            self.distance,
            yes(self.familiar),
            yes(self.camera),
            self.run,
            self.class.replace(['\n', '\r'], " ")
        )
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(7, ' ');
        let mut part = || parts.next();
        Some(Self {
            at: browser::number(part()?)?,
            probability: browser::number(part()?)?,
            distance: browser::number(part()?)?,
            familiar: part()? == "1",
            camera: part()? == "1",
            run: part()?.to_owned(),
            class: part()?.to_owned(),
        })
    }
}

/// A field of a table: no spreadsheet takes it for a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// How the distances of what was tried compare with those of the pictures that judged the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Of the pictures that judged it, and of what was tried with this run.
    pub before: Vec<f32>,
    pub now: Vec<f32>,
    pub familiar_within: f32,
}

impl Drift {
    /// One or two sentences.
    pub fn words(&self) -> String {
        let far = self.now.iter().filter(|distance| **distance > self.familiar_within).count();
        let share = crate::app::words::percent(far as f64 / self.now.len().max(1) as f64);
        let middle = |values: &[f32]| median(values).map_or("–".to_owned(), |m| format!("{m:.3}"));
        let figures = format!(
            "Answers: {}, {share} of them unfamiliar (of those that judged it: about 5 %). Median distance {}, of those that judged it {}.",
            self.now.len(),
            middle(&self.now),
            middle(&self.before)
        );
        let verdict = match drift(&self.before, &self.now) {
            _ if self.now.len() < ENOUGH || self.before.len() < ENOUGH => {
                format!("Too few to judge: {ENOUGH} pictures of each are needed.")
            }
            Some(most) if most > drift_by_chance(self.before.len(), self.now.len()) => {
                format!(
                    "The pictures have drifted (Kolmogorov-Smirnov {most:.2}): they are not like those it was measured on, so its accuracy need not hold."
                )
            }
            Some(most) => format!("No drift beyond chance (Kolmogorov-Smirnov {most:.2})."),
            None => String::new(),
        };
        format!("{figures} {verdict}")
    }

    /// Shares of both in so many equal steps of distance: `(before, now)`, and where the last step ends.
    pub fn histogram(&self, steps: usize) -> (Vec<(f64, f64)>, f32) {
        let end = self.before.iter().chain(&self.now).copied().fold(self.familiar_within, f32::max).max(1e-6);
        let count = |values: &[f32], step: usize| {
            let place = |value: f32| ((value / end * steps as f32) as usize).min(steps - 1);
            let here = values.iter().filter(|value| place(**value) == step).count();
            here as f64 / values.len().max(1) as f64
        };
        ((0..steps).map(|step| (count(&self.before, step), count(&self.now, step))).collect(), end)
    }
}

impl Teach {
    fn log_place(&self) -> String {
        format!("{MEMORY}.{}", self.projects.id())
    }

    /// Reads what this browser kept about the open project.
    pub(super) fn read_log(&self) {
        let text = browser::remembered(&self.log_place()).unwrap_or_default();
        self.live.log.set(text.lines().filter_map(Logged::read).collect());
    }

    pub(super) fn log(&self, answered: &Answered, at: f64, camera: bool) {
        let best = answered.best();
        let logged = Logged {
            at,
            class: answered.name(best),
            probability: answered.answer.probabilities.get(best).copied().unwrap_or_default().into(),
            distance: answered.answer.distance.into(),
            familiar: answered.is_familiar(),
            camera,
            run: self.runs.id.get_untracked(),
        };
        let mut log = self.live.log.with_untracked(Vec::clone);
        log.push(logged);
        let surplus = log.len().saturating_sub(MOST);
        log.drain(..surplus);
        let text: Vec<String> = log.iter().map(Logged::kept).collect();
        browser::remember(&self.log_place(), &text.join("\n"));
        self.live.log.set(log);
    }

    pub fn clear_log(&self) {
        browser::forget(&self.log_place());
        self.live.log.set(Vec::new());
        self.announce("The log is empty.");
    }

    /// Hands the log out as a table.
    pub fn save_log(&self) {
        let head = "time,class,probability,distance,familiar,source,run".to_owned();
        let lines = self.live.log.with_untracked(|log| log.iter().map(Logged::line).collect::<Vec<_>>());
        let table: Vec<String> = std::iter::once(head).chain(lines).collect();
        browser::download("predictions.csv", format!("{}\n", table.join("\n")).as_bytes());
    }

    /// What was tried with the run that is shown, against the pictures that judged it.
    pub fn drift(&self) -> Option<Drift> {
        let run = self.runs.id.get();
        let judged = [Part::Test, Part::Validation].into_iter().filter_map(|part| self.runs.part(part));
        let before = judged.map(|judged| judged.distances).find(|distances| !distances.is_empty())?;
        let of_run = |log: &Vec<Logged>| {
            log.iter().filter(|logged| logged.run == run).map(|logged| logged.distance as f32).collect::<Vec<_>>()
        };
        let now = self.live.log.with(of_run);
        let familiar_within = self.runs.familiar_within.get()?;
        (!before.is_empty() && !now.is_empty()).then_some(Drift { before, now, familiar_within })
    }
}
