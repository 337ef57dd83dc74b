//! Max pooling with windows of 3x3 around every value, or every other, of small square maps: of sizes that the compiler
//! knows, so that no row is a loop of its own.

use super::max_pool::larger;
use super::pooling::Pooling;

/// Calls the macro's `$f` with side and stride as constants and returns from the function, where they are known.
macro_rules! with_constants {
    ($size:expr, $f:ident($($argument:expr),*)) => {
        if let Some(known) = side_and_stride($size) {
            return match known {
                (1, _) => $f::<1, 1>($($argument),*),
                (2, 1) => $f::<2, 1>($($argument),*),
                (4, 1) => $f::<4, 1>($($argument),*),
                (8, 1) => $f::<8, 1>($($argument),*),
                (16, 1) => $f::<16, 1>($($argument),*),
                (2, _) => $f::<2, 2>($($argument),*),
                (4, _) => $f::<4, 2>($($argument),*),
                (8, _) => $f::<8, 2>($($argument),*),
                _ => $f::<16, 2>($($argument),*),
            };
        }
    };
}
pub(super) use with_constants;

/// Side and stride, where this module has a loop for them.
pub(super) fn side_and_stride(size: &Pooling) -> Option<(usize, usize)> {
    let Pooling { input: [side, width], output, kernel, stride, padding, .. } = *size;
    let is_known = side == width && matches!(side, 1 | 2 | 4 | 8 | 16) && kernel == 3 && padding == 1;
    let has_all = matches!(stride, 1 | 2) && output == [side.div_ceil(stride); 2];
    (is_known && has_all).then_some((side, stride))
}

/// As [`super::max_pool()`].
#[inline(never)]
pub(super) fn pool_three<const SIDE: usize, const STRIDE: usize>(x: &[f32], y: &mut [f32]) {
    let out = SIDE.div_ceil(STRIDE);
    for (map, y) in x.chunks_exact(SIDE * SIDE).zip(y.chunks_exact_mut(out * out)) {
        let (rows, _) = map.as_chunks::<SIDE>();
        let mut across = [[0.0; SIDE]; SIDE];
        for (row, across) in rows.iter().zip(&mut across) {
            *across = largest_of_three(row);
        }
        for (at, y) in y.chunks_exact_mut(out).enumerate() {
            let row = at * STRIDE;
            let mut largest = across[row.saturating_sub(1)];
            for other in &across[row.saturating_sub(1) + 1..(row + 2).min(SIDE)] {
                largest.iter_mut().zip(other).for_each(|(a, b)| *a = larger(*a, *b));
            }
            y.iter_mut().zip(largest.iter().step_by(STRIDE)).for_each(|(to, value)| *to = *value);
        }
    }
}

/// For every place the largest of its value and its neighbours'.
#[inline(always)]
fn largest_of_three<const SIDE: usize>(row: &[f32; SIDE]) -> [f32; SIDE] {
    let mut largest = *row;
    for i in 1..SIDE {
        largest[i] = larger(row[i - 1], row[i]);
    }
    for i in 0..SIDE - 1 {
        largest[i] = larger(largest[i], row[i + 1]);
    }
    largest
}

/// As [`super::max_pool_gradient`].
#[inline(never)]
pub(super) fn gradient_of_three<const SIDE: usize, const STRIDE: usize>(
    x: &[f32],
    gradient: &[f32],
    of_input: &mut [f32],
) {
    let out = SIDE.div_ceil(STRIDE);
    let maps = x.chunks_exact(SIDE * SIDE).zip(of_input.chunks_exact_mut(SIDE * SIDE));
    for ((map, of_input), gradient) in maps.zip(gradient.chunks_exact(out * out)) {
        let (rows, _) = map.as_chunks::<SIDE>();
        // For every place the first of the largest values of its row's three, and where that is.
        let mut across = [([0.0; SIDE], [0_u32; SIDE]); SIDE];
        for (y, (row, across)) in rows.iter().zip(&mut across).enumerate() {
            *across = first_of_three(row, (y * SIDE) as u32);
        }
        for (at, gradient) in gradient.chunks_exact(out).enumerate() {
            let row = at * STRIDE;
            let (mut largest, mut places) = across[row.saturating_sub(1)];
            for (others, other_places) in &across[row.saturating_sub(1) + 1..(row + 2).min(SIDE)] {
                for i in 0..SIDE {
                    let is_larger = others[i] > largest[i];
                    places[i] = if is_larger { other_places[i] } else { places[i] };
                    largest[i] = if is_larger { others[i] } else { largest[i] };
                }
            }
            for (gradient, place) in gradient.iter().zip(places.iter().step_by(STRIDE)) {
                of_input[*place as usize] += gradient;
            }
        }
    }
}

#[inline(always)]
fn first_of_three<const SIDE: usize>(row: &[f32; SIDE], first: u32) -> ([f32; SIDE], [u32; SIDE]) {
    let mut largest = *row;
    let mut places = std::array::from_fn(|i| first + i as u32);
    for i in 1..SIDE {
        let is_larger = row[i] > row[i - 1];
        largest[i] = if is_larger { row[i] } else { row[i - 1] };
        places[i] = first + i as u32 - u32::from(!is_larger);
    }
    for i in 0..SIDE - 1 {
        let is_larger = row[i + 1] > largest[i];
        places[i] = if is_larger { first + i as u32 + 1 } else { places[i] };
        largest[i] = if is_larger { row[i + 1] } else { largest[i] };
    }
    (largest, places)
}
