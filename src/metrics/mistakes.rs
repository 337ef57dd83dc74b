use crate::protocol::Mistake;

/// Probabilities from the logits of one picture.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exp: Vec<f32> = logits.iter().map(|v| (v - largest).exp()).collect();
    let sum: f32 = exp.iter().sum();
    exp.into_iter().map(|v| v / sum).collect()
}

/// The most probable class of every picture; the first of equals.
///
/// - `probabilities`: `[n, classes]` row-major
pub fn classes(probabilities: &[f32], classes: usize) -> Vec<u8> {
    let best = |row: &[f32]| (1..classes).fold(0, |best, c| if row[c] > row[best] { c } else { best }) as u8;
    probabilities.chunks_exact(classes.max(1)).map(best).collect()
}

/// The most confident wrong answers, worst first, at most `limit`.
///
/// - `probabilities`: `[n, classes]` row-major
/// - `actual`: `n` right answers
/// - `pixels`: the picture at an index
pub fn worst_mistakes(
    probabilities: &[f32],
    actual: &[u8],
    limit: usize,
    pixels: impl Fn(usize) -> Vec<u8>,
) -> Vec<Mistake> {
    let count = probabilities.len() / actual.len().max(1);
    let mut wrong: Vec<(usize, u8)> = classes(probabilities, count)
        .into_iter()
        .enumerate()
        .filter(|(i, class)| actual.get(*i).is_some_and(|a| a != class))
        .collect();
    let probability = |i: usize, class: u8| probabilities[i * count + usize::from(class)];
    // Stable, so that equals stay in the order of the pictures.
    wrong.sort_by(|a, b| probability(b.0, b.1).total_cmp(&probability(a.0, a.1)));
    let mistake = |(index, predicted): (usize, u8)| Mistake {
        index,
        actual: actual[index],
        predicted,
        probability: probability(index, predicted),
        probability_of_actual: probability(index, actual[index]),
        pixels: pixels(index),
    };
    wrong.into_iter().take(limit).map(mistake).collect()
}
