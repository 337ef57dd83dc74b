//! The three transforms of Winograd's convolution, of one row of values in each SIMD lane.
//!
//! A row of six input values is seen as a polynomial, evaluated at six points: 0, ±P, ±Q and infinity. There a
//! convolution is one product per point, and the polynomial through the products has the outputs as its
//! coefficients (A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015). The points are
//! chosen for small rounding errors (B. Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd
//! Convolution for Deep Neural Networks", 2020); with P² Q² = 1 one multiplication becomes superfluous as well.

use wide::f32x4;

/// Points, and values of a row of input.
pub(super) const POINTS: usize = 6;

const P2: f32 = 0.5;
const Q2: f32 = 2.0;
const P: f32 = std::f32::consts::FRAC_1_SQRT_2;
const Q: f32 = std::f32::consts::SQRT_2;

/// Six values of the input at the six points.
#[inline(always)]
pub(super) fn input(d: [f32x4; POINTS]) -> [f32x4; POINTS] {
    let [p, q, p2, q2, sum] = [P, Q, P2, Q2, P2 + Q2].map(f32x4::splat);
    let (even_p, odd_p) = (d[4] - q2 * d[2], p * (d[3] - q2 * d[1]));
    let (even_q, odd_q) = (d[4] - p2 * d[2], q * (d[3] - p2 * d[1]));
    [d[0] - sum * d[2] + d[4], even_p + odd_p, even_p - odd_p, even_q + odd_q, even_q - odd_q, d[1] - sum * d[3] + d[5]]
}

/// A row of a kernel, `R` values (3 or 5), at the six points; the divisors of the interpolation are in it.
#[inline(always)]
pub(super) fn kernel<const R: usize>(g: [f32x4; R]) -> [f32x4; POINTS] {
    let at = |point: f32, square: f32, other: f32| {
        let scale = 1.0 / (2.0 * square * (square - other));
        let mut even = f32x4::splat(scale) * g[0] + f32x4::splat(scale * square) * g[2];
        let mut odd = f32x4::splat(scale * point) * g[1];
        if R == 5 {
            even += f32x4::splat(scale * square * square) * g[R - 1];
            odd += f32x4::splat(scale * point * square) * g[R - 2];
        }
        [even + odd, even - odd]
    };
    let ([p, minus_p], [q, minus_q]) = (at(P, P2, Q2), at(Q, Q2, P2));
    [g[0], p, minus_p, q, minus_q, g[R - 1]]
}

/// The outputs of a row from the products at the six points: four for a kernel of three, two for a kernel of five.
#[inline(always)]
pub(super) fn output<const R: usize>(m: [f32x4; POINTS]) -> [f32x4; 4] {
    let (even_p, odd_p) = (m[1] + m[2], m[1] - m[2]);
    let (even_q, odd_q) = (m[3] + m[4], m[3] - m[4]);
    let times = |a: f32, x: f32x4, b: f32, y: f32x4| f32x4::splat(a) * x + f32x4::splat(b) * y;
    let (first, second) = (m[0] + even_p + even_q, times(P, odd_p, Q, odd_q));
    if R == 5 {
        return [first, second + m[5], f32x4::ZERO, f32x4::ZERO];
    }
    [first, second, times(P2, even_p, Q2, even_q), times(P * P2, odd_p, Q * Q2, odd_q) + m[5]]
}

/// The way back of [`output`]: what each product adds to the outputs, from the outputs' gradients.
#[inline(always)]
pub(super) fn output_back<const R: usize>(o: [f32x4; 4]) -> [f32x4; POINTS] {
    if R == 5 {
        let (p, q) = (f32x4::splat(P) * o[1], f32x4::splat(Q) * o[1]);
        return [o[0], o[0] + p, o[0] - p, o[0] + q, o[0] - q, o[1]];
    }
    let at = |point: f32, square: f32| {
        let even = o[0] + f32x4::splat(square) * o[2];
        let odd = f32x4::splat(point) * (o[1] + f32x4::splat(square) * o[3]);
        [even + odd, even - odd]
    };
    let ([p, minus_p], [q, minus_q]) = (at(P, P2), at(Q, Q2));
    [o[0], p, minus_p, q, minus_q, o[3]]
}

/// The way back of [`kernel`].
#[inline(always)]
pub(super) fn kernel_back<const R: usize>(u: [f32x4; POINTS]) -> [f32x4; R] {
    let at = |plus: f32x4, minus: f32x4, square: f32, other: f32| {
        let scale = f32x4::splat(1.0 / (2.0 * square * (square - other)));
        [scale * (plus + minus), scale * (plus - minus)]
    };
    let ([even_p, odd_p], [even_q, odd_q]) = (at(u[1], u[2], P2, Q2), at(u[3], u[4], Q2, P2));
    let times = |a: f32, x: f32x4, b: f32, y: f32x4| f32x4::splat(a) * x + f32x4::splat(b) * y;
    let mut g = [f32x4::ZERO; R];
    g[0] = u[0] + even_p + even_q;
    g[1] = times(P, odd_p, Q, odd_q);
    g[2] = times(P2, even_p, Q2, even_q);
    if R == 5 {
        g[R - 2] = times(P * P2, odd_p, Q * Q2, odd_q);
        g[R - 1] = times(P2 * P2, even_p, Q2 * Q2, even_q);
    }
    g[R - 1] += u[5];
    g
}
