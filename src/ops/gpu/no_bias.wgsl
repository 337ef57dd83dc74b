
fn bias_of(channel: i32) -> f32 {
    return 0.0;
}
