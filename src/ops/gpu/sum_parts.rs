use super::Values;
use super::launch::Kernel;
use burn::tensor::Shape;
use std::ops::Range;

/// Sums over `[parts, length]`, of the values `wanted` in each part; in the given shape.
pub fn sum_parts(parts: &Values, [count, length]: [usize; 2], wanted: Range<usize>, shape: Shape) -> Values {
    let constants = [("PARTS", count), ("LENGTH", length), ("START", wanted.start), ("COUNT", wanted.len())];
    let kernel = Kernel::new(include_str!("sum_parts.wgsl"), constants);
    let [sums] = kernel.launch(wanted.len(), &[parts], [shape]);
    sums
}
