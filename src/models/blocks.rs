//! Pieces that networks are made of, written once.

use super::architecture::{Builder, Conv, Window};

/// Convolution without bias, batch norm, ReLU. `names` are those of the three layers.
pub fn conv_norm_relu(net: &mut Builder, names: [&str; 3], x: usize, conv: Conv, epsilon: f64) -> usize {
    let x = net.conv(names[0], x, conv.without_bias());
    let x = net.batch_norm(names[1], x, epsilon);
    net.relu(names[2], x)
}

/// Channels of an inception block's four branches: 1x1; 1x1 then 3x3; 1x1 then 5x5; pool then 1x1.
#[derive(Clone, Copy, Debug)]
pub struct Inception {
    pub one: usize,
    pub three: [usize; 2],
    pub five: [usize; 2],
    pub pool: usize,
}

impl Inception {
    pub const fn new(one: usize, three: [usize; 2], five: [usize; 2], pool: usize) -> Self {
        Self { one, three, five, pool }
    }

    /// Adds the block under `name`. `conv` adds one convolution with what belongs to it: it is given the branch's
    /// name, such as `inception3a.branch2.0`, and returns its output.
    pub fn add(
        self,
        net: &mut Builder,
        name: &str,
        x: usize,
        large_kernel: usize,
        ceil: bool,
        conv: impl Fn(&mut Builder, &str, usize, Conv) -> usize,
    ) -> usize {
        let branch = |rest: &str| format!("{name}.branch{rest}");
        let one = conv(net, &branch("1"), x, Conv::new(self.one, 1));
        let three = conv(net, &branch("2.0"), x, Conv::new(self.three[0], 1));
        let three = conv(net, &branch("2.1"), three, Conv::new(self.three[1], 3).padding(1));
        let five = conv(net, &branch("3.0"), x, Conv::new(self.five[0], 1));
        let large = Conv::new(self.five[1], large_kernel).padding(large_kernel / 2);
        let five = conv(net, &branch("3.1"), five, large);
        let pool = net.max_pool(&branch("4.0"), x, Window { kernel: 3, stride: 1, padding: 1, ceil });
        let pool = conv(net, &branch("4.1"), pool, Conv::new(self.pool, 1));
        net.concatenate(name, &[one, three, five, pool])
    }
}

/// SqueezeNet's fire module: a few 1x1 kernels squeeze, then 1x1 and 3x3 kernels expand, side by side.
pub fn fire(net: &mut Builder, name: &str, x: usize, squeeze: usize, expand: usize) -> usize {
    let part = |rest: &str| format!("{name}.{rest}");
    let x = net.conv(&part("squeeze"), x, Conv::new(squeeze, 1));
    let x = net.relu(&part("squeeze_activation"), x);
    let one = net.conv(&part("expand1x1"), x, Conv::new(expand, 1));
    let one = net.relu(&part("expand1x1_activation"), one);
    let three = net.conv(&part("expand3x3"), x, Conv::new(expand, 3).padding(1));
    let three = net.relu(&part("expand3x3_activation"), three);
    net.concatenate(name, &[one, three])
}

/// The share of values that most papers drop.
pub const HALF: f64 = 0.5;

/// torchvision's default for batch norms.
pub const EPSILON: f64 = 1e-5;

/// ResNet's block of two 3x3 convolutions, around which the input goes unchanged or through a 1x1 convolution.
pub fn basic_block(net: &mut Builder, name: &str, x: usize, channels: usize, stride: usize) -> usize {
    let part = |rest: &str| format!("{name}.{rest}");
    let short = shortcut(net, name, x, channels, stride);
    let conv = Conv::new(channels, 3).padding(1);
    let names = [part("conv1"), part("bn1"), part("relu1")];
    let y = conv_norm_relu(net, [&names[0], &names[1], &names[2]], x, conv.stride(stride), EPSILON);
    let y = net.conv(&part("conv2"), y, conv.without_bias());
    let y = net.batch_norm(&part("bn2"), y, EPSILON);
    let y = net.sum(&part("sum"), y, short);
    net.relu(name, y)
}

/// ResNet's block of 1x1, 3x3 and 1x1 convolutions; the last gives four times the channels.
pub fn bottleneck(net: &mut Builder, name: &str, x: usize, channels: usize, stride: usize) -> usize {
    let part = |rest: &str| format!("{name}.{rest}");
    let short = shortcut(net, name, x, channels * 4, stride);
    let names = [part("conv1"), part("bn1"), part("relu1")];
    let y = conv_norm_relu(net, [&names[0], &names[1], &names[2]], x, Conv::new(channels, 1), EPSILON);
    let names = [part("conv2"), part("bn2"), part("relu2")];
    // In the paper the first convolution has the stride; torchvision gives it to the second.
    let middle = Conv::new(channels, 3).padding(1).stride(stride);
    let y = conv_norm_relu(net, [&names[0], &names[1], &names[2]], y, middle, EPSILON);
    let y = net.conv(&part("conv3"), y, Conv::new(channels * 4, 1).without_bias());
    let y = net.batch_norm(&part("bn3"), y, EPSILON);
    let y = net.sum(&part("sum"), y, short);
    net.relu(name, y)
}

/// The input itself, or where its shape must change, a 1x1 convolution of it.
fn shortcut(net: &mut Builder, name: &str, x: usize, channels: usize, stride: usize) -> usize {
    if stride == 1 && net.shape(x)[0] == channels {
        return x;
    }
    let conv = Conv::new(channels, 1).stride(stride).without_bias();
    let short = net.conv(&format!("{name}.downsample.0"), x, conv);
    net.batch_norm(&format!("{name}.downsample.1"), short, EPSILON)
}
