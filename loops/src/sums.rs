/// The sum of all rows.
#[inline(never)]
pub fn sum_of_rows(rows: &[f32], sums: &mut [f32]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

/// For each channel the sum of its maps, which are `area` long, over all pictures.
#[inline(never)]
pub fn sums_of_maps(pictures: &[f32], area: usize, sums: &mut [f32]) {
    for picture in pictures.chunks_exact(sums.len() * area) {
        for (sum, map) in sums.iter_mut().zip(picture.chunks_exact(area)) {
            *sum += sum_of(map);
        }
    }
}

/// The sum in eight parts side by side, which the compiler keeps in SIMD registers.
pub(super) fn sum_of(values: &[f32]) -> f32 {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut parts = [0.0; 8];
    for block in blocks {
        parts.iter_mut().zip(block).for_each(|(part, value)| *part += value);
    }
    parts.iter().chain(rest).sum()
}
