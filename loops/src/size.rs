/// Sizes of a convolution of one picture, with stride 1 and no padding.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub channels_in: usize,
    pub channels_out: usize,
    /// Height and width of the input.
    pub input: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
}

impl Size {
    /// Values in the kernel of one output channel.
    pub fn kernel_len(&self) -> usize {
        self.channels_in * self.kernel[0] * self.kernel[1]
    }

    /// Values in a picture.
    pub fn input_len(&self) -> usize {
        self.channels_in * self.input[0] * self.input[1]
    }

    /// Values in the output for a picture.
    pub fn output_len(&self) -> usize {
        self.channels_out * self.output()[0] * self.output()[1]
    }

    /// Height and width of the output.
    pub fn output(&self) -> [usize; 2] {
        [self.input[0] + 1 - self.kernel[0], self.input[1] + 1 - self.kernel[1]]
    }

    /// The convolution that carries a gradient back: over the output with a border of zeros as wide as the kernel
    /// less one, with the channels' parts exchanged.
    pub fn back(&self) -> Self {
        let [height, width] = self.output();
        let border = self.border();
        Self {
            channels_in: self.channels_out,
            channels_out: self.channels_in,
            input: [height + 2 * border[0], width + 2 * border[1]],
            kernel: self.kernel,
        }
    }

    /// Zeros on each side, vertically and horizontally, that [`Size::back`] needs.
    pub fn border(&self) -> [usize; 2] {
        [self.kernel[0] - 1, self.kernel[1] - 1]
    }
}
