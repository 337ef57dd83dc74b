//! A taught network as files for other programs: weights that PyTorch takes, a script that says what the page says, and
//! a model card.
//!
//! `tests/fixtures/make_taught_export.py` ran the exported script with PyTorch and wrote what it answered.

mod common;

use burn::tensor::{Device, Tensor};
use common::run;
use receptive::data::{Manifest, Rgb, read_shard, sha256};
use receptive::metrics::softmax;
use receptive::models::{Network, architecture, taught};
use receptive::protocol::{
    Augmentation, Backend, ClassWeights, Fault, Group, Head, Labelled, Optimizer, Schedule, TeachSettings,
};
use receptive::train::checkpoint::Meta;
use receptive::train::taught::{
    Facts, Familiarity, Model, Origin, Taught, TaughtSession, Tested, model_card, pooled, pytorch_script,
};
use receptive::train::{Advance, read};
use safetensors::SafeTensors;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The photos that ship with the page, and which of the two classes each is learned as.
const PHOTOS: [(&str, usize); 5] = [("astronaut", 0), ("camera", 0), ("chelsea", 0), ("coffee", 1), ("rocket", 1)];
/// One of them as nobody should call a class.
const CLASSES: [&str; 2] = ["living", "things | <b>\"quoted\""];
const HEADS: [(&str, Head); 2] = [("light", Head::Light), ("own", Head::Own)];
/// Of probabilities and distances, where both sides have the same pixels.
const TOLERANCE: f32 = 5e-4;
/// Where both decoded a JPEG file: Pillow and this test's decoder round differently.
const JPEG_TOLERANCE: f32 = 1e-2;

fn public() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("public")
}

fn photo(name: &str) -> Rgb {
    let picture =
        image::open(public().join(format!("samples/{name}.jpg"))).expect("it ships with the page").into_rgb8();
    Rgb { width: picture.width() as usize, height: picture.height() as usize, pixels: picture.into_raw() }
}

fn settings(head: Head) -> TeachSettings {
    let mask = if head == Head::Own { 0.1 } else { 0.0 };
    TeachSettings { head, mask, epochs: 6, batch: 2, seed: 3, ..TeachSettings::default() }
}

/// SqueezeNet after a few epochs with the sample photos, and what is familiar to it.
fn teach(settings: TeachSettings) -> (TaughtSession, Familiarity) {
    let manifest = Manifest::parse(&std::fs::read(public().join("manifest.json")).unwrap()).unwrap();
    let about = &manifest.networks[0];
    let mut backbone = Network::new(architecture(&about.architecture).unwrap(), &Device::flex());
    for path in Group::ALL.into_iter().flat_map(|group| about.shards(group)) {
        for piece in read_shard(path, &std::fs::read(public().join(path)).unwrap()).unwrap() {
            backbone.insert(path, piece).unwrap();
        }
    }
    let photos = PHOTOS.map(|(name, _)| photo(name));
    let labelled = PHOTOS.iter().enumerate().map(|(i, &(name, class))| Labelled {
        id: i as u32,
        class,
        sha: sha256(name.as_bytes())[..16].to_owned(),
    });
    let classes = CLASSES.map(str::to_owned).to_vec();
    let mut course = Taught::new(settings, classes, labelled.collect(), backbone, about.preprocessing);
    run(async {
        for place in course.unseen() {
            course.hand_in(place, &photos[place as usize]);
            course.see(&[place]).await.unwrap();
        }
        let learner = course.learner();
        let mut session = TaughtSession::at(course, Backend::Cpu, learner, Meta::default());
        loop {
            match session.advance((), 1).await.unwrap() {
                Advance::Finished => break,
                Advance::Starved => panic!("everything was seen before"),
                _ => {}
            }
        }
        let division = session.course.division.clone();
        let familiarity = familiar(&session, &division.train, &division.validation);
        (session, familiarity)
    })
}

fn familiar(session: &TaughtSession, learned: &[u32], validated: &[u32]) -> Familiarity {
    let features = |places: &[u32]| -> Vec<f32> {
        let of = |place: &u32| {
            let input = session.course.input(&photo(PHOTOS[*place as usize].0));
            run(read(session.course.features(&session.learner, input))).unwrap()
        };
        places.iter().flat_map(of).collect()
    };
    let all = features(learned);
    Familiarity::new(&all, &features(validated), all.len() / learned.len())
}

