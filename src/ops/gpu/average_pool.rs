use super::Values;
use super::launch::{Kernel, in_rows};

fn constants([batch, channels, height, width]: [usize; 4]) -> [(&'static str, usize); 5] {
    [
        ("MAPS", batch * channels),
        ("IN_HEIGHT", height),
        ("IN_WIDTH", width),
        ("HEIGHT", height / 2),
        ("WIDTH", width / 2),
    ]
}

/// Mean of every 2x2 values of `[batch, channels, height, width]`.
pub fn average_pool(x: Values, shape: [usize; 4]) -> Values {
    let [batch, channels, height, width] = shape;
    let pooled = [batch, channels, height / 2, width / 2];
    let kernel = Kernel::new(include_str!("average_pool.wgsl"), constants(shape));
    let [y] = kernel.launch(pooled.iter().product(), &[&in_rows(x)], [pooled.into()]);
    y
}

/// The gradient of the input: a quarter for each of the four.
pub fn average_pool_gradient(gradient: Values, shape: [usize; 4]) -> Values {
    let kernel = Kernel::new(include_str!("average_pool_gradient.wgsl"), constants(shape));
    let [x] = kernel.launch(shape.iter().product(), &[&in_rows(gradient)], [shape.into()]);
    x
}
