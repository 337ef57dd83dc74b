//! Grad-CAM: which parts of a picture speak for a class (Selvaraju and others, ICCV 2017).

use crate::models::{Network, Pass};
use crate::protocol::Fault;
use crate::train::read;

/// The heat map of one class at one layer: the layer's maps, each weighted with the mean of the class score's gradient
/// over it, summed, negative values cut off, scaled so that the largest is 1.
///
/// Returns height, width and the values, row-major.
///
/// # Errors
/// [`Fault::BadSettings`] when the layer is none of the network's maps or the network is not computed to its end;
/// when the device was lost.
pub async fn grad_cam(
    network: &Network,
    pass: &Pass,
    layer: usize,
    class: usize,
) -> Result<(usize, usize, Vec<f32>), Fault> {
    let bad = |reason: &str| Fault::BadSettings { reason: reason.to_owned() };
    let value = pass.value(layer).ok_or_else(|| bad("this layer is not computed yet"))?;
    let maps = value.clone().autodiff().require_grad();
    let [_, channels, height, width] = maps.dims();
    if height * width == 1 {
        return Err(bad("this layer has no maps"));
    }
    let scores = pass.resume(network, layer, maps.clone()).ok_or_else(|| bad("nothing comes after this layer"))?;
    let [_, classes, rest, _] = scores.dims();
    if pass.computed() < network.architecture.layers.len() || rest != 1 {
        return Err(bad("the network is not computed to its end"));
    }
    if class >= classes {
        return Err(bad(&format!("there is no class {class}")));
    }
    let gradients = scores.slice([0..1, class..class + 1]).sum().backward();
    let gradient = maps.grad(&gradients).ok_or_else(|| bad("the class does not depend on this layer"))?;
    let weights = gradient.reshape([channels, height * width]).mean_dim(1);
    let sum = (value.clone().reshape([channels, height * width]) * weights).sum_dim(0);
    let mut heat = read(sum).await?;
    let most = heat.iter().fold(0.0_f32, |m, v| m.max(*v));
    for value in &mut heat {
        *value = if most > 0.0 { (*value / most).max(0.0) } else { 0.0 };
    }
    Ok((height, width, heat))
}
