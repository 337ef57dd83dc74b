use super::{OneBackend, Values, in_rows, new_values, slice};
use burn::backend::ops::FloatTensorOps;
use receptive_loops::{add_to_rows, sum_of_rows};

/// `x` times the transposed weights, plus the bias; `[batch, features_out]`.
pub fn linear([batch, _, features_out]: [usize; 3], x: &Values, weight: &Values, bias: &Values) -> Values {
    let mut y = in_rows(OneBackend::float_matmul(x.clone(), weight.transpose(0, 1)));
    let bias = in_rows(bias.clone());
    debug_assert_eq!(y.storage::<f32>().len(), batch * features_out);
    add_to_rows(y.storage_mut(), slice(&bias));
    y
}

/// The gradients of the weights `[features_out, features_in]` and of the bias.
pub fn linear_weight_gradients([_, _, features_out]: [usize; 3], x: &Values, gradient: &Values) -> (Values, Values) {
    let of_weight = OneBackend::float_matmul(gradient.transpose(0, 1), x.clone());
    let mut of_bias = vec![0.0; features_out];
    sum_of_rows(slice(gradient), &mut of_bias);
    (of_weight, new_values(of_bias, [features_out]))
}

/// The gradient of the input, `[batch, features_in]`.
pub fn linear_input_gradient(_: [usize; 3], weight: &Values, gradient: &Values) -> Values {
    OneBackend::float_matmul(gradient.clone(), weight.clone())
}
