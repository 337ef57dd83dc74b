//! A PyTorch checkpoint, compared with the network it is meant for.

use super::container::Container;
use super::error::AssetError;
use super::objects::{Element, View};
use super::pickle::Refusal;
use half::{bf16, f16};
use receptive::models::architecture::{Architecture, Parameter};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The tensors of a checkpoint. Their numbers are read when they are asked for.
pub struct Checkpoint {
    file: String,
    container: Container,
    /// By name; `None` for what is no tensor.
    entries: BTreeMap<Rc<str>, Option<View>>,
}

impl Checkpoint {
    /// Opens a file that `torch.save(network.state_dict(), …)` wrote, zip or legacy.
    ///
    /// # Errors
    /// When it is broken, or asks for anything but tensors.
    pub fn open(path: &Path) -> Result<Self, AssetError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let mut container = Container::open(path).map_err(|refusal| refused(&file, refusal))?;
        let entries = std::mem::take(&mut container.entries).into_iter().collect();
        Ok(Self { file, container, entries })
    }

    /// The values of one parameter, as floats.
    ///
    /// # Errors
    /// When the file is truncated or the parameter is of another type or size.
    pub fn values(&self, parameter: &Parameter) -> Result<Vec<f32>, AssetError> {
        let bad = |reason| AssetError::NotACheckpoint { file: self.file.clone(), reason };
        let Some(Some(view)) = self.entries.get(parameter.name.as_str()) else {
            return Err(bad(format!("{} is missing", parameter.name)));
        };
        if view.shape != parameter.shape {
            return Err(bad(format!("{} has the shape {:?}", parameter.name, view.shape)));
        }
        let element = view.storage.element;
        if matches!(element, Element::I64 | Element::I32) {
            return Err(bad(format!("{} holds whole numbers", parameter.name)));
        }
        let bytes = self.container.read(view).map_err(|refusal| refused(&self.file, refusal))?;
        Ok(match element {
            Element::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
            Element::F16 => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Element::Bf16 => bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            _ => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        })
    }

    /// Compares names and shapes with those of an architecture.
    ///
    /// # Errors
    /// Names the first tensor that is missing, of another shape, or unknown.
    pub fn fits(&self, architecture: &Architecture) -> Result<(), AssetError> {
        let key = architecture.card.key;
        let misfit = |reason| AssetError::DoesNotFit { file: self.file.clone(), architecture: key.to_owned(), reason };
        let parameters = architecture.parameters();
        for parameter in &parameters {
            match self.entries.get(parameter.name.as_str()) {
                Some(Some(view)) if view.shape == parameter.shape => {}
                Some(Some(view)) => {
                    let (got, expected) = (&view.shape, &parameter.shape);
                    return Err(misfit(format!("{} has the shape {got:?} instead of {expected:?}", parameter.name)));
                }
                Some(None) => return Err(misfit(format!("{} is no tensor", parameter.name))),
                None => {
                    let other = self.entries.keys().find(|name| !is_left_out(key, name));
                    let there = other.map_or_else(String::new, |name| format!(" (but {name} is there)"));
                    return Err(misfit(format!("{} is missing{there}", parameter.name)));
                }
            }
        }
        let known = |name: &str| parameters.iter().any(|p| p.name == name) || is_left_out(key, name);
        match self.entries.keys().find(|name| !known(name)) {
            Some(name) => Err(misfit(format!("it has no place for {name}"))),
            None => Ok(()),
        }
    }
}

fn refused(file: &str, refusal: Refusal) -> AssetError {
    let file = file.to_owned();
    match refusal {
        Refusal::Class(name) => AssetError::ForbiddenClass { file, name },
        Refusal::Broken(reason) => AssetError::NotACheckpoint { file, reason },
    }
}

