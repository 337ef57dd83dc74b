/// Sizes of a convolution of one picture with any stride and padding; no groups, no dilation.
///
/// Pairs are height and width, in values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    pub channels_in: usize,
    pub channels_out: usize,
    pub input: [usize; 2],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Zeros on each side.
    pub padding: [usize; 2],
}

impl Convolution {
    /// Height and width of the output; the kernel must not be larger than the input with its padding.
    pub fn output(&self) -> [usize; 2] {
        [0, 1].map(|i| (self.input[i] + 2 * self.padding[i] - self.kernel[i]) / self.stride[i] + 1)
    }

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
        let [height, width] = self.output();
        self.channels_out * height * width
    }
}
