use super::{Values, in_rows, new_values, slice};
use receptive_loops::Pooling;

/// `maps`: batch and channels.
pub fn max_pool(size: &Pooling, [batch, channels]: [usize; 2], x: Values) -> Values {
    let x = in_rows(x);
    let [height, width] = size.output;
    let mut y = vec![0.0; batch * channels * height * width];
    // Every map is pooled by itself, so a batch is nothing but more maps.
    receptive_loops::max_pool(size, slice(&x), &mut y);
    new_values(y, [batch, channels, height, width])
}

/// The gradient of the input: each output's goes to the first of its window's largest values, as in PyTorch.
pub fn max_pool_gradient(size: &Pooling, [batch, channels]: [usize; 2], x: &Values, gradient: Values) -> Values {
    let [height, width] = size.input;
    let mut of_input = vec![0.0; batch * channels * height * width];
    receptive_loops::max_pool_gradient(size, slice(x), slice(&gradient), &mut of_input);
    new_values(of_input, [batch, channels, height, width])
}
