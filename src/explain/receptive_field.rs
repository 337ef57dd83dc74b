use crate::models::lenet5::SIDE;
use crate::protocol::Region;

/// Kernel size and stride of the layers between a feature map and the input, in the order of the forward pass.
const SPATIAL: [(&str, i32, i32); 6] =
    [("conv1", 5, 1), ("act1", 1, 1), ("pool1", 2, 2), ("conv2", 5, 1), ("act2", 1, 1), ("pool2", 2, 2)];

/// What the value at `(y, x)` of `layer` can see of the 32x32 input; all of it for fully connected layers.
///
/// Going back through a layer of kernel `k` and stride `s`, a stretch that starts at `a` and is `n` long
/// starts at `a * s` and is `(n - 1) * s + k` long (Dumoulin and Visin, 2016; no layer here has padding).
pub fn receptive_field(layer: &str, y: usize, x: usize) -> Region {
    let whole = Region { x: 0, y: 0, width: SIDE as u32, height: SIDE as u32 };
    if layer == "input" {
        return Region { x: x as i32, y: y as i32, width: 1, height: 1 };
    }
    let Some(last) = SPATIAL.iter().position(|(name, ..)| *name == layer) else { return whole };
    let (mut top, mut left, mut size) = (y as i32, x as i32, 1);
    for (_, kernel, stride) in SPATIAL[..=last].iter().rev() {
        (top, left, size) = (top * stride, left * stride, (size - 1) * stride + kernel);
    }
    Region { x: left, y: top, width: size as u32, height: size as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_paper() {
        // By hand: 5; 5+1=6; 6+4*2=14; 14+1*2=16.
        for (layer, size) in [("conv1", 5), ("act1", 5), ("pool1", 6), ("conv2", 14), ("act2", 14), ("pool2", 16)] {
            assert_eq!(receptive_field(layer, 0, 0).width, size, "{layer}");
        }
        assert_eq!(receptive_field("pool2", 4, 4), Region { x: 16, y: 16, width: 16, height: 16 });
        assert_eq!(receptive_field("fc1", 0, 0).width, 32);
    }
}
