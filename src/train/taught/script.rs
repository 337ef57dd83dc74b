//! A taught network as a PyTorch script.

use crate::protocol::{Augmentation, ClassWeights, Optimizer, Schedule, TeachSettings};
use std::fmt::Write;

/// A script that loads `weights` (the exported file beside it), says what the page says, and trains on with these settings.
///
/// - `script`, `weights`: names of files; letters, digits, dots, hyphens
pub fn pytorch_script(settings: &TeachSettings, script: &str, weights: &str) -> String {
    let optimizer = match settings.optimizer {
        Optimizer::Adam => "torch.optim.Adam(learning, lr=arguments.rate, weight_decay=WEIGHT_DECAY)",
        Optimizer::Sgd => "torch.optim.SGD(learning, lr=arguments.rate, momentum=0.9, weight_decay=WEIGHT_DECAY)",
        Optimizer::PlainSgd => "torch.optim.SGD(learning, lr=arguments.rate, weight_decay=WEIGHT_DECAY)",
        Optimizer::RmsProp => "torch.optim.RMSprop(learning, lr=arguments.rate, weight_decay=WEIGHT_DECAY)",
    };
    let schedule = match settings.schedule {
        Schedule::Constant => "1.0",
        Schedule::Step => "0.1 ** int(3 * step / steps)",
        Schedule::Cosine => "(1 + math.cos(math.pi * step / steps)) / 2",
        Schedule::OneCycle => "one_cycle(step, steps)",
    };
    let class_weights = match &settings.class_weights {
        ClassWeights::Equal => "None".to_owned(),
        ClassWeights::Inverse => "counts.sum() / (len(classes) * counts)".to_owned(),
        ClassWeights::Own(weights) => format!("torch.tensor({weights:?})"),
    };
    include_str!("taught.py.txt")
        .replace("@SCRIPT@", script)
        .replace("@WEIGHTS@", weights)
        .replace("@EPOCHS@", &settings.epochs.to_string())
        .replace("@BATCH@", &settings.batch.to_string())
        .replace("@RATE@", &format!("{:?}", settings.learning_rate))
        .replace("@DECAY@", &format!("{:?}", settings.weight_decay))
        .replace("@SMOOTHING@", &format!("{:?}", settings.label_smoothing))
        .replace("@BLEND@", &format!("{:?}", settings.blend))
        .replace("@SEED@", &settings.seed.to_string())
        .replace("@CHANGE@", &change(&settings.augmentation))
        .replace("@OPTIMIZER@", optimizer)
        .replace("@SCHEDULE@", schedule)
        .replace("@CLASS_WEIGHTS@", &class_weights)
}

/// How pictures are changed at random while it trains.
fn change(a: &Augmentation) -> String {
    if a.is_none() {
        return "# Pictures were learned from as they are. A torchvision transform here would change them at random.\nCHANGE = None".to_owned();
    }
    let mut code = String::new();
    // Writing to a String cannot fail.
    if a.noise > 0.0 {
        code.push_str(include_str!("noise.py.txt"));
        code.push_str("\n\n");
    }
    code.push_str(
        "# Every picture is changed at random each time it is learned from.\nCHANGE = transforms.Compose([\n",
    );
    if a.flip {
        code.push_str("    transforms.RandomHorizontalFlip(),\n");
    }
    if a.rotation > 0.0 || a.shift > 0.0 || a.zoom > 0.0 {
        // With a margin of half a side all around, a share of the side is half as much of the whole.
        let _ = write!(
            code,
            "    # Beyond its edges a picture goes on as in a mirror.\n    \
             transforms.Pad(112, padding_mode=\"reflect\"),\n    \
             transforms.RandomAffine({:?}, translate=({shift:?}, {shift:?}), scale=({:?}, {:?})),\n    \
             transforms.CenterCrop(224),\n",
            a.rotation,
            1.0 - a.zoom,
            1.0 + a.zoom,
            shift = a.shift / 2.0,
        );
    }
    if a.brightness > 0.0 || a.contrast > 0.0 {
        let _ = writeln!(code, "    transforms.ColorJitter(brightness={:?}, contrast={:?}),", a.brightness, a.contrast);
    }
    if a.noise > 0.0 {
        let _ = writeln!(code, "    Noise({:?}),", a.noise);
    }
    code.push_str("])");
    code
}
