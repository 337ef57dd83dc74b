//! What a visitor takes home besides the weights: the history as CSV, and the network as a PyTorch script.

use crate::protocol::{ActivationKind, History, Optimizer, Padding, Pooling, Settings};
use std::fmt::Write;

/// One line per measured point: `kind,step,epoch,loss,accuracy`; kinds are `train`, `train-epoch`, `validation`, `test`.
pub fn history_csv(history: &History) -> String {
    let mut csv = String::from("kind,step,epoch,loss,accuracy\n");
    let mut line = |kind: &str, step: usize, epoch: Option<usize>, loss: f64, accuracy: f64| {
        let epoch = epoch.map(|e| e.to_string()).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(csv, "{kind},{step},{epoch},{loss},{accuracy}");
    };
    for p in &history.points {
        line("train", p.step, None, p.loss.into(), p.accuracy.into());
    }
    for p in &history.epochs {
        line("train-epoch", p.step, Some(p.epoch), p.train_loss.into(), p.train_accuracy.into());
        if let (Some(loss), Some(accuracy)) = (p.validation_loss, p.validation_accuracy) {
            line("validation", p.step, Some(p.epoch), loss.into(), accuracy.into());
        }
    }
    if let Some(report) = &history.report {
        let step = history.points.last().map_or(0, |p| p.step);
        line("test", step, None, report.test_loss, report.test_accuracy);
    }
    csv
}

/// A script that loads `weights` (a safetensors file beside it), measures it on MNIST's test images read
/// from the original IDX files, and can train on from there.
pub fn pytorch_script(settings: &Settings, weights: &str) -> String {
    let activation = match settings.activation {
        ActivationKind::Tanh => "torch.tanh",
        ActivationKind::Relu => "torch.relu",
    };
    let pool = match settings.pooling {
        Pooling::Average => "nn.functional.avg_pool2d",
        Pooling::Max => "nn.functional.max_pool2d",
    };
    let input = match settings.padding {
        Padding::Resize => "Image.fromarray(digit).resize((32, 32), Image.BILINEAR)",
        Padding::Paper => "np.pad(digit, 2)",
    };
    let rate = settings.learning_rate;
    let optimizer = match settings.optimizer {
        Optimizer::Adam => format!("torch.optim.Adam(net.parameters(), lr={rate})"),
        Optimizer::Sgd => format!("torch.optim.SGD(net.parameters(), lr={rate}, momentum=0.9)"),
        Optimizer::PlainSgd => format!("torch.optim.SGD(net.parameters(), lr={rate})"),
        Optimizer::RmsProp => format!("torch.optim.RMSprop(net.parameters(), lr={rate})"),
    };
    include_str!("lenet5.py.txt")
        .replace("@WEIGHTS@", weights)
        .replace("@ACTIVATION@", activation)
        .replace("@POOL@", pool)
        .replace("@INPUT@", input)
        .replace("@BATCH@", &settings.batch.to_string())
        .replace("@OPTIMIZER@", &optimizer)
}
