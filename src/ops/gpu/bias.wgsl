
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;

fn bias_of(channel: i32) -> f32 {
    return bias[channel];
}