/// The same with weights and familiar pictures that do not depend on how it learns: what PyTorch answered stays right.
fn fixed(head: Head) -> (TaughtSession, Familiarity) {
    let (mut session, _) = teach(settings(head));
    let [count] = session.learner.weights.dims();
    let value = |i: u32| (i + 1).wrapping_mul(2_654_435_761) as f32 / u32::MAX as f32 * 0.2 - 0.1;
    let weights: Vec<f32> = (0..count as u32).map(value).collect();
    session.learner.weights = Tensor::from_floats(weights.as_slice(), &Device::flex());
    let familiarity = familiar(&session, &[0, 1], &[3]);
    (session, familiarity)
}

fn exported(session: &TaughtSession, familiarity: &Familiarity) -> (Facts, Vec<u8>) {
    run(session.model_file("My network", Some(familiarity))).expect("its weights are finite")
}

fn probabilities(network: &Network, input: Tensor<4>) -> Vec<f32> {
    softmax(&run(read(network.forward(input))).unwrap())
}

#[test]
fn the_file_has_every_weight_under_pytorchs_name() {
    for (_, head) in HEADS {
        let (session, familiarity) = teach(settings(head));
        let (facts, bytes) = exported(&session, &familiarity);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let parameters = session.course.network.architecture.parameters();
        assert_eq!(file.len(), parameters.len() + 1);
        for parameter in &parameters {
            let tensor = file.tensor(&parameter.name).unwrap();
            assert_eq!(tensor.shape(), parameter.shape, "{}", parameter.name);
            assert_eq!(tensor.dtype(), safetensors::Dtype::F32);
        }
        let last = if head == Head::Light { "head.linear.weight" } else { "classifier.1.weight" };
        assert_eq!(file.tensor(last).unwrap().shape()[..2], [2, 512]);
        assert_eq!(facts.learned, [last.to_owned(), last.replace("weight", "bias")]);
        assert_eq!(file.tensor("familiarity").unwrap().shape(), [3, 512]);
        let test = facts.results.test.as_ref().expect("the run is finished");
        assert_eq!((test.pictures, facts.results.epochs.len()), (2, 6));
    }
}

#[test]
fn a_file_is_read_back_to_the_same_answers_and_gets_its_version_from_the_weights() {
    let (mut session, familiarity) = teach(settings(Head::Own));
    let (facts, bytes) = exported(&session, &familiarity);
    let model = Model::from_bytes("it", &bytes, &Device::flex()).unwrap();
    // JSON keeps all but the last bit of a number with a fraction.
    let without_results = |facts: &Facts| Facts { results: Default::default(), ..facts.clone() };
    assert_eq!(without_results(&model.facts), without_results(&facts));
    let [read, written] = [&model.facts, &facts].map(|facts| facts.results.test.clone().expect("the run is finished"));
    assert!((read.loss - written.loss).abs() < 1e-12, "{} {}", read.loss, written.loss);
    assert_eq!(Tested { loss: written.loss, ..read }, written);
    assert_eq!(model.familiarity.as_ref(), Some(&familiarity));
    let picture = photo("rocket");
    let course = &session.course;
    let expected = probabilities(&course.network_of(&session.learner), course.input(&picture));
    assert_eq!(probabilities(&model.network, model.input(&picture)), expected);

    assert_eq!(exported(&session, &familiarity).0.version, facts.version);
    session.learner.weights = session.learner.weights.clone() * 2.0;
    assert_ne!(exported(&session, &familiarity).0.version, facts.version);
    session.break_weights();
    let broken = run(session.model_file("x", None));
    assert!(matches!(broken, Err(Fault::Diverged { .. })), "{broken:?}");
}

