use super::{Values, in_rows, slice};

/// `x * scale + shift` with one factor and one summand for every channel.
pub fn scale_shift(x: Values, [_, _, height, width]: [usize; 4], scale: Values, shift: Values) -> Values {
    let mut x = in_rows(x);
    let (scale, shift) = (in_rows(scale), in_rows(shift));
    // Burn copies the values first where somebody else holds them.
    receptive_loops::scale_shift(x.storage_mut(), height * width, slice(&scale), slice(&shift));
    x
}
