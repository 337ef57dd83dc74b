use super::{Values, in_rows, new_values, slice};

/// Mean of every 2x2 values of `[batch, channels, height, width]`.
pub fn average_pool(x: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let x = in_rows(x);
    let (half_height, half_width) = (height / 2, width / 2);
    let mut y = Vec::with_capacity(batch * channels * half_height * half_width);
    for picture in slice(&x).chunks_exact(height * width) {
        for rows in picture.chunks_exact(2 * width) {
            let (upper, lower) = rows.split_at(width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            y.extend(pairs.map(|(a, b)| 0.25 * (a[0] + a[1] + b[0] + b[1])));
        }
    }
    new_values(y, [batch, channels, half_height, half_width])
}

/// The gradient of the input: a quarter for each of the four.
pub fn average_pool_gradient(gradient: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let gradient = in_rows(gradient);
    let (half_height, half_width) = (height / 2, width / 2);
    let mut x = vec![0.0; batch * channels * height * width];
    let pictures = slice(&gradient).chunks_exact(half_height * half_width);
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
    new_values(x, [batch, channels, height, width])
}
