use super::convolution::Convolution;
use super::patches::by_patches;
use super::winograd::winograd;

/// Convolution of one picture.
///
/// # Shapes
/// - `x`: `[channels_in, height, width]`
/// - `weight`: `[channels_out, channels_in, kernel height, kernel width]`
/// - `bias`: `[channels_out]`
/// - `y`: `[channels_out, height, width]` of the output; what stands there is overwritten
#[inline(never)]
pub fn convolve(size: &Convolution, x: &[f32], weight: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let worth_transforming = size.stride == [1, 1] && size.channels_in >= 8 && size.channels_out >= 8;
    match size.kernel {
        [3, 3] if worth_transforming => winograd::<3>(size, x, weight, bias, y),
        [5, 5] if worth_transforming => winograd::<5>(size, x, weight, bias, y),
        _ => by_patches(size, x, weight, bias, y),
    }
}
