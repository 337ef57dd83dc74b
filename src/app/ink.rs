//! What the visitor draws: strokes of a round pen on grey pixels. Pure.

/// Pixels along one side of the drawing.
pub const SIDE: usize = 112;
/// Radius of the pen, in pixels: about as thick as MNIST's strokes once scaled down.
const PEN: f32 = 4.6;

/// A point of a stroke, in pixels.
pub type Point = (f32, f32);

/// A drawing that remembers its strokes, so that they can be taken back one by one.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    strokes: Vec<Vec<Point>>,
    /// `SIDE` x `SIDE`, row-major; 0 = paper, 255 = ink.
    pixels: Vec<u8>,
}

impl Drawing {
    /// Clean paper.
    pub fn new() -> Self {
        Self { strokes: Vec::new(), pixels: vec![0; SIDE * SIDE] }
    }

    /// Row-major grey bytes.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Whether nothing was drawn.
    pub fn is_empty(&self) -> bool {
        self.strokes.is_empty()
    }

    /// Puts the pen down.
    pub fn begin(&mut self, at: Point) {
        self.strokes.push(vec![at]);
        stamp(&mut self.pixels, at, at);
    }

    /// Moves the pen; does nothing while it was never put down.
    pub fn extend(&mut self, to: Point) {
        let Some(stroke) = self.strokes.last_mut() else { return };
        let from = stroke.last().copied().unwrap_or(to);
        stroke.push(to);
        stamp(&mut self.pixels, from, to);
    }

    /// Takes the last stroke back.
    pub fn undo(&mut self) {
        self.strokes.pop();
        self.pixels.fill(0);
        for stroke in &self.strokes {
            for (i, &to) in stroke.iter().enumerate() {
                stamp(&mut self.pixels, stroke[i.saturating_sub(1)], to);
            }
        }
    }

    /// Clean paper again.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

/// Inks everything within the pen's radius of the line from `a` to `b`, with a soft edge one pixel wide.
fn stamp(pixels: &mut [u8], a: Point, b: Point) {
    let reach = PEN + 1.0;
    let bounds = |p: f32, q: f32| {
        let low = (p.min(q) - reach).floor().max(0.0) as usize;
        let high = (p.max(q) + reach).ceil().clamp(0.0, SIDE as f32) as usize;
        low..high
    };
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    for y in bounds(a.1, b.1) {
        for x in bounds(a.0, b.0) {
            let (px, py) = (x as f32 + 0.5 - a.0, y as f32 + 0.5 - a.1);
            let along = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (px - along * dx).hypot(py - along * dy);
            let ink = ((PEN + 0.5 - distance).clamp(0.0, 1.0) * 255.0) as u8;
            let pixel = &mut pixels[y * SIDE + x];
            *pixel = (*pixel).max(ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(drawing: &Drawing) -> u64 {
        drawing.pixels().iter().map(|&p| u64::from(p)).sum()
    }

    #[test]
    fn a_dot_has_the_area_of_the_pen() {
        let mut drawing = Drawing::new();
        drawing.begin((56.0, 56.0));
        let area = ink(&drawing) as f32 / 255.0;
        let circle = std::f32::consts::PI * PEN * PEN;
        assert!((area - circle).abs() < 0.05 * circle, "{area} against {circle}");
    }

    #[test]
    fn undo_takes_exactly_one_stroke_back() {
        let mut drawing = Drawing::new();
        drawing.begin((20.0, 20.0));
        drawing.extend((20.0, 90.0));
        let before = drawing.pixels().to_vec();
        drawing.begin((60.0, 20.0));
        drawing.extend((90.0, 60.0));
        assert_ne!(drawing.pixels(), before);
        drawing.undo();
        assert_eq!(drawing.pixels(), before);
        drawing.undo();
        assert!(drawing.is_empty());
        assert_eq!(ink(&drawing), 0);
    }

    #[test]
    fn a_pen_outside_the_paper_does_no_harm() {
        let mut drawing = Drawing::new();
        drawing.begin((-500.0, 3.0));
        drawing.extend((900.0, -40.0));
        assert!(drawing.pixels().len() == SIDE * SIDE);
    }
}
