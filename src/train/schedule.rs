//! How the learning rate changes over a run.

use crate::protocol::Schedule;
use std::f64::consts::PI;

/// One cycle: the share of the steps in which the rate goes up, what it begins with, and what it ends with, as shares of
/// the highest. PyTorch's defaults.
const UP: f64 = 0.3;
const FIRST: f64 = 1.0 / 25.0;
const LAST: f64 = FIRST / 1e4;

/// What the learning rate is multiplied with in a step, counted from 0, out of `steps`.
pub fn factor(schedule: Schedule, step: usize, steps: usize) -> f64 {
    let done = step as f64 / steps.max(1) as f64;
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Step => 0.1_f64.powi((done * 3.0) as i32),
        Schedule::Cosine => between(1.0, 0.0, done),
        Schedule::OneCycle => {
            let highest = (UP * steps as f64 - 1.0).max(0.0);
            let step = step as f64;
            if step < highest {
                between(FIRST, 1.0, step / highest)
            } else {
                let rest = steps as f64 - 1.0 - highest;
                between(1.0, LAST, ((step - highest) / rest.max(1.0)).min(1.0))
            }
        }
    }
}

/// From one value to another along half a cosine.
fn between(from: f64, to: f64, done: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * done).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle_is_that_of_pytorch() {
        // OneCycleLR(max_lr=1, total_steps=10), PyTorch 2.15.
        let wanted = [
            0.04,
            0.52,
            1.0,
            0.950_484_632,
            0.811_745_654,
            0.611_262_022,
            0.388_741_978,
            0.188_258_346,
            0.049_519_368,
            4e-6,
        ];
        for (step, wanted) in wanted.into_iter().enumerate() {
            let got = factor(Schedule::OneCycle, step, 10);
            assert!((got - wanted).abs() < 1e-8, "step {step}: {got} instead of {wanted}");
        }
    }

    #[test]
    fn short_runs_have_a_rate() {
        for steps in 0..5 {
            for step in 0..=steps {
                let got = factor(Schedule::OneCycle, step, steps);
                assert!((0.0..=1.0).contains(&got), "step {step} of {steps}: {got}");
            }
        }
    }
}
