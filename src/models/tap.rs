//! Records named activations while a network runs, so that looking inside needs no second forward pass.

use burn::tensor::Tensor;

/// Where a forward pass leaves its activations, if anybody asked for them.
#[derive(Default)]
pub struct Tap {
    wanted: bool,
    /// Flattened, in the order of the forward pass: name, `[channels, height, width]` of one picture, values.
    pub taken: Vec<(&'static str, [usize; 3], Tensor<1>)>,
}

impl Tap {
    /// A tap that records.
    pub fn open() -> Self {
        Self { wanted: true, taken: Vec::new() }
    }

    /// Records `[1, channels, height, width]`.
    pub fn maps(&mut self, layer: &'static str, x: &Tensor<4>) {
        if self.wanted {
            let [_, c, h, w] = x.dims();
            self.taken.push((layer, [c, h, w], x.clone().reshape([c * h * w])));
        }
    }

    /// Records `[1, features]`.
    pub fn features(&mut self, layer: &'static str, x: &Tensor<2>) {
        if self.wanted {
            let [_, n] = x.dims();
            self.taken.push((layer, [n, 1, 1], x.clone().reshape([n])));
        }
    }
}
