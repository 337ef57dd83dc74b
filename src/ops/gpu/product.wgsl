// A matrix product: y[i][j] = sum over k of a[i * A_ROW + k * A_STEP] * b[j * B_ROW + k * B_STEP], plus bias[j].
//
// One thread: four rows and four columns of y; sixteen products for eight values read.
// Constants: ROWS, COLUMNS, INNER, A_ROW, A_STEP, B_ROW, B_STEP. `bias_of` is in `bias.wgsl` or `no_bias.wgsl`.

@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;

fn store(row: i32, column: i32, sums: vec4<f32>) {
    if (row >= ROWS) {
        return;
    }
    for (var i = 0; i < 4; i++) {
        if (column + i < COLUMNS) {
            y[row * COLUMNS + column + i] = sums[i];
        }
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let tiles = (COLUMNS + 3) / 4;
    let thread = i32(id.y) * ACROSS + i32(id.x);
    let row = thread / tiles * 4;
    let column = thread % tiles * 4;
    if (row >= ROWS) {
        return;
    }
    // Rows and columns beyond the end repeat the last; they are not stored.
    let rows = min(vec4<i32>(row, row + 1, row + 2, row + 3), vec4<i32>(ROWS - 1)) * A_ROW;
    let columns = min(vec4<i32>(column, column + 1, column + 2, column + 3), vec4<i32>(COLUMNS - 1));
    var y0 = vec4<f32>(bias_of(columns.x), bias_of(columns.y), bias_of(columns.z), bias_of(columns.w));
    var y1 = y0;
    var y2 = y0;
    var y3 = y0;
    let places = columns * B_ROW;
    for (var k = 0; k < INNER; k++) {
        let at = places + k * B_STEP;
        let values = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
        y0 += a[rows.x + k * A_STEP] * values;
        y1 += a[rows.y + k * A_STEP] * values;
        y2 += a[rows.z + k * A_STEP] * values;
        y3 += a[rows.w + k * A_STEP] * values;
    }
    store(row, column, y0);
    store(row + 1, column, y1);
    store(row + 2, column, y2);
    store(row + 3, column, y3);
}
