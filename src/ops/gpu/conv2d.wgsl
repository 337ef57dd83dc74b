// Convolution with kernels five wide, stride 1 and no padding.
//
// One thread: two channels of the output, two rows, four neighbours of each; sixteen sums for eighteen values read.
// Constants: BATCH, CHANNELS_IN, CHANNELS_OUT, IN_HEIGHT, IN_WIDTH, HEIGHT, WIDTH (of the
// output), KERNEL_HEIGHT; WEIGHT_OUT and WEIGHT_IN, from the weights of one channel
// to those of the next; TURNED, 1 where the kernels are turned by half a circle. `bias_of` is in `bias.wgsl` or `no_bias.wgsl`.

@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;

const PAIRS = (CHANNELS_OUT + 1) / 2;
const ROWS = (HEIGHT + 1) / 2;
const COLUMNS = (WIDTH + 3) / 4;
const WEIGHT_STEP = 1 - 2 * TURNED;
const WEIGHT_START = TURNED * (KERNEL_HEIGHT * 5 - 1);

// Four neighbours. What stands beyond the end of a row is used for sums only that nobody wants.
fn four(map: i32, row: i32, column: i32) -> vec4<f32> {
    let i = (map * IN_HEIGHT + row) * IN_WIDTH + column;
    return vec4<f32>(x[i], x[i + 1], x[i + 2], x[i + 3]);
}

fn store(picture: i32, channel: i32, row: i32, column: i32, sums: vec4<f32>) {
    if (channel >= CHANNELS_OUT || row >= HEIGHT) {
        return;
    }
    let i = ((picture * CHANNELS_OUT + channel) * HEIGHT + row) * WIDTH + column;
    y[i] = sums.x;
    if (column + 1 < WIDTH) {
        y[i + 1] = sums.y;
    }
    if (column + 2 < WIDTH) {
        y[i + 2] = sums.z;
    }
    if (column + 3 < WIDTH) {
        y[i + 3] = sums.w;
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let thread = i32(id.y) * ACROSS + i32(id.x);
    if (thread >= BATCH * PAIRS * ROWS * COLUMNS) {
        return;
    }
    let column = thread % COLUMNS * 4;
    let row = thread / COLUMNS % ROWS * 2;
    let channel = thread / (COLUMNS * ROWS) % PAIRS * 2;
    let picture = thread / (COLUMNS * ROWS * PAIRS);

    var a_upper = vec4<f32>(bias_of(channel));
    var b_upper = vec4<f32>(bias_of(min(channel + 1, CHANNELS_OUT - 1)));
    var a_lower = a_upper;
    var b_lower = b_upper;

    for (var c = 0; c < CHANNELS_IN; c++) {
        let map = picture * CHANNELS_IN + c;
        var upper = four(map, row, column);
        var upper_right = four(map, row, column + 4);
        for (var ky = 0; ky < KERNEL_HEIGHT; ky++) {
            let lower = four(map, row + ky + 1, column);
            let lower_right = four(map, row + ky + 1, column + 4);
            let u1 = vec4<f32>(upper.yzw, upper_right.x);
            let u2 = vec4<f32>(upper.zw, upper_right.xy);
            let u3 = vec4<f32>(upper.w, upper_right.xyz);
            let l1 = vec4<f32>(lower.yzw, lower_right.x);
            let l2 = vec4<f32>(lower.zw, lower_right.xy);
            let l3 = vec4<f32>(lower.w, lower_right.xyz);

            let a = WEIGHT_START + channel * WEIGHT_OUT + c * WEIGHT_IN + ky * 5 * WEIGHT_STEP;
            let a0 = weight[a];
            let a1 = weight[a + WEIGHT_STEP];
            let a2 = weight[a + 2 * WEIGHT_STEP];
            let a3 = weight[a + 3 * WEIGHT_STEP];
            let a4 = weight[a + 4 * WEIGHT_STEP];
            a_upper += a0 * upper + a1 * u1 + a2 * u2 + a3 * u3 + a4 * upper_right;
            a_lower += a0 * lower + a1 * l1 + a2 * l2 + a3 * l3 + a4 * lower_right;

            let b = a + WEIGHT_OUT;
            let b0 = weight[b];
            let b1 = weight[b + WEIGHT_STEP];
            let b2 = weight[b + 2 * WEIGHT_STEP];
            let b3 = weight[b + 3 * WEIGHT_STEP];
            let b4 = weight[b + 4 * WEIGHT_STEP];
            b_upper += b0 * upper + b1 * u1 + b2 * u2 + b3 * u3 + b4 * upper_right;
            b_lower += b0 * lower + b1 * l1 + b2 * l2 + b3 * l3 + b4 * lower_right;

            upper = lower;
            upper_right = lower_right;
        }
    }
    store(picture, channel, row, column, a_upper);
    store(picture, channel, row + 1, column, a_lower);
    store(picture, channel + 1, row, column, b_upper);
    store(picture, channel + 1, row + 1, column, b_lower);
}
