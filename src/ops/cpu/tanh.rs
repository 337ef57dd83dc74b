use super::{Values, in_rows};

pub fn tanh(x: Values) -> Values {
    let mut x = in_rows(x);
    // Burn copies the values first where somebody else holds them.
    receptive_loops::tanh(x.storage_mut());
    x
}

/// The gradient of the input, from the output `y` and its gradient.
pub fn tanh_gradient(y: Values, gradient: Values) -> Values {
    let mut gradient = in_rows(gradient);
    receptive_loops::tanh_gradient(y.storage(), gradient.storage_mut());
    gradient
}
