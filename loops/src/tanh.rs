use wide::f32x4;

/// In place: a quotient of two polynomials, within 5e-7 of the exact value (the coefficients are those of the Eigen library).
#[inline(never)]
pub fn tanh(values: &mut [f32]) {
    /// From here on the nearest f32 to tanh is 1.
    const LIMIT: f32 = 7.905_311;
    const P: [f32; 7] =
        [-2.760_768_4e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
    const Q: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];
    let one = |x: f32x4| {
        let x = x.fast_clamp(f32x4::splat(-LIMIT), f32x4::splat(LIMIT));
        let square = x * x;
        let p = P[1..].iter().fold(f32x4::splat(P[0]), |sum, c| sum.mul_add(square, f32x4::splat(*c)));
        let q = Q[1..].iter().fold(f32x4::splat(Q[0]), |sum, c| sum.mul_add(square, f32x4::splat(*c)));
        x * p / q
    };
    let (blocks, rest) = values.as_chunks_mut::<4>();
    for block in blocks {
        *block = one(f32x4::new(*block)).to_array();
    }
    for value in rest {
        *value = one(f32x4::splat(*value)).to_array()[0];
    }
}

/// The gradient of the input in the place of that of the output `y`: `tanh' = 1 - tanh²`.
#[inline(never)]
pub fn tanh_gradient(y: &[f32], gradient: &mut [f32]) {
    for (g, y) in gradient.iter_mut().zip(y) {
        *g *= 1.0 - y * y;
    }
}
