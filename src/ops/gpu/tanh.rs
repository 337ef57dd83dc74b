use super::Values;
use super::launch::{Kernel, in_rows};
use burn::tensor::Shape;

fn kernel(source: &'static str, inputs: &[&Values], shape: Shape) -> Values {
    let count = shape.num_elements();
    let [y] = Kernel::new(source, [("COUNT", count)]).launch(count, inputs, [shape]);
    y
}

pub fn tanh(x: Values) -> Values {
    let x = in_rows(x);
    kernel(include_str!("tanh.wgsl"), &[&x], x.meta.shape().clone())
}

/// The gradient of the input, from the output `y` and its gradient: `tanh' = 1 - tanh²`.
pub fn tanh_gradient(y: Values, gradient: Values) -> Values {
    let gradient = in_rows(gradient);
    kernel(include_str!("tanh_gradient.wgsl"), &[&y, &gradient], y.meta.shape().clone())
}
