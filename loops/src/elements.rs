/// Zero in the place of every negative value.
#[inline(never)]
pub fn relu(values: &mut [f32]) {
    for value in values {
        *value = if *value < 0.0 { 0.0 } else { *value };
    }
}

/// The gradient of the input of a ReLU in the place of the output's: zero where the output `y` is.
#[inline(never)]
pub fn relu_gradient(y: &[f32], gradient: &mut [f32]) {
    for (gradient, y) in gradient.iter_mut().zip(y) {
        *gradient = if *y > 0.0 { *gradient } else { 0.0 };
    }
}

/// `x * scale + shift` with one factor and one summand for every channel; `area` is the length of a map.
#[inline(never)]
pub fn scale_shift(x: &mut [f32], area: usize, scale: &[f32], shift: &[f32]) {
    for picture in x.chunks_exact_mut(scale.len() * area) {
        for ((map, scale), shift) in picture.chunks_exact_mut(area).zip(scale).zip(shift) {
            map.iter_mut().for_each(|value| *value = *value * scale + shift);
        }
    }
}

/// Adds the bias of its channel to every map, which is `area` long.
#[inline(never)]
pub fn add_to_maps(y: &mut [f32], area: usize, bias: &[f32]) {
    for picture in y.chunks_exact_mut(bias.len() * area) {
        for (map, bias) in picture.chunks_exact_mut(area).zip(bias) {
            map.iter_mut().for_each(|value| *value += bias);
        }
    }
}

/// Adds the bias to every row.
#[inline(never)]
pub fn add_to_rows(y: &mut [f32], bias: &[f32]) {
    for row in y.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(y, bias)| *y += bias);
    }
}
