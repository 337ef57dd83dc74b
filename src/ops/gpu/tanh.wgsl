// Constants: COUNT, values.

@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= COUNT) {
        return;
    }
    // Beyond 10 the nearest f32 is 1, and where tanh is made of exponentials these must not overflow.
    // A value that is no number must stay one.
    let value = x[i];
    let limited = tanh(clamp(value, -10.0, 10.0));
    y[i] = select(value, limited, abs(value) >= 0.0);
}
