// One thread: the sum of one value over all parts.
// Constants: PARTS, LENGTH (of a part), START and COUNT (of the values wanted in each part).

@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = i32(id.y) * ACROSS + i32(id.x);
    if (i >= COUNT) {
        return;
    }
    var sum = 0.0;
    for (var part = 0; part < PARTS; part++) {
        sum += parts[part * LENGTH + START + i];
    }
    sums[i] = sum;
}
