//! Max pooling of a batch of pictures, and its gradient.

use super::max_pool::max_pool as max_pool_one;
use super::{Values, in_rows, new_values, slice};
use crate::ops::pooling::Pooling;

/// `maps`: batch and channels.
pub fn max_pool(size: &Pooling, [batch, channels]: [usize; 2], x: Values) -> Values {
    let x = in_rows(x);
    let [height, width] = size.output;
    let mut y = vec![0.0; batch * channels * height * width];
    // Every map is pooled by itself, so a batch is nothing but more maps.
    max_pool_one(size, slice(&x), &mut y);
    new_values(y, [batch, channels, height, width])
}

/// The gradient of the input: each output's goes to the first of its window's largest values, as in PyTorch.
pub fn max_pool_gradient(size: &Pooling, [batch, channels]: [usize; 2], x: &Values, gradient: Values) -> Values {
    let ([height, width], [out_height, out_width]) = (size.input, size.output);
    let mut of_input = vec![0.0; batch * channels * height * width];
    let maps = slice(x).chunks_exact(height * width).zip(of_input.chunks_exact_mut(height * width));
    for ((x, of_input), gradient) in maps.zip(slice(&gradient).chunks_exact(out_height * out_width)) {
        for (place, gradient) in gradient.iter().enumerate() {
            let window = |at: usize, axis: usize| {
                let begin = at * size.stride;
                let end = (begin + size.kernel).saturating_sub(size.padding).min(size.input[axis]);
                begin.saturating_sub(size.padding)..end
            };
            let columns = window(place % out_width, 1);
            let places = window(place / out_width, 0).flat_map(|y| columns.clone().map(move |x| y * width + x));
            let largest = places.reduce(|best, other| if x[other] > x[best] { other } else { best });
            if let Some(largest) = largest {
                of_input[largest] += gradient;
            }
        }
    }
    new_values(of_input, [batch, channels, height, width])
}
