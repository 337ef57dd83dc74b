//! The result: test accuracy and time, where the network errs, and its worst mistakes.

mod classes;
mod confusion;
mod mistakes;

use crate::app::erase;
use crate::app::state::use_lab;
use crate::app::words;
use crate::protocol::Backend;
use classes::Classes;
use confusion::{CellPictures, Confusion};
use leptos::prelude::*;
use mistakes::Mistakes;

#[component]
pub fn ReportPanel() -> impl IntoView {
    let lab = use_lab();
    let content = move || {
        let report = lab.run.report.get()?;
        let right: u32 = (0..10).filter_map(|i| report.confusion.counts.get(i)?.get(i)).sum();
        let all: u32 = report.confusion.counts.iter().flatten().sum();
        let device = if report.backend == Backend::Cpu { "CPU" } else { "WebGPU" };
        let steps = lab.run.progress.with_untracked(|p| words::count(p.step));
        let counted = format!("{} of {} right", words::count(right as usize), words::count(all as usize));
        Some(view! {
            <section class="panel report" id="report" aria-labelledby="report-title">
                <h2 id="report-title">"Result on the test digits"</h2>
                <p class="report-note">"Measured once, at the end, on 10,000 digits the network never learned from."</p>
                <dl class="figures big">
                    <div><dt>"Test accuracy"</dt><dd id="test-accuracy">{words::percent(report.test_accuracy)}</dd><dd class="figure-note">{counted}</dd></div>
                    <div><dt>"Training time"</dt><dd id="training-time">{words::duration(report.training_seconds)}</dd><dd class="figure-note">{format!("{steps} steps")}</dd></div>
                    <div><dt>"Test loss"</dt><dd id="test-loss">{format!("{:.4}", report.test_loss)}</dd><dd class="figure-note">"cross entropy"</dd></div>
                    <div><dt>"Computed on"</dt><dd id="report-backend">{device}</dd><dd class="figure-note">"of this device"</dd></div>
                </dl>
                <div class="report-grid">
                    <Confusion report=report.clone() />
                    <Classes report=report.clone() />
                </div>
                <CellPictures />
                <Mistakes report=report.clone() />
            </section>
        })
    };
    view! { {erase::maybe(move || content().map(IntoAny::into_any))} }.into_any()
}
