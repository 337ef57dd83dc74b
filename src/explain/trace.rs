//! From a value of a feature map back to what it was computed from, and to the pixels it can see.

use crate::models::architecture::{Architecture, Op};
use crate::protocol::Region;

/// Rows and columns from `top`, `left` up to `bottom`, `right`, without those; outside the picture where there is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub top: i32,
    pub left: i32,
    pub bottom: i32,
    pub right: i32,
}

impl Area {
    /// One value.
    pub fn at(y: usize, x: usize) -> Self {
        Self { top: y as i32, left: x as i32, bottom: y as i32 + 1, right: x as i32 + 1 }
    }

    fn whole(height: usize, width: usize) -> Self {
        Self { top: 0, left: 0, bottom: height as i32, right: width as i32 }
    }

    /// The smallest area that has both.
    fn join(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    /// The part inside a picture of this height and width.
    pub fn inside(self, height: usize, width: usize) -> Self {
        let whole = Self::whole(height, width);
        Self {
            top: self.top.clamp(0, whole.bottom),
            left: self.left.clamp(0, whole.right),
            bottom: self.bottom.clamp(0, whole.bottom),
            right: self.right.clamp(0, whole.right),
        }
    }

    pub fn region(self) -> Region {
        Region {
            x: self.left,
            y: self.top,
            width: (self.right - self.left) as u32,
            height: (self.bottom - self.top) as u32,
        }
    }
}

/// Which part of its inputs an area of a layer's output is computed from.
///
/// Through a layer of kernel `k`, stride `s` and padding `p`, a stretch that starts at `a` and is `n` long starts at
/// `a s - p` and is `(n - 1) s + k` long (Dumoulin and Visin, 2016).
pub fn source(architecture: &Architecture, layer: usize, area: Area) -> Area {
    let window = |[kernel_y, kernel_x]: [usize; 2], [stride_y, stride_x]: [usize; 2], [pad_y, pad_x]: [usize; 2]| {
        let begin = |a: i32, stride: usize, pad: usize| a * stride as i32 - pad as i32;
        let end = |b: i32, stride: usize, pad: usize, kernel: usize| begin(b - 1, stride, pad) + kernel as i32;
        Area {
            top: begin(area.top, stride_y, pad_y),
            left: begin(area.left, stride_x, pad_x),
            bottom: end(area.bottom, stride_y, pad_y, kernel_y),
            right: end(area.right, stride_x, pad_x, kernel_x),
        }
    };
    let input = |layer: usize| {
        let [_, height, width] = architecture.layers[architecture.layers[layer].inputs[0]].shape;
        [height, width]
    };
    match architecture.layers[layer].op {
        Op::Convolution { kernel, stride, padding, .. } => window(kernel, stride, padding),
        Op::MaxPool(w) => window([w.kernel; 2], [w.stride; 2], [w.padding; 2]),
        Op::AveragePool2x2 => window([2, 2], [2, 2], [0, 0]),
        Op::AdaptiveAveragePool => {
            let [height, width] = input(layer);
            let [_, rows, columns] = architecture.layers[layer].shape;
            // PyTorch's parts: from the floor of their beginning to the ceiling of their end.
            let begin = |a: i32, length: usize, parts: usize| (a as usize * length / parts) as i32;
            let end = |b: i32, length: usize, parts: usize| (b as usize * length).div_ceil(parts) as i32;
            Area {
                top: begin(area.top, height, rows),
                left: begin(area.left, width, columns),
                bottom: end(area.bottom, height, rows),
                right: end(area.right, width, columns),
            }
        }
        Op::Flatten | Op::Linear { .. } => {
            let [height, width] = input(layer);
            Area::whole(height, width)
        }
        _ => area,
    }
}

/// What one value can see of the network's input, also beyond its edges where there is padding.
pub fn field(architecture: &Architecture, layer: usize, y: usize, x: usize) -> Area {
    let mut seen: Vec<Option<Area>> = vec![None; layer + 1];
    seen[layer] = Some(Area::at(y, x));
    for current in (1..=layer).rev() {
        let Some(area) = seen[current] else { continue };
        let from = source(architecture, current, area);
        for &input in &architecture.layers[current].inputs {
            seen[input] = Some(seen[input].map_or(from, |known| known.join(from)));
        }
    }
    seen[0].unwrap_or(Area::at(y, x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::architecture;

    fn side(key: &str, layer: &str) -> i32 {
        let architecture = architecture(key).expect("it is in the catalogue");
        let layer = architecture.find(layer).expect("the layer is there");
        let area = field(&architecture, layer, 0, 0);
        area.right - area.left
    }

    /// AlexNet and VGG-16 as Araujo, Norris and Sim list them (Computing receptive fields of convolutional neural
    /// networks, Distill 2019). Their ResNets have the strides elsewhere; by hand for torchvision's ResNet-50: 7 and 11
    /// after the pool (jump 4), 3 x 8 = 35, 8 + 3 x 16 = 91, 16 + 5 x 32 = 267, 32 + 2 x 64 = 427.
    #[test]
    fn receptive_fields_are_the_published_ones() {
        assert_eq!(side("alexnet", "features.0"), 11);
        assert_eq!(side("alexnet", "features.12"), 195);
        assert_eq!(side("vgg16", "features.30"), 212);
        assert_eq!(side("resnet50", "layer4.2"), 427);
        assert_eq!(side("resnet18", "layer4.1"), 435);
    }

    #[test]
    fn padding_reaches_beyond_the_edge_and_is_cut_off() {
        let alexnet = architecture("alexnet").expect("it is in the catalogue");
        let corner = field(&alexnet, 1, 0, 0);
        assert_eq!(corner, Area { top: -2, left: -2, bottom: 9, right: 9 });
        assert_eq!(corner.inside(224, 224), Area { top: 0, left: 0, bottom: 9, right: 9 });
        // Row 54 of 55: 54 * 4 - 2 = 214, 11 long.
        assert_eq!(field(&alexnet, 1, 54, 54).bottom, 225);
    }

    #[test]
    fn a_vector_sees_the_whole_picture() {
        let alexnet = architecture("alexnet").expect("it is in the catalogue");
        let last = alexnet.layers.len() - 1;
        assert_eq!(field(&alexnet, last, 0, 0).inside(224, 224), Area { top: 0, left: 0, bottom: 224, right: 224 });
    }
}
