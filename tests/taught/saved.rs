//! Saved runs: what is written can be read, and nothing else is believed.

use crate::common::run;
use crate::driving::{Few, finish, without_clock};
use receptive::protocol::{Fault, TeachSettings};
use receptive::train::taught::{Familiarity, TaughtCheckpoint, TaughtSession, from_bytes, to_bytes};
use serde_json::Value;

/// A finished run with all there may be in a file.
fn saved(few: &Few) -> TaughtCheckpoint {
    let settings = TeachSettings { blocks: 1, batch: 5, epochs: 3, patience: 2, ..TeachSettings::default() };
    run(async {
        let mut session = few.session(&settings);
        finish(&mut session, &few.pictures).await;
        let familiarity = Familiarity::new(&[1.0, 2.0, 0.5, 3.0, 1.0, 1.0], &[1.0, 1.0, 1.0], 3);
        let mut checkpoint = session.checkpoint(Some(familiarity)).await.expect("it can be saved");
        // Decimal digits need not give a number back to its last bit.
        checkpoint.meta.seconds = 0.0;
        checkpoint.meta.history = without_clock(&checkpoint.meta.history);
        checkpoint.meta.history.report.as_mut().expect("it is finished").test_loss = 0.5;
        checkpoint
    })
}

fn bytes(checkpoint: &TaughtCheckpoint) -> Vec<u8> {
    to_bytes(checkpoint).expect("it can be written")
}

/// The file with its header changed as JSON.
fn edited(file: &[u8], edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let length = u64::from_le_bytes(*file.first_chunk().expect("it has a header")) as usize;
    let mut header: Value = serde_json::from_slice(&file[8..8 + length]).expect("it is JSON");
    edit(&mut header);
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &file[8 + length..]].concat()
}

/// The file with our entry in the header changed as JSON.
fn with_entry(file: &[u8], edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    edited(file, |header| {
        let entry = &mut header["__metadata__"]["receptive"];
        let mut own: Value = serde_json::from_str(entry.as_str().expect("it is text")).expect("it is JSON");
        edit(&mut own);
        *entry = Value::String(own.to_string());
    })
}

fn refused(what: &str, file: &[u8]) -> String {
    match from_bytes("run.safetensors", file) {
        Err(fault @ (Fault::BadFile { .. } | Fault::ShapeMismatch { .. })) => {
            let sentence = fault.to_string();
            assert!(sentence.contains("run.safetensors") && sentence.ends_with('.'), "{what}: {sentence}");
            sentence
        }
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what} was accepted"),
    }
}

#[test]
fn what_was_written_can_be_read() {
    let few = Few::new(4, 0.6);
    let checkpoint = saved(&few);
    assert!(checkpoint.first.is_some() && checkpoint.second.is_some() && checkpoint.best.is_some());
    let file = bytes(&checkpoint);
    assert!(from_bytes("run", &file).expect("it can be read") == checkpoint);
    assert!(file == bytes(&checkpoint), "the same bytes every time");
    assert!(checkpoint.fits(&few.course(&checkpoint.settings)).is_ok());
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("it is a safetensors file");
    for (name, shape) in &checkpoint.parameters {
        assert_eq!(tensors.tensor(name).expect("each is there").shape(), shape, "{name}");
    }
}

#[test]
fn every_cut_is_refused() {
    let file = bytes(&saved(&Few::new(4, 0.6)));
    for length in (0..600).chain((600..file.len()).step_by(97)) {
        refused(&format!("{length} bytes"), &file[..length]);
    }
    refused("longer", &[&file[..], &[0; 4]].concat());
}

#[test]
fn every_broken_byte_of_the_header_is_refused_or_harmless() {
    let few = Few::new(4, 0.6);
    let checkpoint = saved(&few);
    let file = bytes(&checkpoint);
    let header = u64::from_le_bytes(*file.first_chunk().expect("it has a header")) as usize + 8;
    for at in 0..header {
        let mut broken = file.clone();
        broken[at] ^= 0x15;
        // It must answer; what it answers depends on whether the byte mattered.
        if let Ok(read) = from_bytes("broken", &broken) {
            drop(read.fits(&few.course(&checkpoint.settings)));
            drop(to_bytes(&read));
        }
    }
}

#[test]
fn hostile_headers_are_refused() {
    let huge = u64::MAX.to_le_bytes().to_vec();
    let long = [&(1_u64 << 40).to_le_bytes()[..], &[b' '; 1000]].concat();
    let text = b"<!doctype html><title>not a run</title>".to_vec();
    let nothing = [&2_u64.to_le_bytes()[..], b"{}"].concat();
    for (what, file) in [("huge", huge), ("long", long), ("text", text), ("nothing", nothing), ("empty", Vec::new())] {
        refused(what, &file);
    }
    let file = bytes(&saved(&Few::new(4, 0.6)));
    let sentence = refused(
        "a network without a run",
        &edited(&file, |header| {
            header.as_object_mut().expect("it is an object").remove("__metadata__");
        }),
    );
    assert!(sentence.contains("holds no run of this lab"), "{sentence}");
    refused(
        "a tensor larger than the file",
        &edited(&file, |header| {
            header["head.linear.weight"]["shape"] = serde_json::json!([4_000_000_000_u64, 4_000_000_000_u64]);
        }),
    );
}

