use std::ops::Range;

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

    /// Values in one map of the output.
    pub fn area(&self) -> usize {
        let [height, width] = self.output();
        height * width
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
        self.channels_out * self.area()
    }

    /// The outputs along an axis for which this value of the kernel meets the picture and not the padding around it.
    pub(super) fn reach(&self, axis: usize, place: usize) -> Range<usize> {
        let (stride, padding) = (self.stride[axis], self.padding[axis]);
        let first = padding.saturating_sub(place).div_ceil(stride);
        let end = (self.input[axis] + padding).saturating_sub(place).div_ceil(stride).min(self.output()[axis]);
        first.min(end)..end
    }

    /// The same convolution without those rows and columns of the kernel that never meet the picture, and which are
    /// left: of a 5x5 kernel on a picture of one value, only the one in the middle.
    pub fn cropped(&self) -> (Self, [Range<usize>; 2]) {
        let mut cropped = *self;
        let kept = [0, 1].map(|axis| {
            let mut meets = (0..self.kernel[axis]).filter(|&place| !self.reach(axis, place).is_empty());
            let first = meets.next().unwrap_or(0);
            let kept = first..meets.next_back().unwrap_or(first) + 1;
            if kept.start > self.padding[axis] { 0..self.kernel[axis] } else { kept }
        });
        for (axis, kept) in kept.iter().enumerate() {
            cropped.kernel[axis] = kept.len();
            cropped.padding[axis] = self.padding[axis] - kept.start;
        }
        // What is left must move over the picture as before.
        let same = [0, 1].iter().all(|&i| cropped.input[i] + 2 * cropped.padding[i] >= cropped.kernel[i])
            && cropped.output() == self.output();
        if same { (cropped, kept) } else { (*self, self.kernel.map(|length| 0..length)) }
    }
}
