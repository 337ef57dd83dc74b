/// The places of these keys, the largest key first; equal keys stay as they are.
///
/// One way to sort, because every other one is code that a visitor waits for.
pub fn largest_first(keys: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|&a, &b| keys[b].total_cmp(&keys[a]).then(a.cmp(&b)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_comes_first_and_equals_keep_their_order() {
        assert_eq!(largest_first(&[1.0, 3.0, -2.0, 3.0]), [1, 3, 0, 2]);
    }
}