#[test]
fn what_is_no_exported_network_is_refused() {
    let (session, familiarity) = teach(settings(Head::Light));
    let (facts, bytes) = exported(&session, &familiarity);
    let refused =
        |bytes: &[u8]| Model::from_bytes("it", bytes, &Device::flex()).err().expect("it is refused").to_string();
    assert!(refused(&[]).contains("ends before"));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("not fully covered"));
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let with = |change: &dyn Fn(&mut Facts)| {
        let mut facts = facts.clone();
        change(&mut facts);
        let entry = ("receptive".to_owned(), serde_json::to_string(&facts).unwrap());
        safetensors::serialize(file.tensors(), Some([entry].into())).unwrap()
    };
    assert!(Model::from_bytes("it", &with(&|_| ()), &Device::flex()).is_ok());
    assert!(refused(&with(&|f| f.form = 2)).contains("of form 2"));
    assert!(refused(&with(&|f| f.architecture = "lenet5".to_owned())).contains("not known"));
    assert!(refused(&with(&|f| f.architecture = "resnet18".to_owned())).contains("no tensor called conv1.weight"));
    assert!(refused(&with(&|f| f.classes.truncate(1))).contains("1 classes"));
    assert!(refused(&with(&|f| f.classes.push("x".to_owned()))).contains("shape"));
    assert!(refused(&with(&|f| f.preprocessing.side = 1 << 30)).contains("not known"));
    assert!(refused(&with(&|f| f.preprocessing.deviation[0] = 0.0)).contains("finite"));
    assert!(refused(&with(&|f| f.preprocessing.mask = 1e9)).contains("mask"));
    let nameless = safetensors::serialize(file.tensors(), None).unwrap();
    assert!(refused(&nameless).contains("not exported by this lab"));
}

#[derive(Deserialize)]
struct Fixture {
    /// Of the photos as this test decoded them, and of the JPEG files.
    answers: BTreeMap<String, Vec<Answer>>,
    answers_of_jpeg: BTreeMap<String, Vec<Answer>>,
    names: BTreeMap<String, Names>,
}

/// What the script says of a picture.
#[derive(Deserialize)]
struct Answer {
    picture: String,
    class: String,
    probabilities: BTreeMap<String, f32>,
    distance: f32,
    familiar: bool,
}

/// Names and shapes of a network of torchvision's with a head of ours.
#[derive(Deserialize)]
struct Names {
    tensors: usize,
    sha256: String,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/taught_export.json")).expect("make_taught_export.py wrote it")
}

#[test]
fn pytorch_gives_the_same_answers_with_the_exported_script() {
    let Fixture { answers, answers_of_jpeg, .. } = fixture();
    for (name, head) in HEADS {
        let (session, familiarity) = fixed(head);
        let course = &session.course;
        let network = course.network_of(&session.learner);
        for (answers, tolerance) in [(&answers[name], TOLERANCE), (&answers_of_jpeg[name], JPEG_TOLERANCE)] {
            assert_eq!(answers.len(), PHOTOS.len());
            for answer in answers {
                let what = format!("{name}, {}", answer.picture);
                let input = course.input(&photo(answer.picture.split('.').next().unwrap()));
                let own = probabilities(&network, input.clone());
                for (class, own) in CLASSES.iter().zip(&own) {
                    let theirs = answer.probabilities[*class];
                    assert!((own - theirs).abs() < tolerance, "{what}: {own} and {theirs}");
                }
                assert_eq!(answer.class, CLASSES[usize::from(own[1] > own[0])], "{what}");
                let maps = network.features(input);
                let distance = familiarity.distance(&run(read(pooled(maps))).unwrap());
                assert!((distance - answer.distance).abs() < tolerance, "{what}: {distance} and {}", answer.distance);
                // The farthest picture of the validation part is the limit itself.
                if (distance - familiarity.within).abs() > tolerance {
                    assert_eq!(answer.familiar, distance <= familiarity.within, "{what}");
                }
            }
        }
    }
}

/// So that every network that can be taught is taken by the script.
#[test]
fn torchvision_names_all_weights_of_all_networks_as_we_do() {
    let Fixture { names, .. } = fixture();
    assert_eq!(names.len(), 22);
    for (what, theirs) in names {
        let (key, head) = what.split_once(' ').unwrap();
        let head = if head == "light" { Head::Light } else { Head::Own };
        let network = taught::with_head(&architecture(key).unwrap(), head, 3);
        let mut own: Vec<String> = network.parameters().iter().map(|p| format!("{} {:?}", p.name, p.shape)).collect();
        own.sort_unstable();
        assert_eq!((own.len(), sha256(own.join("\n").as_bytes())), (theirs.tensors, theirs.sha256), "{what}");
    }
}