/// Tensors that torchvision's checkpoints hold and that take no part in telling what is in a picture: how many batches
/// a norm has seen, and GoogLeNet's two auxiliary classifiers, which only help in training.
fn is_left_out(key: &str, name: &str) -> bool {
    let auxiliary = name.starts_with("aux1.") || name.starts_with("aux2.");
    name.ends_with(".num_batches_tracked") || (auxiliary && key == "googlenet")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use serde_json::Value;
    use std::fs;
    use std::path::PathBuf;

    /// Files that PyTorch wrote; `make.py` beside them says how.
    fn fixture(name: &str) -> PathBuf {
        paths::root().join("tests/fixtures/checkpoints").join(name)
    }

    fn parameter(name: &str, shape: &Value) -> Parameter {
        let shape = shape.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        Parameter { name: name.to_owned(), shape, trainable: true, layer: 0 }
    }

    /// Compares every tensor with the sums and samples that PyTorch found in double precision.
    fn agrees(file: &str, key: &str) {
        let expected: Value = serde_json::from_slice(&fs::read(fixture("expected.json")).unwrap()).unwrap();
        let expected = expected[key].as_object().unwrap();
        let checkpoint = Checkpoint::open(&fixture(file)).unwrap();
        assert_eq!(checkpoint.entries.len(), expected.len());
        for (name, expected) in expected {
            let got = checkpoint.values(&parameter(name, &expected["shape"]));
            if expected["dtype"] == "int64" {
                assert!(got.unwrap_err().to_string().contains("whole numbers"), "{name}");
                continue;
            }
            let got: Vec<f64> = got.unwrap().into_iter().map(f64::from).collect();
            let near = |a: f64, b: &Value| (a - b.as_f64().unwrap()).abs() < 1e-5;
            assert!(near(got.iter().sum(), &expected["sum"]), "{name}");
            assert!(near(got.iter().map(|v| v.abs()).sum(), &expected["abs_sum"]), "{name}");
            let samples = expected["samples"].as_array().unwrap();
            let stride = expected["stride"].as_u64().unwrap() as usize;
            assert_eq!(samples.len(), got.len().div_ceil(stride), "{name}");
            assert!(
                got.iter().step_by(stride).zip(samples).all(|(a, b)| (a - b.as_f64().unwrap()).abs() < 1e-7),
                "{name}"
            );
        }
    }

    #[test]
    fn reads_what_pytorch_writes_now() {
        agrees("small.pth", "small");
    }

    #[test]
    fn reads_what_pytorch_wrote_before_1_6() {
        agrees("legacy.pth", "small");
    }

    #[test]
    fn reads_what_pytorch_wrote_in_2017() {
        agrees("parameters.pth", "parameters");
    }

    /// The form of early 2017: a tensor is made empty, and its state follows. The bytes are what Python's pickle writes
    /// for it, and PyTorch 2 reads the same six values from them.
    #[test]
    fn reads_tensors_that_are_given_their_state() {
        let text = |text: &str| [b"X", (text.len() as u32).to_le_bytes().as_slice(), text.as_bytes()].concat();
        let legacy = fs::read(fixture("legacy.pth")).unwrap();
        // Up to its third pickle: magic number, version and machine.
        let header = legacy.windows(2).enumerate().filter(|(_, two)| two == b"\x80\x02").nth(3).unwrap().0;
        for (class, made) in [("torch", b")\x81".as_slice()), ("torch.cuda", b")R")] {
            let bytes = [
                &legacy[..header],
                b"\x80\x02ccollections\nOrderedDict\n)Rq\x00",
                &text("w"),
                format!("c{class}\nFloatTensor\n").as_bytes(),
                made,
                b"((",
                &text("storage"),
                format!("c{class}\nFloatStorage\n").as_bytes(),
                &text("7"),
                &text("cpu"),
                // Twelve values; from the third on, two rows of three.
                b"K\x0cNtQK\x02K\x02K\x03\x86K\x03K\x01\x86tbs.",
                b"\x80\x02]q\x00X\x01\x00\x00\x007a.",
                &12_u64.to_le_bytes(),
                &(0..12).flat_map(|i| (i as f32).to_le_bytes()).collect::<Vec<u8>>(),
            ]
            .concat();
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("old.pth"), bytes).unwrap();
            let checkpoint = Checkpoint::open(&folder.path().join("old.pth")).unwrap();
            let values = checkpoint.values(&parameter("w", &serde_json::json!([2, 3]))).unwrap();
            assert_eq!(values, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        }
    }

    #[test]
    fn what_would_run_a_command_is_refused_by_name() {
        for file in ["evil.pth", "evil-legacy.pth"] {
            let error = Checkpoint::open(&fixture(file)).err().unwrap();
            assert!(matches!(&error, AssetError::ForbiddenClass { name, .. } if name == "os.system"), "{error}");
        }
        // The file that the command would make.
        assert!(!Path::new("/tmp/receptive-evil").exists());
    }

    /// Opens these bytes and reads every tensor, whatever it is.
    fn read_all(bytes: &[u8]) -> Result<usize, AssetError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pth");
        fs::write(&path, bytes).unwrap();
        let checkpoint = Checkpoint::open(&path)?;
        let whole = |view: &View| matches!(view.storage.element, Element::I64 | Element::I32);
        let tensors = checkpoint.entries.iter().filter_map(|(name, view)| Some((name, view.as_ref()?)));
        tensors
            .filter(|(_, view)| !whole(view))
            .map(|(name, view)| {
                let (name, shape) = (name.to_string(), view.shape.clone());
                checkpoint.values(&Parameter { name, shape, trainable: true, layer: 0 }).map(|values| values.len())
            })
            .sum()
    }

    #[test]
    fn files_that_end_early_are_refused() {
        for file in ["small.pth", "legacy.pth", "parameters.pth"] {
            let whole = fs::read(fixture(file)).unwrap();
            assert!(read_all(&whole).is_ok());
            for length in (0..whole.len()).step_by(53).chain([whole.len() - 1]) {
                assert!(read_all(&whole[..length]).is_err(), "{file} cut to {length} bytes");
            }
        }
    }

    #[test]
    fn no_single_wrong_byte_makes_it_panic() {
        for file in ["small.pth", "legacy.pth"] {
            let mut bytes = fs::read(fixture(file)).unwrap();
            for place in (0..bytes.len()).step_by(3) {
                for wrong in [0, b'c', 0xff] {
                    let right = std::mem::replace(&mut bytes[place], wrong);
                    // Some of these are still well-formed: what counts is that there is an answer.
                    drop(read_all(&bytes));
                    bytes[place] = right;
                }
            }
        }
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [&b""[..], b"PK", b"not a checkpoint", b"\x89PNG\r\n\x1a\n", b"<!doctype html><title>404</title>"]
        {
            assert!(matches!(read_all(bytes), Err(AssetError::NotACheckpoint { .. })), "{bytes:?}");
        }
    }

    /// PyTorch compresses nothing, so what unpacks to more than the file's length was made to exhaust the memory.
    #[test]
    fn a_compressed_archive_is_refused() {
        let mut bytes = fs::read(fixture("small.pth")).unwrap();
        // The method of the first entry of the central directory: deflate.
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 10] = 8;
        let error = read_all(&bytes).unwrap_err();
        assert!(error.to_string().contains("compressed"), "{error}");
    }

    #[test]
    fn sizes_that_the_file_cannot_hold_are_refused() {
        let mut bytes = fs::read(fixture("small.pth")).unwrap();
        // Both lengths of the first entry of the central directory: almost 4 GB.
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 20..entry + 28].fill(0xf0);
        assert!(read_all(&bytes).is_err());
    }

    #[test]
    fn only_what_takes_no_part_is_left_out() {
        assert!(is_left_out("resnet18", "layer1.0.bn1.num_batches_tracked"));
        assert!(is_left_out("googlenet", "aux1.conv.conv.weight") && is_left_out("googlenet", "aux2.fc2.bias"));
        assert!(!is_left_out("resnet18", "aux1.conv.conv.weight") && !is_left_out("googlenet", "auxiliary.weight"));
    }
}
