use super::{Values, in_rows, slice};

/// `x * scale + shift` with one factor and one summand for every channel.
pub fn scale_shift(x: Values, [_, channels, height, width]: [usize; 4], scale: Values, shift: Values) -> Values {
    let mut x = in_rows(x);
    let (scale, shift) = (in_rows(scale), in_rows(shift));
    // Burn copies the values first where somebody else holds them.
    for picture in x.storage_mut::<f32>().chunks_exact_mut(channels * height * width) {
        let maps = picture.chunks_exact_mut(height * width);
        for ((map, scale), shift) in maps.zip(slice(&scale)).zip(slice(&shift)) {
            map.iter_mut().for_each(|value| *value = *value * scale + shift);
        }
    }
    x
}
