use super::{Values, in_rows, new_values, slice};

/// Mean of every 2x2 values of `[batch, channels, height, width]`.
pub fn average_pool(x: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let mut y = vec![0.0; batch * channels * (height / 2) * (width / 2)];
    receptive_loops::average_pool([height, width], slice(&in_rows(x)), &mut y);
    new_values(y, [batch, channels, height / 2, width / 2])
}

/// The gradient of the input: a quarter for each of the four.
pub fn average_pool_gradient(gradient: Values, [batch, channels, height, width]: [usize; 4]) -> Values {
    let mut x = vec![0.0; batch * channels * height * width];
    receptive_loops::average_pool_gradient([height, width], slice(&in_rows(gradient)), &mut x);
    new_values(x, [batch, channels, height, width])
}
