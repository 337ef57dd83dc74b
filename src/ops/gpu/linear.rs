use super::Values;
use super::launch::{Kernel, in_rows};
use super::sum_parts::sum_parts;

/// A matrix to be read by rows, or with rows and columns exchanged.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a Values,
    /// From one row to the next, and from one value in a row to the next.
    steps: [usize; 2],
}

/// `a` `[rows, inner]` times `b` `[columns, inner]`.
fn product([rows, columns, inner]: [usize; 3], a: Matrix<'_>, b: Matrix<'_>, bias: Option<&Values>) -> Values {
    let constants = [
        ("ROWS", rows),
        ("COLUMNS", columns),
        ("INNER", inner),
        ("A_ROW", a.steps[0]),
        ("A_STEP", a.steps[1]),
        ("B_ROW", b.steps[0]),
        ("B_STEP", b.steps[1]),
    ];
    let kernel = Kernel::new(include_str!("product.wgsl"), constants).with_bias(bias.is_some());
    let inputs: Vec<&Values> = [a.values, b.values].into_iter().chain(bias).collect();
    let [y] = kernel.launch(rows.div_ceil(4) * columns.div_ceil(4), &inputs, [[rows, columns].into()]);
    y
}

/// `x` times the transposed weights, plus the bias; `[batch, features_out]`.
pub fn linear([batch, features_in, features_out]: [usize; 3], x: &Values, weight: &Values, bias: &Values) -> Values {
    let [x, weight, bias] = [x, weight, bias].map(|x| in_rows(x.clone()));
    let steps = [features_in, 1];
    let (a, b) = (Matrix { values: &x, steps }, Matrix { values: &weight, steps });
    product([batch, features_out, features_in], a, b, Some(&bias))
}

/// The gradients of the weights `[features_out, features_in]` and of the bias.
pub fn linear_weight_gradients(
    [batch, features_in, features_out]: [usize; 3],
    x: &Values,
    gradient: &Values,
) -> (Values, Values) {
    let a = Matrix { values: gradient, steps: [1, features_out] };
    let b = Matrix { values: x, steps: [1, features_in] };
    let of_weight = product([features_out, features_in, batch], a, b, None);
    (of_weight, sum_parts(gradient, [batch, features_out], 0..features_out, [features_out].into()))
}

/// The gradient of the input, `[batch, features_in]`.
pub fn linear_input_gradient(
    [batch, features_in, features_out]: [usize; 3],
    weight: &Values,
    gradient: &Values,
) -> Values {
    let a = Matrix { values: gradient, steps: [features_out, 1] };
    let b = Matrix { values: weight, steps: [1, features_in] };
    product([batch, features_in, features_out], a, b, None)
}
