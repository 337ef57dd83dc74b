// Constants: COUNT, values.

@group(0) @binding(0) var<storage, read_write> x_gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= COUNT) {
        return;
    }
    x_gradient[i] = gradient[i] * (1.0 - y[i] * y[i]);
}
