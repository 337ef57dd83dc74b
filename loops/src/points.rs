//! Winograd's convolution of a whole batch, and its gradients: at each of the points of a tile a batch is one matrix.
//!
//! [`super::winograd`] is for large pictures, one at a time; here a SIMD register holds the same place of four pictures.
//! What is called a point is one of the 6x6 at which a tile is evaluated, see [`super::transforms`]. The four parts:
//!
//! - of the input, `[points, channels_in, columns]`
//! - of the kernels, `[points, channels_out, channels_in]`
//! - of the output, which is their product at each point, `[points, channels_out, columns]`
//! - a column is a tile of a picture: `[pictures / 4, tiles, pictures % 4]`; where pictures are no multiple of four,
//!   zeros take the place of those that are missing
//!
//! The gradients are the same transforms the other way round, and two more products: of the kernels at each point the
//! output's gradient times the input, transposed. The gradient of the input is a convolution with the kernels turned.

use super::convolution::Convolution;
use super::product::{LANES, load};
use super::transforms::{self, POINTS};
use wide::f32x4;

/// Points of a tile.
pub const TILE_POINTS: usize = POINTS * POINTS;

/// Whether a convolution can be computed so: of stride 1, with square kernels that leave pictures as large as they are.
pub fn has_points(size: &Convolution) -> bool {
    let [rows, columns] = size.kernel;
    rows == columns && matches!(rows, 3 | 5) && size.stride == [1, 1] && size.padding == [rows / 2; 2]
}

/// Outputs along a side of a tile.
const fn side(kernel: usize) -> usize {
    POINTS + 1 - kernel
}

/// Tiles down and across.
fn tiles(size: &Convolution) -> [usize; 2] {
    size.input.map(|length| length.div_ceil(side(size.kernel[0])))
}

/// Columns for so many pictures.
pub fn columns(size: &Convolution, pictures: usize) -> usize {
    let [down, across] = tiles(size);
    pictures.next_multiple_of(LANES) * down * across
}

/// The points of some pictures, `[pictures, channels, height, width]`. `channels` are those of `x`: this is used for the
/// input of the convolution, and for the output's gradient on its way back to the input.
#[inline(never)]
pub fn points_of_maps(size: &Convolution, channels: usize, x: &[f32]) -> Vec<f32> {
    match size.kernel[0] {
        3 => of_maps::<3>(size, channels, x),
        _ => of_maps::<5>(size, channels, x),
    }
}

/// The points of kernels, of which each has one part of `kernel * kernel` values.
#[inline(never)]
pub fn points_of_kernels(size: &Convolution, weight: &[f32]) -> Vec<f32> {
    match size.kernel[0] {
        3 => of_kernels::<3>(weight),
        _ => of_kernels::<5>(weight),
    }
}

/// The maps `[pictures, channels, height, width]` that have these points, written to `y`; `bias` is one number for each
/// channel.
#[inline(never)]
pub fn maps_of_points(size: &Convolution, channels: usize, points: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    match size.kernel[0] {
        3 => to_maps::<3>(size, channels, points, bias, y),
        _ => to_maps::<5>(size, channels, points, bias, y),
    }
}

/// The gradient of the output's points from that of the output, `[pictures, channels_out, height, width]`.
#[inline(never)]
pub fn gradient_at_points(size: &Convolution, gradient: &[f32]) -> Vec<f32> {
    match size.kernel[0] {
        3 => at_points::<3>(size, gradient),
        _ => at_points::<5>(size, gradient),
    }
}

/// The gradient of the kernels from that of their points.
#[inline(never)]
pub fn kernel_gradient(size: &Convolution, points: &[f32]) -> Vec<f32> {
    match size.kernel[0] {
        3 => to_kernels::<3>(points),
        _ => to_kernels::<5>(points),
    }
}

