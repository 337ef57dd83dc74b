//! What the product wants to reach, and whether a report reaches it.

use super::googlenet::{MEMORY, MOST_MEMORY, TRAIN};
use super::report::Report;

/// One wanted figure.
pub struct Target {
    pub what: &'static str,
    measure: fn(&Report) -> Option<f64>,
    wanted: Wanted,
    show: fn(f64) -> String,
}

enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

/// Those of LeNet-5, in the order of the table.
pub const LENET: &[Target] = &[
    Target {
        what: "CPU training against TensorFlow.js `cpu`",
        measure: |r| r.ratio("lenet-train", "receptive-cpu", "tfjs-cpu"),
        wanted: Wanted::AtLeast(30.0),
        show: times,
    },
    Target {
        what: "CPU training, share of native PyTorch on one thread",
        measure: |r| Some(100.0 * r.ratio("lenet-train", "receptive-cpu", "pytorch-native-1")?),
        wanted: Wanted::AtLeast(30.0),
        show: percent,
    },
    Target {
        what: "CPU training against jax-js `wasm` (SGD)",
        measure: |r| r.ratio("lenet-train-sgd", "receptive-cpu", "jaxjs-wasm"),
        wanted: Wanted::AtLeast(20.0),
        show: times,
    },
    Target {
        what: "WebGPU training against TensorFlow.js `webgpu`, same adapter",
        measure: |r| r.ratio("lenet-train", "receptive-webgpu", "tfjs-webgpu"),
        wanted: Wanted::AtLeast(4.0),
        show: times,
    },
    Target {
        what: "WebGPU training against jax-js `webgpu` (SGD), same adapter",
        measure: |r| r.ratio("lenet-train-sgd", "receptive-webgpu", "jaxjs-webgpu"),
        wanted: Wanted::AtLeast(1.2),
        show: times,
    },
    Target {
        what: "Click on Train to first loss point, data cached, CPU",
        measure: |r| r.value("first-loss", "receptive-cpu"),
        wanted: Wanted::Below(1000.0),
        show: milliseconds,
    },
    Target {
        what: "Longest task on the page's own thread while training, CPU",
        measure: |r| r.value("longest-task", "receptive-cpu"),
        wanted: Wanted::Below(50.0),
        show: milliseconds,
    },
    Target {
        what: "Test accuracy after the reference ten epochs, in the browser",
        measure: |r| r.value("lenet-accuracy", "receptive-cpu"),
        wanted: Wanted::AtLeast(98.4),
        show: |v| format!("{v:.2} %"),
    },
];

/// Those of the GoogLeNet variant, in the order of the table.
pub const GOOGLENET: &[Target] = &[
    Target {
        what: "CPU training against TensorFlow.js `cpu`",
        measure: |r| r.ratio(TRAIN, "receptive-cpu", "tfjs-cpu"),
        wanted: Wanted::AtLeast(20.0),
        show: times,
    },
    Target {
        what: "CPU training, share of native PyTorch on one thread",
        measure: |r| Some(100.0 * r.ratio(TRAIN, "receptive-cpu", "pytorch-native-1")?),
        wanted: Wanted::AtLeast(20.0),
        show: percent,
    },
    Target {
        what: "WebGPU training against TensorFlow.js `webgpu`, same adapter",
        measure: |r| r.ratio(TRAIN, "receptive-webgpu", "tfjs-webgpu"),
        wanted: Wanted::AtLeast(1.0),
        show: times,
    },
    Target {
        what: "Memory while training, CPU",
        measure: |r| r.value(MEMORY, "receptive-cpu"),
        wanted: Wanted::AtMost(MOST_MEMORY),
        show: megabytes,
    },
    Target {
        what: "Memory while training, WebGPU, with the browser’s GPU process",
        measure: |r| r.value(MEMORY, "receptive-webgpu"),
        wanted: Wanted::AtMost(MOST_MEMORY),
        show: megabytes,
    },
];

impl Target {
    /// What is wanted, in words.
    pub fn wanted(&self) -> String {
        match self.wanted {
            Wanted::AtLeast(limit) => format!("at least {}", (self.show)(limit)),
            Wanted::AtMost(limit) => format!("at most {}", (self.show)(limit)),
            Wanted::Below(limit) => format!("under {}", (self.show)(limit)),
        }
    }

    /// What the report has, in words, and whether that is enough; `None` where it was not measured.
    pub fn judge(&self, report: &Report) -> Option<(String, bool)> {
        let value = (self.measure)(report)?;
        let met = match self.wanted {
            Wanted::AtLeast(limit) => value >= limit,
            Wanted::AtMost(limit) => value <= limit,
            Wanted::Below(limit) => value < limit,
        };
        Some(((self.show)(value), met))
    }
}

/// Rounded down to the shown digits: a missed target must not look met.
pub fn times(ratio: f64) -> String {
    match ratio {
        r if r < 1.0 => format!("{:.2}×", (r * 100.0).floor() / 100.0),
        r if r < 10.0 => format!("{:.1}×", (r * 10.0).floor() / 10.0),
        r => format!("{:.0}×", r.floor()),
    }
}

fn percent(value: f64) -> String {
    format!("{:.0} %", value.floor())
}

fn milliseconds(value: f64) -> String {
    format!("{:.0} ms", value.ceil())
}

fn megabytes(value: f64) -> String {
    format!("{:.0} MB", value.ceil())
}
