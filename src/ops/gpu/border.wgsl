// Every map of `x` with a border of zeros around it. One thread: one value of the output.
// Constants: MAPS, IN_HEIGHT, IN_WIDTH, BORDER_Y, BORDER_X, HEIGHT, WIDTH (of the output).

@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= MAPS * HEIGHT * WIDTH) {
        return;
    }
    let map = i / (HEIGHT * WIDTH);
    let row = i / WIDTH % HEIGHT - BORDER_Y;
    let column = i % WIDTH - BORDER_X;
    let inside = row >= 0 && row < IN_HEIGHT && column >= 0 && column < IN_WIDTH;
    let at = (map * IN_HEIGHT + row) * IN_WIDTH + column;
    y[i] = select(0.0, x[max(at, 0)], inside);
}