fn of_maps<const R: usize>(size: &Convolution, channels: usize, x: &[f32]) -> Vec<f32> {
    let ([height, width], [down, across]) = (size.input, tiles(size));
    let pictures = x.len() / (channels * height * width);
    let columns = columns(size, pictures);
    let mut points = vec![0.0; TILE_POINTS * channels * columns];
    // Of each of four pictures one map with zeros around it.
    let stride = across * side(R) + 2 * LANES;
    let plane = (down * side(R) + R - 1) * stride;
    let mut planes = vec![0.0; LANES * plane];
    for (group, x) in x.chunks(LANES * channels * height * width).enumerate() {
        for channel in 0..channels {
            let maps = x.chunks_exact(channels * height * width).map(|picture| &picture[channel * height * width..]);
            for (place, map) in maps.enumerate() {
                for (y, row) in map.chunks_exact(width).take(height).enumerate() {
                    let start = place * plane + (y + R / 2) * stride + R / 2;
                    planes[start..start + width].copy_from_slice(row);
                }
            }
            if x.len() < LANES * channels * height * width {
                planes[x.len() / (channels * height * width) * plane..].fill(0.0);
            }
            let first = channel * columns + group * down * across * LANES;
            let to = &mut points[first..];
            for tile in 0..down * across {
                let corner = (tile / across * stride + tile % across) * side(R);
                let values = tile_points(&planes, corner, stride, plane);
                for (point, values) in values.as_flattened().iter().enumerate() {
                    let start = point * channels * columns + tile * LANES;
                    to[start..start + LANES].copy_from_slice(values.as_array());
                }
            }
        }
    }
    points
}

/// The tile with this corner, of four pictures.
#[inline(always)]
fn tile_points(planes: &[f32], corner: usize, stride: usize, plane: usize) -> [[f32x4; POINTS]; POINTS] {
    let mut rows = [[f32x4::ZERO; POINTS]; POINTS];
    for (y, row) in rows.iter_mut().enumerate() {
        let (mut left, mut right) = ([f32x4::ZERO; LANES], [f32x4::ZERO; LANES]);
        for lane in 0..LANES {
            let values = &planes[lane * plane + corner + y * stride..][..2 * LANES];
            (left[lane], right[lane]) = (load(values), load(&values[LANES..]));
        }
        let ([a, b, c, d], [e, f, ..]) = (f32x4::transpose(left), f32x4::transpose(right));
        *row = transforms::input([a, b, c, d, e, f]);
    }
    let mut points = [[f32x4::ZERO; POINTS]; POINTS];
    for j in 0..POINTS {
        let [a, b, c, d, e, f] = rows;
        let column = transforms::input([a[j], b[j], c[j], d[j], e[j], f[j]]);
        for i in 0..POINTS {
            points[i][j] = column[i];
        }
    }
    points
}

fn to_maps<const R: usize>(size: &Convolution, channels: usize, points: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let ([height, width], [down, across]) = (size.input, tiles(size));
    let picture = channels * height * width;
    let columns = columns(size, y.len() / picture);
    for (group, y) in y.chunks_mut(LANES * picture).enumerate() {
        for channel in 0..channels {
            let bias = f32x4::splat(bias.map_or(0.0, |bias| bias[channel]));
            let from = &points[channel * columns + group * down * across * LANES..];
            for tile in 0..down * across {
                let mut rows = [[f32x4::ZERO; LANES]; POINTS];
                for (i, row) in rows.iter_mut().enumerate() {
                    let mut values = [f32x4::ZERO; POINTS];
                    for (j, value) in values.iter_mut().enumerate() {
                        *value = load(&from[(i * POINTS + j) * channels * columns + tile * LANES..]);
                    }
                    *row = transforms::output::<R>(values);
                }
                let mut columns = [[f32x4::ZERO; LANES]; LANES];
                for (x, column) in columns.iter_mut().enumerate().take(side(R)) {
                    let [a, b, c, d, e, f] = rows;
                    *column = transforms::output::<R>([a[x], b[x], c[x], d[x], e[x], f[x]]);
                    column.iter_mut().for_each(|value| *value += bias);
                }
                let (top, left) = (tile / across * side(R), tile % across * side(R));
                let wide = side(R).min(width - left);
                for row in 0..side(R).min(height - top) {
                    let [a, b, c, d] = columns;
                    let values = f32x4::transpose([a[row], b[row], c[row], d[row]]);
                    let start = (channel * height + top + row) * width + left;
                    for (picture, values) in y.chunks_exact_mut(picture).zip(&values) {
                        let to = &mut picture[start..start + wide];
                        // Apart, because a copy of known length is a single instruction.
                        if wide == LANES {
                            to.copy_from_slice(values.as_array());
                        } else {
                            to.copy_from_slice(&values.as_array()[..wide]);
                        }
                    }
                }
            }
        }
    }
}

