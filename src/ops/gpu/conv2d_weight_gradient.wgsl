// The gradient of kernels five wide, summed over a part of the batch.
//
// One thread: one row of the kernels of two output channels, over PICTURES pictures; twenty products for six values.
// Constants: BATCH, PARTS, PICTURES, CHANNELS_IN, CHANNELS_OUT, IN_HEIGHT, IN_WIDTH, HEIGHT, WIDTH (of the output),
// KERNEL_HEIGHT.
// The output holds for each part the gradients of all weights, then those of the bias.

@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;

const PAIRS = (CHANNELS_OUT + 1) / 2;
const WEIGHTS = CHANNELS_OUT * CHANNELS_IN * KERNEL_HEIGHT * 5;

fn four(i: i32) -> vec4<f32> {
    return vec4<f32>(x[i], x[i + 1], x[i + 2], x[i + 3]);
}

// Four neighbours of the output's gradient; beyond the end of the row, zeros.
fn four_of_gradient(map: i32, row: i32, column: i32) -> vec4<f32> {
    let i = (map * HEIGHT + row) * WIDTH + column;
    return vec4<f32>(
        gradient[i],
        select(0.0, gradient[i + 1], column + 1 < WIDTH),
        select(0.0, gradient[i + 2], column + 2 < WIDTH),
        select(0.0, gradient[i + 3], column + 3 < WIDTH),
    );
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let thread = i32(id.y) * ACROSS + i32(id.x);
    if (thread >= PARTS * PAIRS * CHANNELS_IN * KERNEL_HEIGHT) {
        return;
    }
    let ky = thread % KERNEL_HEIGHT;
    let c = thread / KERNEL_HEIGHT % CHANNELS_IN;
    let channel = thread / (KERNEL_HEIGHT * CHANNELS_IN) % PAIRS * 2;
    let part = thread / (KERNEL_HEIGHT * CHANNELS_IN * PAIRS);
    let second = min(channel + 1, CHANNELS_OUT - 1);

    var a = vec4<f32>();
    var a4 = 0.0;
    var a_bias = 0.0;
    var b = vec4<f32>();
    var b4 = 0.0;
    var b_bias = 0.0;
    let end = min((part + 1) * PICTURES, BATCH);
    for (var picture = part * PICTURES; picture < end; picture++) {
        for (var row = 0; row < HEIGHT; row++) {
            let first = ((picture * CHANNELS_IN + c) * IN_HEIGHT + row + ky) * IN_WIDTH;
            var left = four(first);
            for (var column = 0; column < WIDTH; column += 4) {
                let right = four(first + column + 4);
                let v1 = vec4<f32>(left.yzw, right.x);
                let v2 = vec4<f32>(left.zw, right.xy);
                let v3 = vec4<f32>(left.w, right.xyz);
                let g = four_of_gradient(picture * CHANNELS_OUT + channel, row, column);
                a += vec4<f32>(dot(g, left), dot(g, v1), dot(g, v2), dot(g, v3));
                a4 += dot(g, right);
                a_bias += g.x + g.y + g.z + g.w;
                let h = four_of_gradient(picture * CHANNELS_OUT + second, row, column);
                b += vec4<f32>(dot(h, left), dot(h, v1), dot(h, v2), dot(h, v3));
                b4 += dot(h, right);
                b_bias += h.x + h.y + h.z + h.w;
                left = right;
            }
        }
    }

    let start = part * (WEIGHTS + CHANNELS_OUT);
    let at = start + ((channel * CHANNELS_IN + c) * KERNEL_HEIGHT + ky) * 5;
    for (var kx = 0; kx < 4; kx++) {
        sums[at + kx] = a[kx];
    }
    sums[at + 4] = a4;
    let is_first = c == 0 && ky == 0;
    if (is_first) {
        sums[start + WEIGHTS + channel] = a_bias;
    }
    if (channel + 1 < CHANNELS_OUT) {
        let below = at + CHANNELS_IN * KERNEL_HEIGHT * 5;
        for (var kx = 0; kx < 4; kx++) {
            sums[below + kx] = b[kx];
        }
        sums[below + 4] = b4;
        if (is_first) {
            sums[start + WEIGHTS + channel + 1] = b_bias;
        }
    }
}