#[test]
fn entries_that_make_no_sense_are_refused() {
    let file = bytes(&saved(&Few::new(4, 0.6)));
    let with = |edit: &dyn Fn(&mut Value)| with_entry(&file, edit);
    refused("no JSON", &edited(&file, |header| header["__metadata__"]["receptive"] = "{".into()));
    refused("a batch of a billion", &with(&|run| run["settings"]["batch"] = 1_000_000_000.into()));
    refused("a learning rate of 9", &with(&|run| run["settings"]["learning-rate"] = 9.into()));
    refused("no settings", &with(&|run| run["settings"] = Value::Null));
    refused("a parameter that is not there", &with(&|run| run["parameters"][0] = "layer9.weight".into()));
    // One tensor named a thousand times must not take a thousand times its memory.
    refused(
        "a parameter twice",
        &with(&|run| {
            let first = run["parameters"][0].clone();
            run["parameters"] = Value::Array(vec![first; 1000]);
        }),
    );
    refused("no classes", &with(&|run| run["classes"] = Value::Array(Vec::new())));
    refused("a thousand classes", &with(&|run| run["classes"] = Value::Array(vec!["one".into(); 1000])));
}

#[test]
fn values_that_are_not_numbers_are_refused() {
    let good = saved(&Few::new(4, 0.6));
    let broken: [fn(&mut TaughtCheckpoint); 5] = [
        |run| run.weights[7] = f32::NAN,
        |run| run.first.as_mut().expect("it has one")[0] = f32::INFINITY,
        |run| run.second.as_mut().expect("it has one")[0] = f32::NEG_INFINITY,
        |run| run.best.as_mut().expect("it has one").2[0] = f32::NAN,
        |run| run.familiarity.as_mut().expect("it has one").learned[0] = f32::NAN,
    ];
    for (place, make) in broken.iter().enumerate() {
        let mut run = good.clone();
        make(&mut run);
        let sentence = refused(&format!("{place}"), &bytes(&run));
        assert!(sentence.contains("not finite"), "{sentence}");
    }
}

#[test]
fn runs_of_other_networks_are_told_apart() {
    let few = Few::new(4, 0.6);
    let good = saved(&few);
    let mismatch = |what: &str, run: &TaughtCheckpoint| {
        // Through the file: what cannot be written cannot be read.
        let run = from_bytes("run", &bytes(run)).expect("it is a run");
        let course = few.course(&good.settings);
        let Err(Fault::ShapeMismatch { layer, .. }) = run.fits(&course) else { panic!("{what} fits") };
        let restored = TaughtSession::restored(course, run, receptive::protocol::Backend::Cpu);
        assert!(matches!(restored, Err(Fault::ShapeMismatch { .. })), "{what}");
        layer
    };
    let mut fewer = good.clone();
    let size: usize = fewer.parameters.pop().expect("it has some").1.iter().product();
    for values in [Some(&mut fewer.weights), fewer.first.as_mut(), fewer.second.as_mut()].into_iter().flatten() {
        values.truncate(values.len() - size);
    }
    fewer.best = None;
    assert_eq!(mismatch("one layer fewer", &fewer), "head.linear.bias");
    let mut more = good.clone();
    more.parameters.push(("another.bias".to_owned(), vec![3]));
    for values in [Some(&mut more.weights), more.first.as_mut(), more.second.as_mut()].into_iter().flatten() {
        values.extend([0.0; 3]);
    }
    more.best = None;
    assert_eq!(mismatch("one layer more", &more), "another.bias");
    let mut turned = good.clone();
    let (_, shape) = &mut turned.parameters[0];
    shape.swap(0, 1);
    assert_eq!(mismatch("another shape", &turned), good.parameters[0].0);
    let mut renamed = good.clone();
    renamed.parameters[0].0 = "layer4.1.conv1.weight".to_owned();
    assert_eq!(mismatch("another name", &renamed), good.parameters[0].0);
    let short: [fn(&mut TaughtCheckpoint); 3] = [
        |run| run.first = Some(vec![0.0; 5]),
        |run| run.second = Some(Vec::new()),
        |run| run.best = Some((1, 0.5, vec![0.0; 2])),
    ];
    for (place, make) in short.iter().enumerate() {
        let mut run = good.clone();
        make(&mut run);
        mismatch(&format!("short memory {place}"), &run);
    }
}

/// Whatever a file claims about the way so far, going on must not panic.
#[test]
fn claims_about_the_past_do_no_harm() {
    let few = Few::new(4, 0.6);
    let file = bytes(&saved(&few));
    let edits: [&dyn Fn(&mut Value); 5] = [
        &|run| run["run"]["step"] = 1_000_000.into(),
        &|run| run["best"][0] = 1_000.into(),
        &|run| run["run"]["history"]["epochs"] = Value::Array(Vec::new()),
        &|run| run["run"]["optimizer_steps"] = u32::MAX.into(),
        &|run| run["familiarity"][0] = 4.into(),
    ];
    for (place, edit) in edits.iter().enumerate() {
        let file = with_entry(&file, |run| {
            run["run"]["history"]["report"] = Value::Null;
            edit(run);
        });
        let read = from_bytes("run", &file).expect("it can be read");
        let mut session =
            TaughtSession::restored(few.course(&read.settings), read.clone(), receptive::protocol::Backend::Cpu)
                .expect("the network is the same");
        run(async {
            session.go_on();
            for _ in 0..40 {
                crate::driving::next(&mut session, &few.pictures).await;
            }
            if let Ok(again) = session.checkpoint(read.familiarity).await {
                assert!(to_bytes(&again).is_ok(), "edit {place}");
            }
        });
    }
}
