//! The inner loop of a matrix product, on values rearranged so that it reads them one after the other.

use std::ops::Range;
use wide::f32x4;

/// Values in a SIMD register.
pub(super) const LANES: usize = 4;
/// Rows of the left matrix in one tile of the product.
pub(super) const ROWS: usize = 4;
/// Columns of the right matrix in one tile: two SIMD registers.
pub(super) const COLUMNS: usize = 2 * LANES;

/// A row of a tile.
pub(super) type Row = [f32x4; 2];

/// A tile of a matrix product: for each step of the depth, `ROWS` values of the left matrix and `COLUMNS` of the right.
///
/// Eight sums are enough to keep two multipliers and two adders busy, and with what else the loop needs they fit
/// into the sixteen registers of an x86 CPU. The compiler unrolls the loops over constants; a few steps of the depth at
/// once made it run out of registers.
#[inline(always)]
pub(super) fn tile(left: &[[f32; ROWS]], right: &[Row]) -> [Row; ROWS] {
    let mut sums = [[f32x4::ZERO; 2]; ROWS];
    for (left, right) in left.iter().zip(right) {
        for half in 0..2 {
            for row in 0..ROWS {
                sums[row][half] = right[half].mul_add(f32x4::splat(left[row]), sums[row][half]);
            }
        }
    }
    sums
}

/// Four neighbouring values.
#[inline(always)]
pub(super) fn load(from: &[f32]) -> f32x4 {
    let mut values = [0.0; LANES];
    values.copy_from_slice(&from[..LANES]);
    f32x4::new(values)
}

/// Parts of `0..len`, as equal as whole units allow, of at most `most` or at least one unit.
pub(super) fn blocks(len: usize, most: usize, unit: usize) -> impl Iterator<Item = Range<usize>> {
    let units = len.div_ceil(unit);
    let count = units.div_ceil((most / unit).max(1));
    (0..count).map(move |i| units * i / count * unit..(units * (i + 1) / count * unit).min(len))
}
