// One thread: one value of the input, which gets a quarter of the gradient of the mean it was part of.
// Constants: MAPS, IN_HEIGHT, IN_WIDTH, HEIGHT, WIDTH (of the output).

@group(0) @binding(0) var<storage, read_write> x_gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= MAPS * IN_HEIGHT * IN_WIDTH) {
        return;
    }
    let map = i / (IN_HEIGHT * IN_WIDTH);
    let row = i / IN_WIDTH % IN_HEIGHT / 2;
    let column = i % IN_WIDTH / 2;
    // The last row and column of an odd input are part of no mean.
    let part = row < HEIGHT && column < WIDTH;
    x_gradient[i] = select(0.0, 0.25 * gradient[(map * HEIGHT + row) * WIDTH + column], part);
}
