//! Native training speed of LeNet-5 on made-up pictures: `cargo run --release --example speed`.
use burn::tensor::Device;
use receptive::protocol::Settings;
use receptive::train::Learner;

fn main() {
    let device = Device::flex();
    let settings = Settings::default();
    let mut learner = Learner::new(&settings, &device);
    let pixels: Vec<f32> = (0..64 * 1024).map(|i| ((i * 7919) % 256) as f32 / 255.0).collect();
    let labels: Vec<u8> = (0..64).map(|i| (i % 10) as u8).collect();
    for _ in 0..5 {
        learner.learn(pixels.clone(), &labels, 1e-3, &device);
    }
    let start = receptive::train::clock::now();
    let steps = 150;
    for _ in 0..steps {
        let logits = learner.learn(pixels.clone(), &labels, 1e-3, &device);
        std::hint::black_box(logits.dims());
    }
    println!("{:.0} images/s", 64.0 * steps as f64 / start.elapsed().as_secs_f64());
}
