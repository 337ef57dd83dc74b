//! Pictures drawn by a formula, for whoever has none at hand: six classes of textures in varied colours, scales and angles.

use super::Rgb;
use super::split::stream;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// The classes.
pub const TEXTURES: [&str; 6] = ["stripes", "checks", "dots", "bricks", "waves", "marble"];
/// Width and height of every picture.
const SIDE: usize = 224;
/// The seeds' streams of random numbers begin here; weights, parts and augmentation have others.
const FIRST_STREAM: u64 = 1 << 60;
/// Cells of the table of random numbers, along each axis.
const CELLS: usize = 64;

/// The `index`-th picture of a class; the same for the same seed everywhere.
pub fn texture(class: usize, seed: u32, index: u32) -> Rgb {
    let class = class % TEXTURES.len();
    let mut rng = stream(seed, FIRST_STREAM + ((class as u64) << 32) + u64::from(index));
    let look = Look::draw(&mut rng);
    let shares = Shares::draw(&mut rng);
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (x, y) = (x as f32 - SIDE as f32 / 2.0, y as f32 - SIDE as f32 / 2.0);
            let (across, down) =
                (look.cos * x + look.sin * y + look.offset.0, look.cos * y - look.sin * x + look.offset.1);
            let share = match class {
                0 => stripes(across, &look, &shares),
                1 => checks(across, down, &look),
                2 => dots(across, down, &look, &shares),
                3 => bricks(across, down, &look, &shares),
                4 => waves(across, down, &look, &shares),
                _ => marble(across, down, &look, &shares),
            };
            let light = 1.0 + (look.light.0 * x + look.light.1 * y) / SIDE as f32;
            let grain = rng.random_range(-4.0..4.0_f32);
            let mix = |from: f32, to: f32| ((from + (to - from) * share) * 255.0 * light + grain).clamp(0.0, 255.0);
            pixels.extend((0..3).map(|colour| mix(look.paper[colour], look.ink[colour]).round() as u8));
        }
    }
    Rgb { width: SIDE, height: SIDE, pixels }
}

/// What every texture has: drawn the same way for all, so that nothing but the texture tells the classes apart.
struct Look {
    paper: [f32; 3],
    ink: [f32; 3],
    /// Pixels from one repetition to the next.
    period: f32,
    sin: f32,
    cos: f32,
    offset: (f32, f32),
    /// How much lighter one side is than the other.
    light: (f32, f32),
}

impl Look {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let dark = colour(rng.random(), rng.random_range(0.2..0.9), rng.random_range(0.12..0.42));
        let bright = colour(rng.random(), rng.random_range(0.2..0.9), rng.random_range(0.66..0.92));
        let (paper, ink) = if rng.random_bool(0.5) { (dark, bright) } else { (bright, dark) };
        let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
        // Small repetitions as often as large ones, in the eye's measure.
        let period = 14.0 * 4.0_f32.powf(rng.random());
        let offset = (rng.random_range(0.0..500.0), rng.random_range(0.0..500.0));
        let light = (rng.random_range(-0.25..0.25), rng.random_range(-0.25..0.25));
        Self { paper, ink, period, sin, cos, offset, light }
    }
}

/// What differs within a class.
struct Shares {
    /// Between 0 and 1: how wide, how long, how bent.
    width: f32,
    length: f32,
    bend: f32,
    /// Random numbers between 0 and 1, `[CELLS, CELLS]`.
    noise: Vec<f32>,
}

impl Shares {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let (width, length, bend) = (rng.random(), rng.random(), rng.random());
        Self { width, length, bend, noise: (0..CELLS * CELLS).map(|_| rng.random()).collect() }
    }

    fn at(&self, column: f32, row: f32) -> f32 {
        let place = |v: f32| (v as i32).rem_euclid(CELLS as i32) as usize;
        self.noise[place(row) * CELLS + place(column)]
    }

    /// Noise that changes smoothly, about once a unit ("value noise").
    fn smooth(&self, across: f32, down: f32) -> f32 {
        let (column, row) = (across.floor(), down.floor());
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (x, y) = (ease(across - column), ease(down - row));
        let between = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let above = between(self.at(column, row), self.at(column + 1.0, row), x);
        let below = between(self.at(column, row + 1.0), self.at(column + 1.0, row + 1.0), x);
        between(above, below, y)
    }
}

/// A colour by hue, saturation and lightness, all between 0 and 1.
fn colour(hue: f32, saturation: f32, lightness: f32) -> [f32; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|turn| {
        let place = (turn + hue * 12.0) % 12.0;
        lightness - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0)
    })
}

/// How much of a pixel is covered whose middle is `inside` pixels within an edge: edges are smooth.
fn covered(inside: f32) -> f32 {
    (inside + 0.5).clamp(0.0, 1.0)
}

/// Distance from the nearest multiple of `period`.
fn from_line(place: f32, period: f32) -> f32 {
    ((place / period + 0.5).rem_euclid(1.0) - 0.5).abs() * period
}

fn stripes(across: f32, look: &Look, shares: &Shares) -> f32 {
    let width = look.period * (0.3 + 0.4 * shares.width);
    covered(width / 2.0 - from_line(across, look.period))
}

fn checks(across: f32, down: f32, look: &Look) -> f32 {
    let bar = |place: f32| covered(look.period / 2.0 - from_line(place, 2.0 * look.period));
    let (a, b) = (bar(across), bar(down));
    a * (1.0 - b) + b * (1.0 - a)
}

fn dots(across: f32, down: f32, look: &Look, shares: &Shares) -> f32 {
    let radius = look.period * (0.22 + 0.2 * shares.width);
    let row = (down / look.period).round();
    // Every other row is moved by half, in some pictures.
    let shift = if shares.bend > 0.5 { row.rem_euclid(2.0) / 2.0 * look.period } else { 0.0 };
    covered(radius - from_line(across + shift, look.period).hypot(down - row * look.period))
}

fn bricks(across: f32, down: f32, look: &Look, shares: &Shares) -> f32 {
    let (height, length) = (look.period, look.period * (1.8 + 0.8 * shares.length));
    let mortar = 1.0 + 0.08 * look.period * (0.5 + shares.width);
    let row = (down / height).floor();
    let along = across + row.rem_euclid(2.0) / 2.0 * length;
    let gap = from_line(along, length).min(from_line(down, height));
    // No brick is quite like the next.
    let shade = 0.75 + 0.25 * shares.at((along / length).floor(), row);
    covered(gap - mortar / 2.0) * shade
}

fn waves(across: f32, down: f32, look: &Look, shares: &Shares) -> f32 {
    let length = look.period * (2.0 + 2.0 * shares.length);
    let height = look.period * (0.45 + 0.45 * shares.bend);
    let (sin, cos) = (down / length * TAU).sin_cos();
    // Where the line is steep, the way to its edge is shorter.
    let steep = (height * cos * TAU / length).hypot(1.0);
    let width = look.period * (0.3 + 0.4 * shares.width);
    covered((width / 2.0 - from_line(across + height * sin, look.period)) / steep)
}

fn marble(across: f32, down: f32, look: &Look, shares: &Shares) -> f32 {
    let (mut cloud, mut size) = (0.0, 1.0);
    for _ in 0..4 {
        let scale = 1.6 * look.period * size;
        cloud += (shares.smooth(across / scale, down / scale) - 0.5) * size;
        size /= 2.0;
    }
    let vein = (across / look.period * 0.35 + cloud * (2.0 + 1.5 * shares.bend)) * TAU / 2.0;
    1.0 - vein.sin().abs().powf(0.5 + shares.width)
}
