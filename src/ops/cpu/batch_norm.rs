use super::{Values, in_rows, new_values, slice};
use receptive_loops::{moments, norm_gradient, norm_sums, normed};

/// The output, and the mean and variance of every channel.
pub fn batch_norm(x: &Values, shape: [usize; 4], weight: &Values, bias: &Values, epsilon: f64) -> [Values; 3] {
    let (x, weight, bias) = (in_rows(x.clone()), in_rows(weight.clone()), in_rows(bias.clone()));
    let [_, channels, height, width] = shape;
    let area = height * width;
    let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
    moments(slice(&x), area, &mut mean, &mut variance);
    let scale: Vec<f32> = slice(&weight).iter().zip(deviations(&variance, epsilon)).map(|(w, d)| w / d).collect();
    let mut y = vec![0.0; slice(&x).len()];
    normed(slice(&x), area, &mean, &scale, slice(&bias), &mut y);
    [new_values(y, shape), new_values(mean, [channels]), new_values(variance, [channels])]
}

/// The gradients of the input, of the weights and of the bias.
pub fn batch_norm_gradients(
    x: &Values,
    shape: [usize; 4],
    weight: &Values,
    [mean, variance]: &[Values; 2],
    epsilon: f64,
    gradient: Values,
) -> [Values; 3] {
    let (mut gradient, weight) = (in_rows(gradient), in_rows(weight.clone()));
    let [batch, channels, height, width] = shape;
    let area = height * width;
    let (mut of_bias, mut of_product) = (vec![0.0; channels], vec![0.0; channels]);
    norm_sums(slice(x), slice(&gradient), area, slice(mean), &mut of_bias, &mut of_product);
    let deviations: Vec<f32> = deviations(slice(variance), epsilon).collect();
    let of_weight: Vec<f32> = of_product.iter().zip(&deviations).map(|(sum, deviation)| sum / deviation).collect();
    let count = (batch * area) as f32;
    // Every value moves the mean and the variance, too.
    let mut numbers = [vec![0.0; channels], vec![0.0; channels], vec![0.0; channels]];
    for channel in 0..channels {
        let scale = slice(&weight)[channel] / deviations[channel];
        numbers[0][channel] = scale;
        numbers[1][channel] = -scale * of_weight[channel] / (deviations[channel] * count);
        numbers[2][channel] = -scale * of_bias[channel] / count;
    }
    let [a, b, c] = &numbers;
    // Burn copies the values first where somebody else holds them.
    norm_gradient(slice(x), area, slice(mean), [a, b, c], gradient.storage_mut());
    [gradient, new_values(of_weight, [channels]), new_values(of_bias, [channels])]
}

fn deviations(variance: &[f32], epsilon: f64) -> impl Iterator<Item = f32> {
    variance.iter().map(move |variance| (variance + epsilon as f32).sqrt())
}
