//! Data to pixels and back, and where the ticks are. Pure.

/// How values are spread over the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    #[default]
    Linear,
    /// Equal ratios take equal room; values must be positive.
    Logarithmic,
}

/// One axis: `domain` in the data's unit, `range` in pixels (either may run backwards).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub spread: Spread,
    pub domain: (f64, f64),
    pub range: (f64, f64),
}

impl Scale {
    /// A linear axis.
    pub fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { spread: Spread::Linear, domain, range }
    }

    /// A logarithmic axis; both ends of `domain` must be positive.
    pub fn logarithmic(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { spread: Spread::Logarithmic, domain, range }
    }

    fn spread_out(&self, value: f64) -> f64 {
        match self.spread {
            Spread::Linear => value,
            Spread::Logarithmic => value.max(f64::MIN_POSITIVE).log10(),
        }
    }

    /// Where a value is, in pixels. Values outside the domain land outside the range.
    pub fn pixel(&self, value: f64) -> f64 {
        let (low, high) = (self.spread_out(self.domain.0), self.spread_out(self.domain.1));
        let share = if high == low { 0.5 } else { (self.spread_out(value) - low) / (high - low) };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// As [`Scale::pixel`], but never outside the range.
    pub fn pixel_inside(&self, value: f64) -> f64 {
        let (a, b) = self.range;
        self.pixel(value).clamp(a.min(b), a.max(b))
    }

    /// The value at a pixel.
    pub fn value(&self, pixel: f64) -> f64 {
        let (low, high) = (self.spread_out(self.domain.0), self.spread_out(self.domain.1));
        let (a, b) = self.range;
        let share = if a == b { 0.5 } else { (pixel - a) / (b - a) };
        let value = low + share * (high - low);
        match self.spread {
            Spread::Linear => value,
            Spread::Logarithmic => 10_f64.powf(value),
        }
    }

    /// Round values to write beside the axis, about `wanted` of them, all inside the domain.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        let (low, high) = (self.domain.0.min(self.domain.1), self.domain.0.max(self.domain.1));
        match self.spread {
            Spread::Linear => {
                let step = nice_step(high - low, wanted);
                if step <= 0.0 {
                    return vec![low];
                }
                let first = (low / step - 1e-9).ceil() as i64;
                let last = (high / step + 1e-9).floor() as i64;
                (first..=last).map(|n| n as f64 * step).collect()
            }
            Spread::Logarithmic => {
                let decades = high.log10().ceil() as i32 - low.log10().floor() as i32;
                let factors: &[f64] = if decades <= 2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
                let exponents = low.log10().floor() as i32..=high.log10().ceil() as i32;
                exponents
                    .flat_map(|e| factors.iter().map(move |f| f * 10_f64.powi(e)))
                    .filter(|v| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(v))
                    .collect()
            }
        }
    }
}

/// The step 1, 2 or 5 times a power of ten that cuts `length` into about `wanted` pieces; 0 for no length.
pub fn nice_step(length: f64, wanted: usize) -> f64 {
    if length <= 0.0 || !length.is_finite() {
        return 0.0;
    }
    let raw = length / wanted.max(1) as f64;
    let power = 10_f64.powf(raw.log10().floor());
    let factor = raw / power;
    let nice = if factor < 1.5 {
        1.0
    } else if factor < 3.5 {
        2.0
    } else if factor < 7.5 {
        5.0
    } else {
        10.0
    };
    nice * power
}

/// The smallest round number that is not below `value`, for the end of an axis.
pub fn nice_ceiling(value: f64, wanted: usize) -> f64 {
    let step = nice_step(value, wanted);
    if step == 0.0 { 1.0 } else { (value / step - 1e-9).ceil() * step }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9 * a.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn a_linear_axis_maps_its_ends_and_its_middle() {
        let scale = Scale::linear((0.0, 10.0), (100.0, 0.0));
        close(scale.pixel(0.0), 100.0);
        close(scale.pixel(10.0), 0.0);
        close(scale.pixel(5.0), 50.0);
        close(scale.pixel_inside(20.0), 0.0);
    }

    #[test]
    fn a_logarithmic_axis_gives_every_decade_the_same_room() {
        let scale = Scale::logarithmic((0.01, 10.0), (0.0, 300.0));
        close(scale.pixel(0.1), 100.0);
        close(scale.pixel(1.0), 200.0);
    }

    #[test]
    fn value_undoes_pixel() {
        for scale in [Scale::linear((-3.0, 7.0), (20.0, 220.0)), Scale::logarithmic((0.02, 5.0), (90.0, 10.0))] {
            for value in [0.03, 0.5, 4.9] {
                close(scale.value(scale.pixel(value)), value);
            }
        }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::linear((0.0, 1.0), (0.0, 1.0)).ticks(5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(Scale::linear((0.0, 8590.0), (0.0, 1.0)).ticks(4), [0.0, 2000.0, 4000.0, 6000.0, 8000.0]);
        let decades = Scale::logarithmic((0.005, 2.5), (0.0, 1.0)).ticks(5);
        assert_eq!(decades.len(), 3);
        decades.iter().zip([0.01, 0.1, 1.0]).for_each(|(a, b)| close(*a, b));
    }

    #[test]
    fn an_axis_without_length_has_one_tick_and_no_infinite_pixel() {
        let scale = Scale::linear((3.0, 3.0), (0.0, 100.0));
        assert_eq!(scale.ticks(5), [3.0]);
        close(scale.pixel(3.0), 50.0);
    }

    #[test]
    fn an_axis_ends_on_a_round_number() {
        close(nice_ceiling(2.31, 5), 2.5);
        close(nice_ceiling(0.87, 5), 1.0);
        close(nice_ceiling(0.0, 5), 1.0);
    }
}
