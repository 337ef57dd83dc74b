// One step of Adam, in place. One thread: one weight with its two memories.
// Constant: COUNT. `numbers` holds both decays, epsilon, the rate, and the root of the second memory's correction.

@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> first: array<f32>;
@group(0) @binding(2) var<storage, read_write> second: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> numbers: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= COUNT) {
        return;
    }
    let g = gradient[i];
    let mean = first[i] * numbers[0] + g * (1.0 - numbers[0]);
    let square = second[i] * numbers[1] + g * g * (1.0 - numbers[1]);
    first[i] = mean;
    second[i] = square;
    weights[i] -= mean / (sqrt(square) / numbers[4] + numbers[2]) * numbers[3];
}
