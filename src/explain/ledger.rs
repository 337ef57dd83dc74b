//! A network as a bill: shapes, parameters, arithmetic and memory, layer by layer. Needs no weights.

use crate::models::architecture::{Architecture, Op};
use crate::protocol::{Ledger, LedgerRow, LedgerTotals};

/// Bytes of one value.
const BYTES: usize = size_of::<f32>();

pub fn ledger(architecture: &Architecture) -> Ledger {
    let rows: Vec<LedgerRow> = (0..architecture.layers.len()).map(|layer| row(architecture, layer)).collect();
    let sum = |of: fn(&LedgerRow) -> usize| rows.iter().map(of).sum();
    let statistics: usize =
        architecture.parameters().iter().filter(|p| !p.trainable).map(|p| p.shape.iter().product::<usize>()).sum();
    let parameters: usize = sum(|r| r.parameters);
    let totals = LedgerTotals {
        parameters,
        multiply_accumulates: rows.iter().map(|r| r.multiply_accumulates).sum(),
        weight_bytes: (parameters + statistics) * BYTES,
        activation_bytes: sum(|r| r.activation_bytes),
    };
    let card = architecture.card;
    Ledger {
        architecture: card.key.to_owned(),
        title: card.title.to_owned(),
        paper: card.paper.to_owned(),
        year: card.year,
        deviations: card.deviations.to_owned(),
        reported: card.reported.to_owned(),
        rows,
        totals,
    }
}

fn row(architecture: &Architecture, layer: usize) -> LedgerRow {
    let about = &architecture.layers[layer];
    let (kernel, stride, padding) = match about.op {
        Op::Convolution { kernel, stride, padding, .. } => (Some(kernel), Some(stride), Some(padding)),
        Op::MaxPool(w) => (Some([w.kernel; 2]), Some([w.stride; 2]), Some([w.padding; 2])),
        Op::AveragePool2x2 => (Some([2, 2]), Some([2, 2]), Some([0, 0])),
        _ => (None, None, None),
    };
    let trainable = architecture.parameters_of(layer).into_iter().filter(|p| p.trainable);
    LedgerRow {
        layer: about.name.clone(),
        kind: about.op.kind(),
        shape: about.shape,
        kernel,
        stride,
        padding,
        parameters: trainable.map(|p| p.shape.iter().product::<usize>()).sum(),
        spelt_out: spelt_out(architecture, layer),
        multiply_accumulates: architecture.multiply_accumulates_of(layer),
        // These hand on what they got.
        activation_bytes: match about.op {
            Op::Dropout { .. } | Op::Flatten => 0,
            _ => about.shape.iter().product::<usize>() * BYTES,
        },
        group: architecture.group(layer),
    }
}

/// How a layer's parameters are counted: kernel height x width x channels in x channels out + biases.
fn spelt_out(architecture: &Architecture, layer: usize) -> String {
    let about = &architecture.layers[layer];
    let parameters = architecture.parameters_of(layer);
    let Some(weight) = parameters.first() else { return String::new() };
    let total: usize = parameters.iter().filter(|p| p.trainable).map(|p| p.shape.iter().product::<usize>()).sum();
    let total = with_thousands(total);
    match (about.op, weight.shape.as_slice()) {
        (Op::Convolution { bias, .. }, [out, channels, height, width]) => {
            let plus = if bias { format!(" + {out}") } else { String::new() };
            format!("{height} x {width} x {channels} x {out}{plus} = {total}")
        }
        (Op::Linear { bias }, [out, features]) => {
            let plus = if bias { format!(" + {out}") } else { String::new() };
            format!("{features} x {out}{plus} = {total}")
        }
        (_, [channels]) => format!("2 x {channels} = {total}"),
        _ => String::new(),
    }
}

fn with_thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        (0..digits.len()).rev().step_by(3).map(|end| &digits[end.saturating_sub(2)..=end]).collect();
    groups.into_iter().rev().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::architecture;

    #[test]
    fn alexnets_first_convolution_is_spelt_out() {
        let ledger = ledger(&architecture("alexnet").expect("it is in the catalogue"));
        assert_eq!(ledger.rows[1].spelt_out, "11 x 11 x 3 x 64 + 64 = 23,296");
        assert_eq!(ledger.rows[1].shape, [64, 55, 55]);
        let fc6 = ledger.rows.iter().find(|r| r.layer == "classifier.1").expect("it has one");
        assert_eq!(fc6.spelt_out, "9216 x 4096 + 4096 = 37,752,832");
        assert_eq!(ledger.totals.weight_bytes, 61_100_840 * 4);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 999, 1_000, 61_100_840].map(with_thousands), ["7", "999", "1,000", "61,100,840"]);
    }
}
