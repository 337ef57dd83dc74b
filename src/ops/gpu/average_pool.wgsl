// One thread: one value of the output, the mean of 2x2.
// Constants: MAPS, IN_HEIGHT, IN_WIDTH, HEIGHT, WIDTH (of the output).

@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= MAPS * HEIGHT * WIDTH) {
        return;
    }
    let map = i / (HEIGHT * WIDTH);
    let first = (map * IN_HEIGHT + i / WIDTH % HEIGHT * 2) * IN_WIDTH + i % WIDTH * 2;
    y[i] = 0.25 * (x[first] + x[first + 1] + x[first + IN_WIDTH] + x[first + IN_WIDTH + 1]);
}
