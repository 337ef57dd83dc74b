/// Mean of every 2x2 values of maps of this height and width.
#[inline(never)]
pub fn average_pool([height, width]: [usize; 2], x: &[f32], y: &mut [f32]) {
    let (half_height, half_width) = (height / 2, width / 2);
    for (picture, y) in x.chunks_exact(height * width).zip(y.chunks_exact_mut(half_height * half_width)) {
        for (rows, y) in picture.chunks_exact(2 * width).zip(y.chunks_exact_mut(half_width)) {
            let (upper, lower) = rows.split_at(width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            for (y, (a, b)) in y.iter_mut().zip(pairs) {
                *y = 0.25 * (a[0] + a[1] + b[0] + b[1]);
            }
        }
    }
}

/// The gradient of the input: a quarter for each of the four.
#[inline(never)]
pub fn average_pool_gradient([height, width]: [usize; 2], gradient: &[f32], x: &mut [f32]) {
    let (half_height, half_width) = (height / 2, width / 2);
    let pictures = gradient.chunks_exact(half_height * half_width);
    for (to, from) in x.chunks_exact_mut(height * width).zip(pictures) {
        for (rows, from) in to.chunks_exact_mut(2 * width).zip(from.chunks_exact(half_width)) {
            let (upper, lower) = rows.split_at_mut(width);
            for ((a, b), g) in upper.chunks_exact_mut(2).zip(lower.chunks_exact_mut(2)).zip(from) {
                let g = 0.25 * g;
                a.copy_from_slice(&[g, g]);
                b.copy_from_slice(&[g, g]);
            }
        }
    }
}
