//! Checkpoints and the weights of epochs come back, and files that are none are refused.

use crate::common::run;
use crate::made_up::{pictures, session, set, small, steps};
use burn::tensor::{Device, Tensor};
use receptive::protocol::{Fault, GooglenetSettings};
use receptive::train::googlenet::{EpochWeights, GooglenetCheckpoint, GooglenetSession, Sets, inputs};
use receptive::train::{Course, read};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// A run with batch norms after two steps.
fn begun() -> (GooglenetSession, receptive::data::Pictures) {
    let train = pictures(16, 10);
    let settings = GooglenetSettings { batch_norm: true, ..small() };
    let mut session = session(settings, set(&train, &train, 10));
    run(steps(&mut session, Sets { train: &train, validation: &train }, 2));
    (session, train)
}

#[test]
fn a_checkpoint_comes_back_as_it_was() {
    let (mut session, _) = begun();
    let mut promised = 0;
    let open = |length| {
        promised = length;
        Vec::new()
    };
    let file = run(session.save(open)).expect("CPU");
    assert_eq!(file.len(), promised);
    let checkpoint = GooglenetCheckpoint::from_bytes("saved", &file).expect("it was just written");
    let values = |tensor: Option<&Tensor<1>>| run(read(tensor.expect("it has taken a step").clone())).expect("CPU");
    let learner = &session.learner;
    let (steps, first, second) = learner.optimizer.parts();
    assert!(checkpoint.weights == values(Some(&learner.weights)), "too long to print");
    assert!(checkpoint.statistics == values(learner.statistics.as_ref()), "too long to print");
    assert!(checkpoint.first == Some(values(first)) && checkpoint.second == Some(values(second)), "too long to print");
    assert_eq!((checkpoint.meta.step, checkpoint.meta.optimizer_steps), (2, steps));
    assert_eq!(checkpoint.meta.history.points.len(), session.history.points.len());
    assert_eq!(checkpoint.settings, session.course.settings);
    assert_eq!((checkpoint.classes, checkpoint.set), (session.course.set.classes, session.course.set.name));
    let tensors = SafeTensors::deserialize(&file).expect("it is a safetensors file");
    let kernels = tensors.tensor("inception4e.branch3.1.conv.weight").expect("PyTorch's name");
    assert_eq!((kernels.shape(), kernels.dtype()), (&[32, 8, 5, 5][..], Dtype::F32));
    assert!(tensors.tensor("conv1.bn.running_var").is_ok() && tensors.tensor("fc.bias").is_ok());
}

#[test]
fn the_weights_of_an_epoch_come_back_in_half_precision() {
    let (mut session, train) = begun();
    let file = run(session.epoch_weights()).expect("it can be written");
    let tensors = SafeTensors::deserialize(&file).expect("it is a safetensors file");
    assert_eq!(tensors.len(), session.course.network.architecture.parameters().len());
    assert_eq!(tensors.tensor("conv3.conv.weight").expect("PyTorch's name").dtype(), Dtype::F16);
    assert_eq!(tensors.tensor("conv3.bn.running_mean").expect("PyTorch's name").dtype(), Dtype::F32);
    let weights = EpochWeights::from_bytes("epoch", &file).expect("it was just written");
    assert_eq!((weights.epoch, weights.classes.len()), (0, 10));
    assert_eq!(weights.settings, session.course.settings);
    let network = weights.network(&Device::flex());
    let sets = Sets { train: &train, validation: &train };
    run(async {
        let (logits, _) = session
            .course
            .logits(&session.learner, sets, receptive::protocol::Part::Validation, &[0, 3])
            .expect("they are there");
        let whole = read(logits).await.expect("CPU");
        let x = burn::tensor::TensorData::new(inputs(&train, &[0, 3]), [2, 3, 32, 32]);
        let x = burn::tensor::Tensor::<4>::from_data(x, &Device::flex());
        let half = read(network.forward(x)).await.expect("CPU");
        let largest = whole.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        for (whole, half) in whole.iter().zip(&half) {
            assert!((whole - half).abs() < 0.01 * largest, "{half} for {whole}");
        }
    });
}

#[test]
fn files_that_make_no_sense_are_refused() {
    let (mut session, _) = begun();
    let file = run(session.save(Vec::with_capacity)).expect("CPU");
    let epoch = run(session.epoch_weights()).expect("it can be written");
    let refused = |bytes: &[u8]| {
        let as_run = GooglenetCheckpoint::from_bytes("bad", bytes).expect_err("it is no run");
        let as_weights = EpochWeights::from_bytes("bad", bytes).expect_err("it is no network");
        for fault in [&as_run, &as_weights] {
            assert!(matches!(fault, Fault::BadFile { .. } | Fault::ShapeMismatch { .. }), "{fault}");
        }
        as_run.to_string()
    };
    for length in [0, 7, 8, 100, file.len() / 2, file.len() - 1] {
        refused(&file[..length]);
    }
    refused(b"<!doctype html>");
    refused(&u64::MAX.to_le_bytes().repeat(4));
    assert!(GooglenetCheckpoint::from_bytes("epoch", &epoch).is_err(), "weights alone are no run");
    assert!(EpochWeights::from_bytes("run", &file).is_err(), "and a run is no file of weights");

    // The same lengths, so that the header still fits.
    let header =
        file.windows(20).position(|part| part.starts_with(b"\\\"width\\\":0.25")).expect("the settings are there");
    let with = |at: usize, text: &[u8]| {
        let mut changed = file.clone();
        changed[at..at + text.len()].copy_from_slice(text);
        changed
    };
    let sentence = refused(&with(header, b"\\\"width\\\":9.25"));
    assert!(sentence.contains("Width cannot be"), "{sentence}");
    // A network of other sizes than the tensors.
    let sentence = refused(&with(header, b"\\\"width\\\":0.75"));
    assert!(sentence.contains("conv1.conv.weight in bad has the shape"), "{sentence}");
    let mut broken = file.clone();
    let last = broken.len() - 4;
    broken[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(GooglenetCheckpoint::from_bytes("bad", &broken).expect_err("NaN").to_string().contains("not finite"));

    let one_class = rewritten(&file, |metadata, _| metadata["classes"] = json!(["one"]));
    assert!(refused(&one_class).contains("1 classes"));
    let short = rewritten(&file, |_, tensors| {
        let memory = TensorView::new(Dtype::F32, vec![3], &[0; 12]).expect("three floats");
        tensors.insert("optimizer.first".to_owned(), memory);
    });
    let fault = GooglenetCheckpoint::from_bytes("bad", &short).expect_err("its memory is of another network");
    assert!(matches!(fault, Fault::ShapeMismatch { .. }), "{fault}");
}

/// The file as the format's own library writes it, with something changed.
fn rewritten(file: &[u8], change: impl FnOnce(&mut Value, &mut BTreeMap<String, TensorView<'_>>)) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(file).expect("it is a safetensors file");
    let entries = header.metadata().clone().expect("it has metadata");
    let mut metadata = serde_json::from_str(&entries["receptive"]).expect("it is JSON");
    let tensors = SafeTensors::deserialize(file).expect("it is a safetensors file");
    let mut tensors = tensors.tensors().into_iter().collect();
    change(&mut metadata, &mut tensors);
    let entries = HashMap::from([("receptive".to_owned(), metadata.to_string())]);
    safetensors::serialize(tensors, Some(entries)).expect("it can be written")
}