fn augmented() -> TeachSettings {
    TeachSettings {
        augmentation: Augmentation {
            flip: true,
            rotation: 10.0,
            shift: 0.1,
            zoom: 0.2,
            brightness: 0.1,
            contrast: 0.3,
            noise: 0.02,
        },
        class_weights: ClassWeights::Inverse,
        schedule: Schedule::Cosine,
        optimizer: Optimizer::Sgd,
        blend: 0.25,
        label_smoothing: 0.1,
        ..settings(Head::Light)
    }
}

#[test]
fn the_script_trains_on_with_the_settings_of_the_run() {
    let script = pytorch_script(&augmented(), "a.py", "a.safetensors");
    for line in [
        "WEIGHTS = Path(__file__).with_name(\"a.safetensors\")",
        "EPOCHS = 6\nBATCH = 2\nLEARNING_RATE = 0.001\nWEIGHT_DECAY = 0.0\nBLEND = 0.25\nLABEL_SMOOTHING = 0.1\nSEED = 3\n",
        "transforms.RandomAffine(10.0, translate=(0.05, 0.05), scale=(0.8, 1.2)),",
        "    Noise(0.02),\n])\n",
        "optimizer = torch.optim.SGD(learning, lr=arguments.rate, momentum=0.9, weight_decay=WEIGHT_DECAY)",
        "lambda step: (1 + math.cos(math.pi * step / steps)) / 2)",
        "weight = counts.sum() / (len(classes) * counts)",
    ] {
        assert!(script.contains(line), "{line}");
    }
    let plain = pytorch_script(&settings(Head::Light), "a.py", "a.safetensors");
    assert!(plain.contains("\nCHANGE = None\n") && plain.contains("weight = None\n"));
    let own = TeachSettings { class_weights: ClassWeights::Own(vec![1.0, 2.5]), ..augmented() };
    assert!(pytorch_script(&own, "a.py", "a").contains("weight = torch.tensor([1.0, 2.5])\n"));
    // Nothing is left to be filled in.
    let unfilled =
        |script: &str| script.split('@').skip(1).step_by(2).any(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    assert!(!unfilled(&script) && !unfilled(&plain));
}

#[test]
fn the_model_card_says_what_was_learned_how_good_it_is_and_what_it_is_not_for() {
    let (session, familiarity) = teach(settings(Head::Light));
    let (facts, _) = exported(&session, &familiarity);
    let origin = Origin { title: "SqueezeNet 1.1".to_owned(), licence: "BSD".to_owned(), source: "x".to_owned() };
    let card = model_card(&session, &facts, &origin, Some("2024-05-06"));
    for line in [
        "# Model card: My network\n",
        "| Made on | 2024-05-06 |",
        &format!("| Version | `{}`", facts.version),
        &format!("| Data | `{}`", facts.pictures),
        "| living | 2 | 1 | – |",
        "| things \\| &lt;b>\"quoted\" | 1 | 1 | – |",
        "| **all** | 3 | 2 | – |",
        "| Learning rate | 0.001 |",
        "Measured on the 2 pictures of the validation part; none were held out.",
        "| Balanced accuracy | ",
        "| class | pictures | precision | recall | F1 |",
        "not for decisions about people",
        "not a medical device",
    ] {
        assert!(card.contains(line), "{line}\n{card}");
    }
    assert!(!model_card(&session, &facts, &origin, None).contains("Made on |"));
}

/// For make_taught_export.py: writes what is exported to the folder of this name.
#[test]
#[ignore = "writes files; tests/fixtures/make_taught_export.py calls it"]
fn write_files() {
    let folder = PathBuf::from(std::env::var_os("TAUGHT_EXPORT").expect("the script names a folder"));
    let runs = HEADS.map(|(name, head)| (name, settings(head))).into_iter().chain([("augmented", augmented())]);
    for (name, of_script) in runs {
        let (session, familiarity) = fixed(of_script.head);
        let (weights, script) = (format!("{name}.safetensors"), format!("{name}.py"));
        std::fs::write(folder.join(&script), pytorch_script(&of_script, &script, &weights)).unwrap();
        std::fs::write(folder.join(&weights), exported(&session, &familiarity).1).unwrap();
    }
    for (name, _) in PHOTOS {
        let Rgb { width, height, pixels } = photo(name);
        let picture = image::RgbImage::from_raw(width as u32, height as u32, pixels).unwrap();
        picture.save(folder.join(format!("{name}.png"))).unwrap();
    }
}
