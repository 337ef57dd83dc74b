//! The contract of the lab that looks inside a network. A changed snapshot is a changed contract.

use receptive::protocol::*;

fn layer() -> String {
    "features.0".to_owned()
}

/// One of every command. The `match` makes a new command a compile error here until it is listed.
fn commands() -> Vec<InsideCommand> {
    let commands = vec![
        InsideCommand::List { request: 1 },
        InsideCommand::Ledger { request: 2, architecture: "vgg16".to_owned() },
        InsideCommand::Open { request: 3, network: "alexnet".to_owned(), group: Group::First },
        InsideCommand::CancelOpen,
        InsideCommand::Photo { request: 4, source: PhotoSource::File { name: "cat.jpg".to_owned() } },
        InsideCommand::Photo { request: 5, source: PhotoSource::Sample { path: "samples/cat.jpg".to_owned() } },
        InsideCommand::Look { request: 6, layer: layer() },
        InsideCommand::Kernels { request: 7, layer: layer(), channel: 3 },
        InsideCommand::Explain { request: 8, at: LayerPixel { layer: layer(), channel: 3, y: 54, x: 0 } },
        InsideCommand::Patches { request: 9, layer: layer(), channel: 3, count: 9 },
        InsideCommand::GradCam { request: 10, class: 281, layer: layer() },
        InsideCommand::Parity { request: 11, architecture: "alexnet".to_owned(), layers: vec![layer()] },
        InsideCommand::Time { request: 12, architecture: "vgg16".to_owned(), times: 10 },
    ];
    for command in &commands {
        match command {
            InsideCommand::List { .. } | InsideCommand::Ledger { .. } | InsideCommand::Open { .. } => {}
            InsideCommand::CancelOpen | InsideCommand::Photo { .. } | InsideCommand::Look { .. } => {}
            InsideCommand::Kernels { .. } | InsideCommand::Explain { .. } | InsideCommand::Patches { .. } => {}
            InsideCommand::GradCam { .. } | InsideCommand::Parity { .. } | InsideCommand::Time { .. } => {}
        }
    }
    commands
}

fn network(installed: Installed) -> NetworkInfo {
    NetworkInfo {
        name: "alexnet".to_owned(),
        architecture: "alexnet".to_owned(),
        title: "AlexNet".to_owned(),
        year: 2012,
        parameters: 61_100_840,
        multiply_accumulates: 714_188_480,
        installed,
    }
}

fn ledger() -> Ledger {
    Ledger {
        architecture: "alexnet".to_owned(),
        title: "AlexNet".to_owned(),
        paper: "a paper".to_owned(),
        year: 2012,
        deviations: "one tower".to_owned(),
        reported: "15.3 % top-5 error".to_owned(),
        rows: vec![LedgerRow {
            layer: layer(),
            kind: LayerKind::Convolution,
            shape: [64, 55, 55],
            kernel: Some([11, 11]),
            stride: Some([4, 4]),
            padding: Some([2, 2]),
            parameters: 23_296,
            spelt_out: "11 x 11 x 3 x 64 + 64 = 23,296".to_owned(),
            multiply_accumulates: 70_276_800,
            activation_bytes: 774_400,
            group: Group::First,
        }],
        totals: LedgerTotals {
            parameters: 61_100_840,
            multiply_accumulates: 714_188_480,
            weight_bytes: 244_403_360,
            activation_bytes: 1,
        },
    }
}

fn events() -> Vec<InsideEvent> {
    let (bytes, licence, source) =
        ([46_000, 4_900_000, 117_000_000], "BSD-3-Clause".to_owned(), "torchvision".to_owned());
    let region = Region { x: -2, y: 214, width: 11, height: 11 };
    let info = LayerInfo {
        name: layer(),
        kind: LayerKind::Convolution,
        shape: [64, 55, 55],
        activation: Some("features.1".to_owned()),
        ready: true,
        group: Group::First,
    };
    let sample = Sample {
        path: "samples/cat.jpg".to_owned(),
        title: "A cat".to_owned(),
        licence: "CC0".to_owned(),
        source: "scikit-image".to_owned(),
    };
    let arithmetic = Arithmetic {
        at: LayerPixel { layer: layer(), channel: 3, y: 54, x: 0 },
        receptive_field: region,
        source_layer: "input".to_owned(),
        source_region: region,
        terms: Vec::new(),
        bias: None,
        value: 0.5,
        rule: "patch x kernel".to_owned(),
        rest: None,
    };
    let events = vec![
        InsideEvent::Listed {
            request: 1,
            networks: vec![
                network(Installed::Here { bytes, licence, source }),
                network(Installed::Missing { command: Some("cargo xtask assets fetch alexnet".to_owned()) }),
            ],
            samples: vec![sample],
        },
        InsideEvent::Ledger { request: 2, ledger: ledger() },
        InsideEvent::Opening { request: 3, done: 1, total: 2 },
        InsideEvent::Opened {
            request: 3,
            network: "alexnet".to_owned(),
            group: Group::First,
            layers: vec![info],
            first: layer(),
            last: "features.11".to_owned(),
        },
        InsideEvent::PhotoTaken {
            request: 4,
            name: "cat.jpg".to_owned(),
            width: 640,
            height: 480,
            side: 448,
            crop: region,
        },
        InsideEvent::LayerSeen { request: 6, layer: layer(), shape: [64, 55, 55], milliseconds: Some(41.5) },
        InsideEvent::Predicted {
            request: 4,
            top: vec![ClassScore { class: 281, name: "tabby".to_owned(), probability: 0.5 }],
            milliseconds: 30.0,
        },
        InsideEvent::KernelsSeen { request: 7, layer: layer(), channel: 3, colour: true, shape: [64, 3, 11, 11] },
        InsideEvent::Explained { request: 8, arithmetic },
        InsideEvent::PatchesFound {
            request: 9,
            layer: layer(),
            channel: 3,
            patches: vec![Patch { y: 54, x: 0, value: 2.5, region }],
        },
        InsideEvent::GradCam { request: 10, class: 281, layer: "features.11".to_owned(), height: 13, width: 13 },
        InsideEvent::ParityRun { request: 11, shapes: vec![[64, 55, 55]] },
        InsideEvent::Timed { request: 12, milliseconds: vec![41.5, 42.0] },
    ];
    for event in &events {
        match event {
            InsideEvent::Listed { .. } | InsideEvent::Ledger { .. } | InsideEvent::Opening { .. } => {}
            InsideEvent::Opened { .. } | InsideEvent::PhotoTaken { .. } | InsideEvent::LayerSeen { .. } => {}
            InsideEvent::Predicted { .. } | InsideEvent::KernelsSeen { .. } | InsideEvent::Explained { .. } => {}
            InsideEvent::PatchesFound { .. } | InsideEvent::GradCam { .. } => {}
            InsideEvent::ParityRun { .. } | InsideEvent::Timed { .. } => {}
        }
    }
    events
}

#[test]
fn commands_are_as_agreed() {
    insta::assert_json_snapshot!("inside_commands", commands());
}

#[test]
fn events_are_as_agreed() {
    insta::assert_json_snapshot!("inside_events", events());
}

#[test]
fn every_message_survives_the_crossing() {
    for command in commands().into_iter().map(Command::Inside) {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
    for event in events().into_iter().map(Event::Inside) {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

#[test]
fn groups_come_in_the_order_in_which_they_are_needed() {
    assert!(Group::First < Group::Features && Group::Features < Group::Classifier);
}
