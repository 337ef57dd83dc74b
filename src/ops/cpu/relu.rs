use super::{Values, in_rows, slice};

/// Zero in the place of every negative value.
pub fn relu(x: Values) -> Values {
    let mut x = in_rows(x);
    // Burn copies the values first where somebody else holds them.
    receptive_loops::relu(x.storage_mut());
    x
}

/// The gradient of the input, from the output and its gradient.
pub fn relu_gradient(y: Values, gradient: Values) -> Values {
    let mut gradient = in_rows(gradient);
    receptive_loops::relu_gradient(slice(&y), gradient.storage_mut());
    gradient
}
