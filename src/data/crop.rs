//! Small pictures as a network takes them, and changed at random as the course notebook does: mirrored, shifted, and beyond
//! that with a part hidden (DeVries and Taylor: *Improved regularization of convolutional neural networks with Cutout*,
//! 2017).

use super::pictures::COLOURS;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Pixels by which strength 1 shifts at most.
const SHIFT: f64 = 4.0;
/// Side of the square that strength 2 hides.
const HIDDEN: f64 = 16.0;

/// What is done to one picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crop {
    /// Left and right exchanged, before it is shifted.
    pub mirrored: bool,
    /// Its upper left corner is so many pixels below and right of that of what is cut out; what is outside of the picture is
    /// black.
    pub down: i32,
    pub right: i32,
    /// Rows and columns from and to which it is hidden; they may hang over an edge.
    pub hidden: Option<[[i32; 2]; 2]>,
}

impl Crop {
    /// Draws what is done to a square picture.
    ///
    /// - `strength`: 0 does nothing. Above 0 every other picture is mirrored, and shifted by up to `4 strength` pixels,
    ///   rounded, as if it were cut out of itself with black around it. Above 1 a square of `16 (strength - 1)` pixels,
    ///   rounded, is hidden, whose middle is anywhere.
    pub fn draw(strength: f64, side: usize, random: &mut ChaCha8Rng) -> Self {
        if strength <= 0.0 {
            return Self::default();
        }
        let reach = (SHIFT * strength).round() as i32;
        // All are drawn whatever the strength, so that one strength does not change what is random in another.
        let mirrored = random.random_bool(0.5);
        let [down, right] = [0, 1].map(|_| random.random_range(-1.0..1.0_f64)).map(|share| place(share, reach));
        let middle = [0, 1].map(|_| random.random_range(0..side as i32));
        let hidden = (HIDDEN * (strength - 1.0)).round().max(0.0) as i32;
        let hidden = (hidden > 0).then(|| middle.map(|middle| [middle - hidden / 2, middle - hidden / 2 + hidden]));
        Self { mirrored, down, right, hidden }
    }

    /// The picture after that, from -1 to 1: `(value / 255 - 0.5) / 0.5`. What is hidden becomes grey, which is 0.
    ///
    /// - `picture`: `[side, side, 3]`
    /// - `out`: `[3, side, side]`, overwritten
    pub fn normalised(&self, picture: &[u8], side: usize, out: &mut [f32]) {
        let pixels = picture.as_chunks::<COLOURS>().0;
        let area = side * side;
        let is_hidden = |axis: usize, place: usize| {
            self.hidden.is_some_and(|hidden| (hidden[axis][0]..hidden[axis][1]).contains(&(place as i32)))
        };
        for y in 0..side {
            for x in 0..side {
                let from = |to: usize, shift: i32| to.checked_add_signed(-shift as isize).filter(|from| *from < side);
                let (from_y, from_x) = (from(y, self.down), from(x, self.right));
                let pixel = match (from_y, from_x) {
                    (Some(y), Some(x)) => pixels[y * side + if self.mirrored { side - 1 - x } else { x }],
                    _ => [0; COLOURS],
                };
                let hidden = is_hidden(0, y) && is_hidden(1, x);
                for (colour, value) in pixel.into_iter().enumerate() {
                    out[colour * area + y * side + x] = if hidden { 0.0 } else { f32::from(value) / 127.5 - 1.0 };
                }
            }
        }
    }
}

