use super::launch::{Kernel, in_rows};
use super::sum_parts::sum_parts;
use super::{OneBackend, Values};
use burn::backend::ops::{ConvOptions, FloatTensorOps, ModuleOps};
use receptive_loops::Size;

/// The width of kernels the WGSL is written for; others are left to Burn.
const WIDE: usize = 5;
/// Pictures whose gradients one thread sums.
const PICTURES: usize = 4;

fn options() -> ConvOptions<2> {
    ConvOptions::new([1, 1], [0, 0], [1, 1], 1)
}

pub fn conv2d(size: Size, batch: usize, x: &Values, weight: &Values, bias: &Values) -> Values {
    if size.kernel[1] != WIDE {
        return OneBackend::conv2d(x.clone(), weight.clone(), Some(bias.clone()), options());
    }
    let taps = size.kernel[0] * WIDE;
    let places = [("TURNED", 0), ("WEIGHT_OUT", size.channels_in * taps), ("WEIGHT_IN", taps)];
    let [x, weight, bias] = [x, weight, bias].map(|x| in_rows(x.clone()));
    correlate(size, batch, [&x, &weight], Some(&bias), places)
}

/// The gradient of the input.
pub fn conv2d_input_gradient(size: Size, batch: usize, weight: &Values, gradient: &Values) -> Values {
    if size.kernel[1] != WIDE {
        let shape = [batch, size.channels_in, size.input[0], size.input[1]];
        let x = OneBackend::float_zeros(shape.into(), &weight.device, burn::tensor::FloatDType::F32);
        return OneBackend::conv2d_x_backward(x, weight.clone(), gradient.clone(), options());
    }
    let taps = size.kernel[0] * WIDE;
    // Turned by half a circle, with the channels' parts exchanged.
    let places = [("TURNED", 1), ("WEIGHT_OUT", taps), ("WEIGHT_IN", size.channels_in * taps)];
    let back = size.back();
    let wide = with_border(gradient, batch * back.channels_in, size.output(), size.border(), back.input);
    correlate(back, batch, [&wide, weight], None, places)
}

/// `maps` maps of height and width `from`, with a border of zeros to height and width `to`.
fn with_border(x: &Values, maps: usize, from: [usize; 2], border: [usize; 2], to: [usize; 2]) -> Values {
    let constants = [
        ("MAPS", maps),
        ("IN_HEIGHT", from[0]),
        ("IN_WIDTH", from[1]),
        ("BORDER_Y", border[0]),
        ("BORDER_X", border[1]),
        ("HEIGHT", to[0]),
        ("WIDTH", to[1]),
    ];
    let count = maps * to[0] * to[1];
    let [y] = Kernel::new(include_str!("border.wgsl"), constants).launch(count, &[x], [[maps, to[0], to[1]].into()]);
    y
}

fn correlate(
    size: Size,
    batch: usize,
    [x, weight]: [&Values; 2],
    bias: Option<&Values>,
    places: [(&'static str, usize); 3],
) -> Values {
    let [height, width] = size.output();
    let sizes = [
        ("BATCH", batch),
        ("CHANNELS_IN", size.channels_in),
        ("CHANNELS_OUT", size.channels_out),
        ("IN_HEIGHT", size.input[0]),
        ("IN_WIDTH", size.input[1]),
        ("HEIGHT", height),
        ("WIDTH", width),
        ("KERNEL_HEIGHT", size.kernel[0]),
    ];
    let constants = sizes.into_iter().chain(places);
    let kernel = Kernel::new(include_str!("conv2d.wgsl"), constants).with_bias(bias.is_some());
    let threads = batch * size.channels_out.div_ceil(2) * height.div_ceil(2) * width.div_ceil(4);
    let inputs: Vec<&Values> = [x, weight].into_iter().chain(bias).collect();
    let [y] = kernel.launch(threads, &inputs, [[batch, size.channels_out, height, width].into()]);
    y
}

/// The gradients of the weights and of the bias.
pub fn conv2d_weight_gradients(size: Size, batch: usize, x: &Values, gradient: &Values) -> (Values, Values) {
    let shape = [size.channels_out, size.channels_in, size.kernel[0], size.kernel[1]];
    if size.kernel[1] != WIDE {
        let weight = OneBackend::float_zeros(shape.into(), &x.device, burn::tensor::FloatDType::F32);
        let bias = OneBackend::float_zeros([size.channels_out].into(), &x.device, burn::tensor::FloatDType::F32);
        let of_weight = OneBackend::conv2d_weight_backward(x.clone(), weight, gradient.clone(), options());
        return (of_weight, OneBackend::conv2d_bias_backward(x.clone(), bias, gradient.clone()));
    }
    let [height, width] = size.output();
    let parts = batch.div_ceil(PICTURES);
    let sizes = [
        ("BATCH", batch),
        ("PARTS", parts),
        ("PICTURES", PICTURES),
        ("CHANNELS_IN", size.channels_in),
        ("CHANNELS_OUT", size.channels_out),
        ("IN_HEIGHT", size.input[0]),
        ("IN_WIDTH", size.input[1]),
        ("HEIGHT", height),
        ("WIDTH", width),
        ("KERNEL_HEIGHT", size.kernel[0]),
    ];
    let kernel = Kernel::new(include_str!("conv2d_weight_gradient.wgsl"), sizes);
    let weights: usize = shape.iter().product();
    let threads = parts * size.channels_out.div_ceil(2) * size.channels_in * size.kernel[0];
    let length = weights + size.channels_out;
    let [sums] = kernel.launch(threads, &[x, gradient], [[parts, length].into()]);
    let of_weight = sum_parts(&sums, [parts, length], 0..weights, shape.into());
    (of_weight, sum_parts(&sums, [parts, length], weights..length, [size.channels_out].into()))
}
