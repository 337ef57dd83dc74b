//! How long a run has taken, how fast it goes, and how long it will take.

/// A stretch of so many seconds is no step: the device slept meanwhile, and a browser's clock may go on then.
const ASLEEP: f64 = 600.0;
/// Before so many steps nothing is said about those to come.
const FEWEST: usize = 5;

/// The time of a run. What is to come is estimated from what was done here since the epoch before began, so that neither
/// a slower device on which the run goes on nor its first steps, which compile kernels, mislead for long.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// All that was spent on the run so far.
    pub seconds: f64,
    /// Of the last quarter of a second of learning.
    pub images_per_second: f64,
    /// Images and seconds since that was computed.
    recent: (usize, f64),
    /// Steps and seconds of the present epoch, and of the one before, as far as they were done here.
    epochs: [(usize, f64); 2],
    /// Seconds of the present measurement, and of the last that was done here.
    measurements: [f64; 2],
}

impl Pace {
    /// Of a run that took so many seconds until now.
    pub fn after(seconds: f64) -> Self {
        Self { seconds, ..Self::default() }
    }

    /// A step took so many seconds; `nothing_open` says that the device has nothing more to do for it.
    pub fn stepped(&mut self, seconds: f64, images: usize, nothing_open: bool) {
        let seconds = awake(seconds);
        self.seconds += seconds;
        let [present, _] = &mut self.epochs;
        *present = (present.0 + 1, present.1 + seconds);
        self.recent = (self.recent.0 + images, self.recent.1 + seconds);
        if nothing_open && self.recent.1 > 0.25 {
            self.images_per_second = self.recent.0 as f64 / self.recent.1;
            self.recent = (0, 0.0);
        }
    }

    /// A part of a measurement took so many seconds.
    pub fn measured(&mut self, seconds: f64) {
        let seconds = awake(seconds);
        self.seconds += seconds;
        self.measurements[0] += seconds;
    }

    /// An epoch and its measurement are over.
    pub fn epoch_ended(&mut self) {
        self.epochs = [(0, 0.0), self.epochs[0]];
        self.measurements = [0.0, self.measurements[0]];
    }

    /// Seconds that so many steps and measurements will take.
    pub fn seconds_left(&self, steps: usize, measurements: usize) -> Option<f64> {
        let [present, before] = self.epochs;
        let (done, seconds) = (present.0 + before.0, present.1 + before.1);
        let a_step = seconds / done as f64;
        (done >= FEWEST).then(|| a_step * steps as f64 + self.measurements[1] * measurements as f64)
    }
}

fn awake(seconds: f64) -> f64 {
    if seconds < ASLEEP { seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(pace: &mut Pace, steps: usize, seconds: f64, measuring: f64) {
        (0..steps).for_each(|_| pace.stepped(seconds, 10, true));
        pace.measured(measuring);
        pace.epoch_ended();
    }

    fn left(pace: &Pace, steps: usize, measurements: usize) -> f64 {
        pace.seconds_left(steps, measurements).expect("enough steps were done")
    }

    #[test]
    fn what_is_left_counts_steps_and_measurements() {
        let mut pace = Pace::default();
        (0..4).for_each(|_| pace.stepped(2.0, 10, true));
        assert_eq!(pace.seconds_left(100, 3), None);
        pace.stepped(2.0, 10, true);
        // How long measuring takes is not known yet.
        assert!((left(&pace, 10, 3) - 20.0).abs() < 1e-9);
        pace.measured(4.0);
        pace.measured(3.0);
        pace.epoch_ended();
        assert!((left(&pace, 10, 3) - 41.0).abs() < 1e-9);
        assert!((pace.seconds - 17.0).abs() < 1e-9);
        // Measuring is not learning slowly.
        assert!((pace.images_per_second - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_slower_device_is_believed_after_an_epoch() {
        let mut pace = Pace::after(1000.0);
        epoch(&mut pace, 10, 0.1, 1.0);
        epoch(&mut pace, 10, 2.0, 5.0);
        epoch(&mut pace, 10, 2.0, 5.0);
        assert!((left(&pace, 10, 1) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn a_night_of_sleep_is_not_counted() {
        let mut pace = Pace::default();
        epoch(&mut pace, 10, 1.0, 2.0);
        pace.stepped(8.0 * 3600.0, 10, true);
        pace.measured(3600.0);
        assert!(pace.seconds < 13.0 && left(&pace, 10, 0) < 11.0);
    }
}
