//! Numbers to colours that colour-blind people can tell apart. Pure.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Nine equally spaced colours of matplotlib's `viridis` (CC0), between which we interpolate.
const VIRIDIS: [Rgb; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Blue below zero, nearly white at zero, orange above: ColorBrewer's `PuOr` idea with a truer blue.
const DIVERGING: [Rgb; 9] = [
    [8, 64, 129],
    [34, 113, 181],
    [92, 160, 208],
    [173, 208, 233],
    [245, 244, 240],
    [252, 206, 150],
    [240, 150, 66],
    [205, 96, 16],
    [127, 52, 4],
];

const GREY: [Rgb; 2] = [[0, 0, 0], [255, 255, 255]];

/// Which colours a picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colormap {
    /// Dark blue (low) over green to yellow (high): for sizes.
    Viridis,
    /// Blue (negative), white (zero), orange (positive): for signed values.
    Diverging,
    /// Black (low) to white (high).
    Grey,
}

impl Colormap {
    /// The colour of a share, 0..=1; anything else is clamped, and NaN counts as 0.
    pub fn colour(self, share: f32) -> Rgb {
        let table: &[Rgb] = match self {
            Self::Viridis => &VIRIDIS,
            Self::Diverging => &DIVERGING,
            Self::Grey => &GREY,
        };
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        let place = share * (table.len() - 1) as f32;
        let index = (place as usize).min(table.len() - 2);
        let part = place - index as f32;
        std::array::from_fn(|i| {
            let (a, b) = (f32::from(table[index][i]), f32::from(table[index + 1][i]));
            (a + (b - a) * part).round() as u8
        })
    }

    /// The colours of 256 equally spaced shares, with full opacity: for pictures of many pixels.
    pub fn table(self) -> Vec<[u8; 4]> {
        let colour = |i| {
            let [r, g, b] = self.colour(i as f32 / 255.0);
            [r, g, b, 255]
        };
        (0..256).map(colour).collect()
    }

    /// A CSS gradient from low to high, for a legend.
    pub fn css_gradient(self) -> String {
        let stops: Vec<String> = (0..=8)
            .map(|i| {
                let [r, g, b] = self.colour(i as f32 / 8.0);
                format!("rgb({r} {g} {b})")
            })
            .collect();
        format!("linear-gradient(to right, {})", stops.join(", "))
    }
}

/// The values that get the first and the last colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub low: f32,
    pub high: f32,
}

impl Extent {
    /// From the smallest to the largest of the finite values; 0 to 1 where there is none.
    pub fn of(values: &[f32]) -> Self {
        let finite = values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high { Self { low: 0.0, high: 1.0 } } else { Self { low, high } }
    }

    /// The same distance on both sides of zero, so that zero has the middle colour.
    pub fn around_zero(values: &[f32]) -> Self {
        let Self { low, high } = Self::of(values);
        let most = low.abs().max(high.abs());
        Self { low: -most, high: most }
    }

    /// Where a value is between both ends, 0..=1 inside.
    pub fn share(self, value: f32) -> f32 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viridis_has_matplotlibs_colours() {
        // matplotlib.colormaps["viridis"](x, bytes=True) at 0, 0.5 and 1, and between two of our anchors.
        assert_eq!(Colormap::Viridis.colour(0.0), [68, 1, 84]);
        assert_eq!(Colormap::Viridis.colour(1.0), [253, 231, 37]);
        for (share, expected) in [(0.5, [32, 144, 140]), (0.2, [64, 67, 135]), (0.8, [122, 209, 81])] {
            let got = Colormap::Viridis.colour(share);
            for (g, e) in got.iter().zip(expected) {
                assert!(i16::from(*g).abs_diff(e) <= 6, "{share}: {got:?} is not {expected:?}");
            }
        }
    }

    #[test]
    fn strange_numbers_have_a_colour_too() {
        assert_eq!(Colormap::Viridis.colour(f32::NAN), Colormap::Viridis.colour(0.0));
        assert_eq!(Colormap::Viridis.colour(7.0), Colormap::Viridis.colour(1.0));
    }

    #[test]
    fn zero_is_in_the_middle_of_the_diverging_colours() {
        let extent = Extent::around_zero(&[-0.1, 0.4, f32::NAN]);
        assert_eq!((extent.low, extent.high), (-0.4, 0.4));
        assert_eq!(Colormap::Diverging.colour(extent.share(0.0)), DIVERGING[4]);
    }

    #[test]
    fn grey_is_the_share_itself() {
        let table = Colormap::Grey.table();
        assert_eq!(
            (table.len(), table[0], table[128], table[255]),
            (256, [0, 0, 0, 255], [128, 128, 128, 255], [255; 4])
        );
    }

    #[test]
    fn no_values_and_equal_values_have_an_extent() {
        assert_eq!(Extent::of(&[]), Extent { low: 0.0, high: 1.0 });
        assert_eq!(Extent::of(&[2.0, 2.0]).share(2.0), 0.5);
    }
}
