//! The hyperbolic tangent, which took a third of a training step on the CPU when it was computed one value at a time.

use burn::tensor::Tensor;

/// `tanh` of every value; its gradient is `1 - tanh²`.
#[cfg(feature = "gpu")]
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    burn::tensor::activation::tanh(x)
}

/// `tanh` of every value; its gradient is `1 - tanh²`.
///
/// The values are computed in host memory, where the CPU backend keeps them anyway, by a loop the compiler turns
/// into SIMD. To the tape this looks like `x * slope + rest` with slope and rest constant, which has that value and
/// that gradient.
#[cfg(not(feature = "gpu"))]
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let tracked = x.is_autodiff();
    let plain = if tracked { x.clone().inner() } else { x.clone() };
    let device = plain.device();
    #[expect(clippy::disallowed_methods, reason = "the CPU backend has nothing to wait for")]
    let mut data = plain.clone().into_data();
    let Ok(values) = data.as_mut_slice::<f32>() else { return burn::tensor::activation::tanh(x) };
    tanh_in_place(values);
    let y = Tensor::<D>::from_data(data, &device);
    if !tracked {
        return y;
    }
    let slope = y.clone().square().neg() + 1.0;
    let rest = y - plain * slope.clone();
    x * slope.autodiff() + rest.autodiff()
}

/// A quotient of two polynomials, within 5e-7 of the exact value (the coefficients are those of the Eigen library).
#[cfg(not(feature = "gpu"))]
fn tanh_in_place(values: &mut [f32]) {
    /// From here on the nearest f32 to tanh is 1.
    const LIMIT: f32 = 7.905_311;
    const P: [f32; 7] =
        [-2.760_768_4e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
    const Q: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];
    for value in values {
        let x = value.clamp(-LIMIT, LIMIT);
        let square = x * x;
        let p = P[1..].iter().fold(P[0], |sum, c| sum * square + c);
        let q = Q[1..].iter().fold(Q[0], |sum, c| sum * square + c);
        *value = x * p / q;
    }
}

#[cfg(all(test, not(feature = "gpu")))]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn values_are_those_of_the_standard_library() {
        let mut values: Vec<f32> = (-2000..=2000).map(|i| i as f32 / 200.0).collect();
        let exact: Vec<f64> = values.iter().map(|&v| f64::from(v).tanh()).collect();
        tanh_in_place(&mut values);
        for (fast, exact) in values.iter().zip(exact) {
            assert!((f64::from(*fast) - exact).abs() < 5e-7, "{fast} for {exact}");
        }
        let mut nan = [f32::NAN];
        tanh_in_place(&mut nan);
        assert!(nan[0].is_nan(), "a broken value must stay visible");
    }

    #[test]
    fn gradient_is_one_minus_the_square() {
        let x = Tensor::<1>::from_floats([-2.0, -0.3, 0.0, 0.7, 3.0], &Device::flex().autodiff()).require_grad();
        let gradients = tanh(x.clone()).sum().backward();
        let gradient = x.grad(&gradients).expect("x takes part");
        let gradient = futures_lite::future::block_on(crate::train::read(gradient)).expect("the CPU is never lost");
        for (g, x) in gradient.iter().zip([-2.0_f64, -0.3, 0.0, 0.7, 3.0]) {
            assert!((f64::from(*g) - (1.0 - x.tanh().powi(2))).abs() < 1e-6);
        }
    }
}
