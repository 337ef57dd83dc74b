//! The part of a network that learns: its parameters as one flat vector, and their gradients.

use super::architecture::Parameter;
use super::network::{Network, Weight};
use burn::tensor::{Gradients, Tensor};

impl Network {
    /// Makes every trainable parameter ask for its gradient.
    pub fn learn(&mut self) {
        let trainable = self.architecture.parameters().into_iter().filter(|p| p.trainable);
        for name in trainable.map(|p| p.name).collect::<Vec<_>>() {
            let Some(weight) = self.weights.remove(&name) else { continue };
            let weight = match weight {
                Weight::Kernels(kernels) => Weight::Kernels(kernels.autodiff().require_grad()),
                Weight::Rows(rows) => {
                    Weight::Rows(rows.into_iter().map(|rows| rows.autodiff().require_grad()).collect())
                }
                Weight::Vector(vector) => Weight::Vector(vector.autodiff().require_grad()),
            };
            self.weights.insert(name, weight);
        }
    }

    /// The gradient of a parameter, flat, after [`Network::learn`] and a backward pass.
    pub fn gradient(&self, parameter: &str, gradients: &Gradients) -> Option<Tensor<1>> {
        match self.weights.get(parameter)? {
            Weight::Kernels(kernels) => kernels.grad(gradients).map(flat),
            Weight::Rows(rows) => {
                let parts: Option<Vec<_>> = rows.iter().map(|r| r.grad(gradients).map(flat)).collect();
                parts.map(|parts| Tensor::cat(parts, 0))
            }
            Weight::Vector(vector) => vector.grad(gradients),
        }
    }

    /// The trainable parameters of the layers after a cut, in the order of the layers.
    pub fn parameters_after(&self, cut: usize) -> Vec<Parameter> {
        self.architecture.parameters().into_iter().filter(|p| p.trainable && p.layer > cut).collect()
    }

    /// These parameters as one vector.
    ///
    /// # Panics
    /// When one of them is missing.
    pub fn flat(&self, parameters: &[Parameter]) -> Tensor<1> {
        let parts = parameters.iter().map(|parameter| {
            match self.weights.get(&parameter.name).expect("the caller has all parameters") {
                Weight::Kernels(kernels) => flat(kernels.clone()),
                Weight::Rows(rows) => Tensor::cat(rows.iter().map(|rows| flat(rows.clone())).collect(), 0),
                Weight::Vector(vector) => vector.clone(),
            }
        });
        Tensor::cat(parts.collect(), 0)
    }

    /// Replaces these parameters by those in the vector; where `tracked`, each asks for its gradient.
    pub fn set_flat(&mut self, parameters: &[Parameter], values: &Tensor<1>, tracked: bool) {
        let mut from = 0;
        for Parameter { name, shape, .. } in parameters {
            let size = shape.iter().product();
            let own = values.clone().narrow(0, from, size);
            from += size;
            let weight = match shape[..] {
                [out, channels, height, width] => {
                    Weight::Kernels(leaf(own.reshape([out, channels, height, width]), tracked))
                }
                [rows, columns] => Weight::Rows(vec![leaf(own.reshape([rows, columns]), tracked)]),
                _ => Weight::Vector(leaf(own, tracked)),
            };
            self.weights.insert(name.clone(), weight);
        }
    }

    /// The gradients of these parameters as one vector, after [`Network::set_flat`] and a backward pass; zero for a
    /// parameter the loss does not depend on.
    pub fn flat_gradient(&self, parameters: &[Parameter], gradients: &Gradients) -> Tensor<1> {
        let parts = parameters.iter().map(|parameter| {
            let gradient = self.gradient(&parameter.name, gradients);
            let gradient =
                gradient.unwrap_or_else(|| Tensor::zeros([parameter.shape.iter().product::<usize>()], self.device()));
            if gradient.is_autodiff() { gradient.inner() } else { gradient }
        });
        Tensor::cat(parts.collect(), 0)
    }
}

fn leaf<const D: usize>(tensor: Tensor<D>, tracked: bool) -> Tensor<D> {
    if tracked { tensor.autodiff().require_grad() } else { tensor }
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let size = tensor.shape().num_elements();
    tensor.reshape([size])
}
