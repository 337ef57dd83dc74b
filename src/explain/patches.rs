//! Where a feature map is strongest.

use super::trace::field;
use crate::models::architecture::Architecture;
use crate::protocol::Patch;

/// The strongest values of one map, `count` at most, strongest first. A place next to a stronger one (nearer than an
/// eighth of the map, or than two values) would show the same once more and is left out, and so are values that are
/// not above the map's mean.
pub fn strongest(architecture: &Architecture, layer: usize, map: &[f32], count: usize) -> Vec<Patch> {
    let [_, height, width] = architecture.layers[layer].shape;
    let [_, input_height, input_width] = architecture.input();
    let distance = (height.max(width) / 8).max(2);
    let mean = map.iter().sum::<f32>() / map.len().max(1) as f32;
    let mut order: Vec<usize> = (0..map.len().min(height * width)).filter(|&i| map[i] > mean).collect();
    order.sort_unstable_by(|&a, &b| map[b].total_cmp(&map[a]));
    let mut found: Vec<Patch> = Vec::new();
    for place in order {
        let (y, x) = (place / width, place % width);
        if found.iter().any(|p| p.y.abs_diff(y) < distance && p.x.abs_diff(x) < distance) {
            continue;
        }
        let region = field(architecture, layer, y, x).inside(input_height, input_width).region();
        found.push(Patch { y, x, value: map[place], region });
        if found.len() == count {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::architecture;

    #[test]
    fn the_strongest_places_apart_from_each_other() {
        let alexnet = architecture("alexnet").expect("it is in the catalogue");
        let mut map = vec![0.0; 55 * 55];
        map[10 * 55 + 10] = 3.0;
        map[10 * 55 + 11] = 2.9;
        map[40 * 55 + 5] = 1.0;
        let found = strongest(&alexnet, 1, &map, 9);
        let places: Vec<_> = found.iter().map(|p| (p.y, p.x)).collect();
        assert_eq!(places, [(10, 10), (40, 5)]);
        // 10 * 4 - 2 = 38, eleven pixels wide.
        assert_eq!((found[0].region.x, found[0].region.width), (38, 11));
    }
}
