//! Where the time of a training step goes, natively: its parts, and every convolution and pooling by itself.
//!
//! ```sh
//! cargo run --release --example googlenet_speed -- [key=value ...]
//! ```
//!
//! Keys and values are those of the settings of the lab `/googlenet`.

use burn::tensor::{Device, Distribution, Tensor};
use receptive::models::architecture::{Op, Window};
use receptive::models::googlenet_cifar::googlenet_with;
use receptive::ops::{Pooling, convolve, max_pool};
use receptive::protocol::GooglenetSettings;
use receptive::train::googlenet::SpeedTest;
use std::error::Error;
use std::time::Instant;

/// Steps before those that count, and those that do.
const WARM: usize = 2;
const STEPS: usize = 6;

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = GooglenetSettings::default();
    for pair in std::env::args().skip(1) {
        let (key, value) = pair.split_once('=').ok_or("settings are given as key=value")?;
        settings.set(key, value)?;
    }
    let device = Device::flex();
    let mut test = SpeedTest::new(&settings, &device);
    futures_lite::future::block_on(async {
        for step in 0..WARM + STEPS {
            if step == WARM {
                test.warm();
            }
            test.step().await?;
        }
        Ok::<(), receptive::protocol::Fault>(())
    })?;
    let speed = test.speed();
    let of_step = |seconds: f64| seconds * settings.batch as f64 * 1e3;
    println!(
        "{:.0} images/s; of a step, in ms: data {:.1}, forward {:.1}, backward {:.1}, optimizer {:.1}",
        speed.images_per_second,
        of_step(speed.data),
        of_step(speed.forward),
        of_step(speed.backward),
        of_step(speed.optimizer),
    );
    layers(&settings, &device);
    Ok(())
}

/// Forward and backward pass of every layer by itself, in ms, and billions of multiply-accumulates per second.
fn layers(settings: &GooglenetSettings, device: &Device) {
    let architecture = googlenet_with(settings, 10);
    let random = |shape: [usize; 4]| {
        Tensor::<4>::random(shape, Distribution::Uniform(-1.0, 1.0), device).autodiff().require_grad()
    };
    for (place, layer) in architecture.layers.iter().enumerate() {
        let Some(&input) = layer.inputs.first() else { continue };
        let [channels, height, width] = architecture.layers[input].shape;
        let x = random([settings.batch, channels, height, width]);
        // No step needs the gradient of the pictures.
        let x = if input == 0 { x.inner().autodiff() } else { x };
        let weight = match layer.op {
            Op::Convolution { kernel: [rows, columns], .. } => random([layer.shape[0], channels, rows, columns]),
            _ => x.clone(),
        };
        let mut seconds = [f64::INFINITY; 2];
        for _ in 0..3 {
            let start = Instant::now();
            let y = match layer.op {
                Op::Convolution { stride, padding, .. } => convolve(x.clone(), weight.clone(), None, stride, padding),
                Op::MaxPool(Window { kernel, stride, padding, ceil }) => {
                    let (input, output) = ([height, width], [layer.shape[1], layer.shape[2]]);
                    max_pool(x.clone(), Pooling { input, output, kernel, stride, padding, ceil })
                }
                _ => break,
            };
            let forward = start.elapsed().as_secs_f64();
            let sum = y.sum();
            let start = Instant::now();
            drop(sum.backward());
            seconds = [seconds[0].min(forward), seconds[1].min(start.elapsed().as_secs_f64())];
        }
        let [forward, backward] = seconds;
        if forward.is_finite() {
            let products = (architecture.multiply_accumulates_of(place) as usize * settings.batch) as f64 / 1e9;
            println!(
                "{:28} {:3} x {:2} x {:2}: forward {:6.2} ({:5.1}/s), backward {:6.2} ({:5.1}/s)",
                layer.name,
                layer.shape[0],
                layer.shape[1],
                layer.shape[2],
                forward * 1e3,
                products / forward,
                backward * 1e3,
                2.0 * products / backward,
            );
        }
    }
}
