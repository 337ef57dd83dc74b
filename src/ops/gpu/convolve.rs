//! Convolutions and pools of large networks are Burn's own: they are made for them.

use super::{OneBackend, Values};
use burn::backend::ops::{ActivationOps, ConvOptions, FloatTensorOps, ModuleOps};
use burn::tensor::{FloatDType, IntDType};
use receptive_loops::{Convolution, Pooling};

fn options(size: &Convolution) -> ConvOptions<2> {
    ConvOptions::new(size.stride, size.padding, [1, 1], 1)
}

pub fn convolve(size: &Convolution, _batch: usize, x: &Values, weight: &Values, bias: Option<&Values>) -> Values {
    OneBackend::conv2d(x.clone(), weight.clone(), bias.cloned(), options(size))
}

pub fn convolve_input_gradient(
    size: &Convolution,
    _batch: usize,
    x: &Values,
    weight: &Values,
    gradient: &Values,
) -> Values {
    OneBackend::conv2d_x_backward(x.clone(), weight.clone(), gradient.clone(), options(size))
}

pub fn convolve_weight_gradient(
    size: &Convolution,
    _batch: usize,
    x: &Values,
    weight: &Values,
    gradient: &Values,
) -> Values {
    OneBackend::conv2d_weight_backward(x.clone(), weight.clone(), gradient.clone(), options(size))
}

pub fn convolve_bias_gradient(size: &Convolution, gradient: &Values) -> Values {
    let bias = OneBackend::float_zeros([size.channels_out].into(), &gradient.device, FloatDType::F32);
    OneBackend::conv2d_bias_backward(gradient.clone(), bias, gradient.clone())
}

pub fn max_pool(size: &Pooling, _maps: [usize; 2], x: Values) -> Values {
    let Pooling { kernel, stride, padding, ceil, .. } = *size;
    OneBackend::max_pool2d(x, [kernel; 2], [stride; 2], [padding; 2], [1, 1], ceil)
}

pub fn max_pool_gradient(size: &Pooling, _maps: [usize; 2], x: &Values, gradient: Values) -> Values {
    let Pooling { kernel, stride, padding, ceil, .. } = *size;
    let [kernel, stride, padding, dilation] = [[kernel; 2], [stride; 2], [padding; 2], [1; 2]];
    let pooled = OneBackend::max_pool2d_with_indices(x.clone(), kernel, stride, padding, dilation, ceil, IntDType::I32);
    let indices = pooled.indices;
    OneBackend::max_pool2d_with_indices_backward(x.clone(), kernel, stride, padding, dilation, ceil, gradient, indices)
        .x_grad
}

pub fn relu(x: Values) -> Values {
    OneBackend::relu(x)
}

pub fn relu_gradient(y: Values, gradient: Values) -> Values {
    OneBackend::relu_backward(y, gradient)
}

pub fn scale_shift(x: Values, [_, channels, ..]: [usize; 4], scale: Values, shift: Values) -> Values {
    let [scale, shift] = [scale, shift].map(|v| OneBackend::float_reshape(v, [1, channels, 1, 1].into()));
    OneBackend::float_add(OneBackend::float_mul(x, scale), shift)
}
