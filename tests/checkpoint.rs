//! Saved runs and exported weights: what is written can be read, and nothing else is believed.

use receptive::models::lenet5::{PARAMETERS, architecture, parameter_count};
use receptive::protocol::{Fault, Settings, catalog};
use receptive::train::{Checkpoint, checkpoint::Meta, initial_weights};

fn checkpoint() -> Checkpoint {
    let weights = initial_weights(3);
    Checkpoint {
        settings: Settings { seed: 3, ..Settings::default() },
        first: Some(vec![0.5; weights.len()]),
        second: None,
        weights,
        meta: Meta { step: 12, ..Meta::default() },
    }
}

#[test]
fn parameters_are_those_of_the_paper_as_the_notebook_has_it() {
    assert_eq!(parameter_count(), 61_706);
    assert_eq!(parameter_count(), catalog::LENET5_PARAMETERS);
    assert_eq!(architecture().multiply_accumulates(), 416_520);
    assert_eq!(initial_weights(0).len(), parameter_count());
    // PyTorch's bound for 5x5 kernels over one channel is 1/5.
    let kernels = &initial_weights(1)[..150];
    assert!(kernels.iter().all(|w| w.abs() <= 0.2) && kernels.iter().any(|w| w.abs() > 0.15));
}

#[test]
fn what_was_written_can_be_read() {
    let saved = checkpoint();
    let file = saved.to_bytes().expect("it can be written");
    assert_eq!(Checkpoint::from_bytes("run", &file).expect("it can be read"), saved);
    let weights = saved.to_weights_file().expect("it can be written");
    assert_eq!(weights, saved.clone().to_weights_file().expect("it can be written"), "the same bytes every time");
    let read = Checkpoint::from_bytes("weights", &weights).expect("it can be read");
    assert_eq!((read.weights, read.settings, read.first), (saved.weights, saved.settings, None));
}

#[test]
fn exported_tensors_have_pytorchs_names_and_shapes() {
    let file = checkpoint().to_weights_file().expect("it can be written");
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("it is a safetensors file");
    for (name, shape) in PARAMETERS {
        assert_eq!(tensors.tensor(name).expect("each is there").shape(), shape, "{name}");
    }
    assert_eq!(tensors.len(), PARAMETERS.len());
}

#[test]
fn every_cut_is_refused() {
    let file = checkpoint().to_bytes().expect("it can be written");
    for length in (0..600).chain((600..file.len()).step_by(9_973)) {
        let refused = Checkpoint::from_bytes("cut.safetensors", &file[..length]);
        let Err(Fault::BadFile { name, at_byte, .. }) = refused else { panic!("{length} bytes: {refused:?}") };
        assert_eq!(name, "cut.safetensors");
        assert!(at_byte <= length.max(8) as u64);
    }
}

#[test]
fn every_broken_byte_of_the_header_is_refused_or_harmless() {
    let file = checkpoint().to_bytes().expect("it can be written");
    for at in 0..1_500 {
        let mut broken = file.clone();
        broken[at] ^= 0x55;
        // It must answer; what it answers depends on whether the byte mattered.
        drop(Checkpoint::from_bytes("broken", &broken));
    }
}

#[test]
fn hostile_headers_are_refused() {
    let huge = u64::MAX.to_le_bytes().to_vec();
    let long = [&2_u64.to_le_bytes()[..], b"{}", &vec![0; 40 << 20]].concat();
    let text = b"<!doctype html><title>not a network</title>".to_vec();
    let nothing = [&2_u64.to_le_bytes()[..], b"{}"].concat();
    for file in [huge, long, text, nothing] {
        assert!(matches!(Checkpoint::from_bytes("hostile", &file), Err(Fault::BadFile { .. })));
    }
}

#[test]
fn another_networks_weights_are_named() {
    let values = [0_u8; 4 * 9];
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1, 1, 3, 3], &values).expect("fits");
    let file = safetensors::serialize([("conv1.weight", view)], None).expect("it can be written");
    let Err(Fault::ShapeMismatch { layer, expected, got, .. }) = Checkpoint::from_bytes("other", &file) else {
        panic!("it was accepted")
    };
    assert_eq!((layer.as_str(), expected, got), ("conv1.weight", vec![6, 1, 5, 5], vec![1, 1, 3, 3]));
}

#[test]
fn weights_that_are_not_numbers_and_settings_out_of_range_are_refused() {
    let mut broken = checkpoint();
    broken.weights[7] = f32::NAN;
    let file = broken.to_weights_file().expect("it can be written");
    assert!(matches!(Checkpoint::from_bytes("nan", &file), Err(Fault::BadFile { .. })));
    let mut greedy = checkpoint();
    greedy.settings.batch = 1_000_000_000;
    let file = greedy.to_bytes().expect("it can be written");
    assert!(matches!(Checkpoint::from_bytes("greedy", &file), Err(Fault::BadFile { .. })));
}