/// One of the whole numbers from `-reach` to `reach`, all of which are as likely, for a share from -1 to 1.
fn place(share: f64, reach: i32) -> i32 {
    let count = (2 * reach + 1) as f64;
    (((share + 1.0) / 2.0 * count) as i32 - reach).clamp(-reach, reach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::stream;

    /// 3x3 with red 1 to 9, green ten times and blue twenty times that.
    fn nine() -> Vec<u8> {
        (1..=9).flat_map(|i| [i, 10 * i, 20 * i]).collect()
    }

    /// Red as it was before it was normalised.
    fn red(crop: Crop) -> Vec<i32> {
        let mut out = vec![f32::NAN; 27];
        crop.normalised(&nine(), 3, &mut out);
        out[..9].iter().map(|value| ((value + 1.0) * 127.5).round() as i32).collect()
    }

    #[test]
    fn pictures_become_planes_from_minus_one_to_one() {
        let mut out = vec![f32::NAN; 27];
        Crop::default().normalised(&nine(), 3, &mut out);
        let wanted = |value: u8| (f32::from(value) / 255.0 - 0.5) / 0.5;
        for i in 0..9 {
            for (colour, times) in [1, 10, 20].into_iter().enumerate() {
                let (got, wanted) = (out[colour * 9 + i], wanted(times * (i as u8 + 1)));
                assert!((got - wanted).abs() < 1e-6, "{got} for {wanted}");
            }
        }
        let mut out = [f32::NAN; 3];
        Crop::default().normalised(&[0, 255, 51], 1, &mut out);
        assert_eq!(out[..2], [-1.0, 1.0]);
        assert!((out[2] + 0.6).abs() < 1e-6);
    }

    #[test]
    fn they_are_mirrored_then_shifted_and_what_comes_in_is_black() {
        assert_eq!(red(Crop::default()), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let mirrored = Crop { mirrored: true, ..Crop::default() };
        assert_eq!(red(mirrored), [3, 2, 1, 6, 5, 4, 9, 8, 7]);
        assert_eq!(red(Crop { down: 1, right: -1, ..Crop::default() }), [0, 0, 0, 2, 3, 0, 5, 6, 0]);
        assert_eq!(red(Crop { down: -2, right: 1, ..mirrored }), [0, 9, 8, 0, 0, 0, 0, 0, 0]);
        assert_eq!(red(Crop { right: 4, ..Crop::default() }), [0; 9]);
    }

    #[test]
    fn what_is_hidden_is_grey() {
        let mut out = vec![f32::NAN; 27];
        Crop { hidden: Some([[-1, 1], [1, 9]]), ..Crop::default() }.normalised(&nine(), 3, &mut out);
        for colour in out.chunks_exact(9) {
            let grey: Vec<bool> = colour.iter().map(|value| *value == 0.0).collect();
            assert_eq!(grey, [false, true, true, false, false, false, false, false, false]);
        }
    }

    #[test]
    fn strength_says_how_far() {
        let draw = |strength: f64, picture: u64| Crop::draw(strength, 32, &mut stream(1, picture));
        assert!((0..50).all(|i| draw(0.0, i) == Crop::default()));
        let all: Vec<Crop> = (0..2_000).map(|i| draw(1.0, i)).collect();
        let mirrored = all.iter().filter(|crop| crop.mirrored).count();
        assert!((900..1_100).contains(&mirrored), "{mirrored} of 2,000");
        for shift in -4..=4 {
            // A ninth of them.
            let down = all.iter().filter(|crop| crop.down == shift).count();
            let right = all.iter().filter(|crop| crop.right == shift).count();
            assert!((170..280).contains(&down) && (170..280).contains(&right), "{shift}: {down}, {right}");
        }
        assert!(all.iter().all(|crop| crop.down.abs() <= 4 && crop.right.abs() <= 4 && crop.hidden.is_none()));
        for i in 0..200 {
            let crop = draw(1.5, i);
            assert!(crop.down.abs() <= 6, "{crop:?}");
            assert_eq!(crop.mirrored, all[i as usize].mirrored, "the same chance whatever the strength");
            let [rows, columns] = crop.hidden.expect("it is above 1");
            assert_eq!([rows[1] - rows[0], columns[1] - columns[0]], [8, 8]);
            assert!((-4..28).contains(&rows[0]) && (-4..28).contains(&columns[0]), "{crop:?}");
        }
    }
}
