/// Sizes of a pooling of one map; square windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    /// Height and width of the input.
    pub input: [usize; 2],
    /// Height and width of the output.
    pub output: [usize; 2],
    pub kernel: usize,
    pub stride: usize,
    /// Values on each side that count as smaller than any other.
    pub padding: usize,
    /// Whether windows may hang over the end.
    pub ceil: bool,
}
