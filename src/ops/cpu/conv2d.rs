use super::{Values, in_rows, new_values, slice};
use receptive_loops::{Correlation, KernelGradient, Size, sums_of_maps, turned};

pub fn conv2d(size: Size, batch: usize, x: &Values, weight: &Values, bias: &Values) -> Values {
    let (x, weight, bias) = (in_rows(x.clone()), in_rows(weight.clone()), in_rows(bias.clone()));
    let mut correlation = Correlation::new(size, slice(&weight));
    let mut y = vec![0.0; batch * size.output_len()];
    for (x, y) in slice(&x).chunks_exact(size.input_len()).zip(y.chunks_exact_mut(size.output_len())) {
        correlation.run(x, Some(slice(&bias)), y);
    }
    let [height, width] = size.output();
    new_values(y, [batch, size.channels_out, height, width])
}

/// The gradients of the weights and of the bias.
pub fn conv2d_weight_gradients(size: Size, _batch: usize, x: &Values, gradient: &Values) -> (Values, Values) {
    let mut sums = KernelGradient::new(size);
    let pictures = slice(x).chunks_exact(size.input_len());
    for (x, gradient) in pictures.zip(slice(gradient).chunks_exact(size.output_len())) {
        sums.add(x, gradient);
    }
    let of_weight = new_values(sums.finish(), [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]]);
    (of_weight, bias_gradient(size, slice(gradient)))
}

fn bias_gradient(size: Size, gradient: &[f32]) -> Values {
    let mut sums = vec![0.0; size.channels_out];
    sums_of_maps(gradient, size.output()[0] * size.output()[1], &mut sums);
    new_values(sums, [size.channels_out])
}

/// The gradient of the input.
pub fn conv2d_input_gradient(size: Size, batch: usize, weight: &Values, gradient: &Values) -> Values {
    let mut correlation =
        Correlation::new(size.back(), &turned(size.channels_out, size.channels_in, size.kernel, slice(weight)));
    let mut x = vec![0.0; batch * size.input_len()];
    let pictures = slice(gradient).chunks_exact(size.output_len());
    for (gradient, x) in pictures.zip(x.chunks_exact_mut(size.input_len())) {
        correlation.run_with_border(gradient, size.border(), x);
    }
    new_values(x, [batch, size.channels_in, size.input[0], size.input[1]])
}