fn at_points<const R: usize>(size: &Convolution, gradient: &[f32]) -> Vec<f32> {
    let ([height, width], [down, across], channels) = (size.input, tiles(size), size.channels_out);
    let picture = channels * height * width;
    let columns = columns(size, gradient.len() / picture);
    let mut points = vec![0.0; TILE_POINTS * channels * columns];
    for (group, gradient) in gradient.chunks(LANES * picture).enumerate() {
        for channel in 0..channels {
            let to = &mut points[channel * columns + group * down * across * LANES..];
            for tile in 0..down * across {
                let (top, left) = (tile / across * side(R), tile % across * side(R));
                let wide = side(R).min(width - left);
                let mut rows = [[f32x4::ZERO; POINTS]; 4];
                for (row, values) in rows.iter_mut().enumerate().take(side(R).min(height - top)) {
                    let start = (channel * height + top + row) * width + left;
                    let mut lanes = [f32x4::ZERO; LANES];
                    for (picture, lane) in gradient.chunks_exact(picture).zip(&mut lanes) {
                        *lane = if wide == LANES {
                            load(&picture[start..])
                        } else {
                            let mut values = [0.0; LANES];
                            values[..wide].copy_from_slice(&picture[start..start + wide]);
                            f32x4::new(values)
                        };
                    }
                    *values = transforms::output_back::<R>(f32x4::transpose(lanes));
                }
                for j in 0..POINTS {
                    let [a, b, c, d] = rows;
                    let column = transforms::output_back::<R>([a[j], b[j], c[j], d[j]]);
                    for (i, values) in column.iter().enumerate() {
                        let start = (i * POINTS + j) * channels * columns + tile * LANES;
                        to[start..start + LANES].copy_from_slice(values.as_array());
                    }
                }
            }
        }
    }
    points
}

fn of_kernels<const R: usize>(weight: &[f32]) -> Vec<f32> {
    let count = weight.len() / (R * R);
    let mut points = vec![0.0; TILE_POINTS * count];
    for (first, kernels) in weight.chunks(LANES * R * R).enumerate() {
        let some = kernels.len() / (R * R);
        // Beyond the last kernel the first of the four once more, which is not stored.
        let at =
            |i: usize| f32x4::new(std::array::from_fn(|lane| kernels[if lane < some { lane } else { 0 } * R * R + i]));
        let rows: [[f32x4; POINTS]; R] =
            std::array::from_fn(|y| transforms::kernel::<R>(std::array::from_fn(|x| at(y * R + x))));
        for j in 0..POINTS {
            let column = transforms::kernel::<R>(rows.map(|row| row[j]));
            for (i, values) in column.iter().enumerate() {
                let start = (i * POINTS + j) * count + first * LANES;
                points[start..start + some].copy_from_slice(&values.as_array()[..some]);
            }
        }
    }
    points
}

fn to_kernels<const R: usize>(points: &[f32]) -> Vec<f32> {
    let count = points.len() / TILE_POINTS;
    let mut weight = vec![0.0; count * R * R];
    for (first, kernels) in weight.chunks_mut(LANES * R * R).enumerate() {
        let some = kernels.len() / (R * R);
        let at = |point: usize| {
            let mut values = [0.0; LANES];
            values[..some].copy_from_slice(&points[point * count + first * LANES..][..some]);
            f32x4::new(values)
        };
        let rows: [[f32x4; R]; POINTS] =
            std::array::from_fn(|i| transforms::kernel_back::<R>(std::array::from_fn(|j| at(i * POINTS + j))));
        for x in 0..R {
            let column = transforms::kernel_back::<R>(rows.map(|row| row[x]));
            for (y, values) in column.iter().enumerate() {
                let values = values.as_array();
                kernels.chunks_exact_mut(R * R).zip(values).for_each(|(kernel, value)| kernel[y * R + x] = *value);
            }
        }
    }
    weight
}
