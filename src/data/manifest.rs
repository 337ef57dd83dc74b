use super::{DataError, InstalledDataset, InstalledRun, Problem};
use crate::protocol::Group;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's own name, below the site's root.
const FILE: &str = "manifest.json";
/// The only form of the manifest there is so far.
const VERSION: u32 = 1;
const MAX_BYTES: usize = 1 << 20;
const MAX_ASSETS: usize = 10_000;
/// No file of ours is larger; it also keeps sums of lengths far from overflowing.
const MAX_ASSET_BYTES: u64 = 1 << 30;

/// Every static asset of the site: what it must be, whose it is, where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub version: u32,
    pub assets: Vec<Asset>,
    /// Networks whose weights this host has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<InstalledNetwork>,
    /// Data sets made from folders of pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<InstalledDataset>,
    /// Finished runs of the GoogLeNet lab.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<InstalledRun>,
}

/// A network's weights: which files they are in, and what belongs to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstalledNetwork {
    /// One name for each set of weights.
    pub name: String,
    /// Key of the architecture, [`crate::models::architecture`].
    pub architecture: String,
    pub title: String,
    /// Paths of the shards of the first convolution, of the other layers before the classifier, and of the classifier.
    pub first: Vec<String>,
    pub features: Vec<String>,
    pub classifier: Vec<String>,
    /// Path of the names of the classes, one a line.
    pub classes: Option<String>,
    pub preprocessing: Preprocessing,
    /// Accuracy on ImageNet's validation pictures in percent, as reported by whoever trained it.
    pub top1: Option<f64>,
    pub top5: Option<f64>,
    pub licence: String,
    pub source: String,
}

/// How a picture becomes the network's input: `(value / 255 - mean) / deviation` for red, green and blue, after the
/// shorter side was scaled and the middle cut out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    pub mean: [f32; 3],
    pub deviation: [f32; 3],
}

impl Preprocessing {
    /// Mean and deviation of ImageNet's training pictures, as all of torchvision's networks expect them.
    pub const IMAGENET: Self = Self { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

    /// Whether every picture becomes finite numbers.
    fn is_possible(&self) -> bool {
        self.mean.iter().all(|v| v.is_finite()) && self.deviation.iter().all(|v| v.is_finite() && *v > 0.0)
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Below the site's root, with `/` between folders.
    pub path: String,
    pub title: String,
    /// Length of the file.
    pub bytes: u64,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    pub licence: String,
    pub source: String,
}

impl Manifest {
    /// The manifest of a site that has nothing.
    pub fn empty() -> Self {
        let (assets, networks) = (Vec::new(), Vec::new());
        Self { version: VERSION, assets, networks, datasets: Vec::new(), runs: Vec::new() }
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// When it is no JSON of this form, of another version, too large, lists a file twice, or lists a path
    /// that leads anywhere but into the site.
    pub fn parse(bytes: &[u8]) -> Result<Self, DataError> {
        if bytes.len() > MAX_BYTES {
            return Err(DataError::new(FILE, MAX_BYTES, Problem::TooLarge { limit: MAX_BYTES as u64 }));
        }
        let bad = |at: usize, reason: String| DataError::new(FILE, at, Problem::BadManifest { reason });
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|e| bad(offset(bytes, e.line(), e.column()), e.to_string()))?;
        if manifest.version != VERSION {
            return Err(bad(0, format!("its version is {}, and only {VERSION} is known", manifest.version)));
        }
        if manifest.assets.len() > MAX_ASSETS {
            return Err(bad(0, format!("it lists {} files, and at most {MAX_ASSETS} are read", manifest.assets.len())));
        }
        let mut seen = std::collections::HashSet::new();
        for asset in &manifest.assets {
            let at = find(bytes, asset.path.as_bytes());
            if !stays_inside(&asset.path) {
                return Err(bad(at, format!("the path {:?} does not stay inside the site", asset.path)));
            }
            if !is_sha256(&asset.sha256) {
                return Err(bad(at, format!("{} has no valid SHA-256", asset.path)));
            }
            if asset.bytes > MAX_ASSET_BYTES {
                return Err(bad(at, format!("{} claims {} bytes", asset.path, asset.bytes)));
            }
            if !seen.insert(&asset.path) {
                return Err(bad(at, format!("{} is listed twice", asset.path)));
            }
        }
        let of_networks = manifest.networks.iter().flat_map(InstalledNetwork::files);
        let of_datasets = manifest.datasets.iter().flat_map(InstalledDataset::files);
        let of_runs = manifest.runs.iter().flat_map(InstalledRun::files);
        if let Some(path) = of_networks.chain(of_datasets).chain(of_runs).find(|path| !seen.contains(path)) {
            return Err(bad(find(bytes, path.as_bytes()), format!("{path} is used, but not among the assets")));
        }
        let names = manifest.networks.iter().map(|network| ("network", &network.name));
        let names = names.chain(manifest.datasets.iter().map(|dataset| ("data set", &dataset.name)));
        let names = names.chain(manifest.runs.iter().map(|run| ("run", &run.name)));
        let mut seen = std::collections::HashSet::new();
        for (what, name) in names {
            if !seen.insert((what, name)) {
                return Err(bad(find(bytes, name.as_bytes()), format!("two of its entries are the {what} {name}")));
            }
        }
        if let Some(network) = manifest.networks.iter().find(|network| !network.preprocessing.is_possible()) {
            let reason = format!("{} has a preprocessing that divides by nothing", network.name);
            return Err(bad(find(bytes, network.name.as_bytes()), reason));
        }
        for dataset in &manifest.datasets {
            if let Some(fault) = dataset.fault() {
                return Err(bad(find(bytes, dataset.name.as_bytes()), format!("{} {fault}", dataset.name)));
            }
        }
        if let Some(run) = manifest.runs.iter().find(|run| run.weights.is_empty()) {
            return Err(bad(find(bytes, run.name.as_bytes()), format!("the run {} has no weights", run.name)));
        }
        Ok(manifest)
    }

    /// The entry of a file.
    ///
    /// # Errors
    /// When it is not listed.
    pub fn find(&self, path: &str) -> Result<&Asset, DataError> {
        let found = self.assets.iter().find(|asset| asset.path == path);
        found.ok_or_else(|| DataError::new(path, 0, Problem::NotListed))
    }

    /// Data sets of picture files, which a network can be taught: it takes photos of any size.
    pub fn picture_sets(&self) -> impl Iterator<Item = &InstalledDataset> {
        self.datasets.iter().filter(|dataset| dataset.form.is_files())
    }
}

impl InstalledNetwork {
    /// Paths of the shards of one group.
    pub fn shards(&self, group: Group) -> &[String] {
        match group {
            Group::First => &self.first,
            Group::Features => &self.features,
            Group::Classifier => &self.classifier,
        }
    }

    /// Paths of everything that belongs to it.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        Group::ALL.into_iter().flat_map(|group| self.shards(group)).chain(&self.classes)
    }
}

impl Asset {
    /// Compares a file with what the manifest promises.
    ///
    /// # Errors
    /// When its length or its SHA-256 is another.
    pub fn verify(&self, bytes: &[u8]) -> Result<(), DataError> {
        let (expected, got) = (self.bytes, bytes.len() as u64);
        if got != expected {
            return Err(DataError::new(&self.path, 0, Problem::WrongLength { expected, got }));
        }
        let got = sha256(bytes);
        if got != self.sha256 {
            return Err(DataError::new(&self.path, 0, Problem::WrongHash { expected: self.sha256.clone(), got }));
        }
        Ok(())
    }
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A relative path of plain names: no scheme, host, query, escape, `.` or `..`.
fn stays_inside(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

/// Offset of a line and column as serde_json counts them, both from 1.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let before: usize = bytes.split_inclusive(|b| *b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(bytes.len())
}

/// Where these bytes are first; 0 where they are written in another way.
fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len().max(1)).position(|window| window == part).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DatasetForm, DatasetPart};

    fn manifest() -> Manifest {
        let text = str::to_owned;
        let path = text("weights/a/first");
        Manifest {
            version: VERSION,
            assets: vec![Asset {
                path: path.clone(),
                title: text("t"),
                bytes: 3,
                sha256: "0".repeat(64),
                licence: text("l"),
                source: text("s"),
            }],
            networks: vec![InstalledNetwork {
                name: text("a"),
                architecture: text("alexnet"),
                title: text("t"),
                first: vec![path.clone()],
                features: Vec::new(),
                classifier: Vec::new(),
                classes: None,
                preprocessing: Preprocessing::IMAGENET,
                top1: None,
                top5: None,
                licence: text("l"),
                source: text("s"),
            }],
            datasets: vec![InstalledDataset {
                name: text("a"),
                title: text("t"),
                classes: vec![text("one"), text("two")],
                parts: vec![DatasetPart { name: text("all"), counts: vec![1, 2], shards: vec![path.clone()] }],
                licence: text("l"),
                source: text("s"),
                form: DatasetForm::Files,
            }],
            runs: vec![InstalledRun {
                name: text("a"),
                title: text("t"),
                made: text("m"),
                lossy: true,
                record: path.clone(),
                epoch: 2,
                weights: vec![path],
            }],
        }
    }

    fn parsed(manifest: &Manifest) -> Result<Manifest, String> {
        let text = serde_json::to_string(manifest).expect("it is all numbers and texts");
        Manifest::parse(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn networks_data_sets_and_runs_come_back_and_may_share_a_name() {
        assert_eq!(parsed(&manifest()), Ok(manifest()));
        // As before there were runs.
        assert_eq!(serde_json::to_string(&Manifest::empty()).unwrap(), r#"{"version":1,"assets":[]}"#);
        assert_eq!(parsed(&Manifest::empty()), Ok(Manifest::empty()));
    }

    #[test]
    fn entries_that_could_not_be_used_are_refused() {
        let refused = |change: &dyn Fn(&mut Manifest), reason: &str| {
            let mut changed = manifest();
            change(&mut changed);
            let error = parsed(&changed).expect_err(reason);
            assert!(error.contains(reason), "{error}");
        };
        refused(&|m| m.networks[0].first[0].push('x'), "weights/a/firstx is used, but not among the assets");
        refused(&|m| m.networks[0].classes = Some("names.txt".to_owned()), "names.txt is used");
        refused(&|m| m.datasets[0].parts[0].shards[0].push('x'), "is used, but not among the assets");
        refused(&|m| m.networks.push(m.networks[0].clone()), "two of its entries are the network a");
        refused(&|m| m.datasets.push(m.datasets[0].clone()), "two of its entries are the data set a");
        refused(&|m| m.runs[0].record.push('x'), "weights/a/firstx is used, but not among the assets");
        refused(&|m| m.runs[0].weights.push("../b".to_owned()), "../b is used, but not among the assets");
        refused(&|m| m.runs[0].weights.clear(), "the run a has no weights");
        refused(&|m| m.runs.push(m.runs[0].clone()), "two of its entries are the run a");
        refused(&|m| m.networks[0].preprocessing.deviation[1] = 0.0, "divides by nothing");
        refused(&|m| m.datasets[0].parts[0].counts = vec![3], "does not count");
        let pixels = |height, width| DatasetForm::Pixels { height, width, lossy: false };
        refused(&|m| m.datasets[0].form = pixels(0, 32), "a claims 0x32 pixels");
        refused(&|m| m.datasets[0].form = pixels(32, 65), "a claims 32x65 pixels");
        let many = |m: &mut Manifest, count| {
            m.datasets[0].form = pixels(32, 32);
            m.datasets[0].parts[0].counts = vec![count, 4_000];
        };
        refused(&|m| many(m, 1_001), "counts 5001 pictures, and its files hold 5000 at most");
        refused(&|m| many(m, usize::MAX), "its files hold 5000 at most");
        refused(
            &|m| {
                m.datasets[0].form = pixels(1, 1);
                m.datasets[0].classes = vec!["x".to_owned(); 257];
                m.datasets[0].parts[0].counts = vec![1; 257];
            },
            "has 257 classes, and 256 are the most",
        );
    }

    #[test]
    fn sets_of_pixels_are_told_from_sets_of_files() {
        let mut manifest = manifest();
        let text = serde_json::to_string(&manifest).unwrap();
        assert!(!text.contains("form"), "as before there were two of them: {text}");
        let mut small = manifest.datasets[0].clone();
        small.name = "small".to_owned();
        small.form = DatasetForm::Pixels { height: 32, width: 48, lossy: true };
        manifest.datasets.push(small);
        let text = serde_json::to_string(&manifest).unwrap();
        assert!(text.contains(r#""form":{"pixels":{"height":32,"width":48,"lossy":true}}"#), "{text}");
        assert_eq!(parsed(&manifest), Ok(manifest.clone()));
        let to_teach: Vec<_> = manifest.picture_sets().map(|set| (set.name.as_str(), set.pictures())).collect();
        assert_eq!(to_teach, [("a", 3)]);
        let wrong = text.replace("\"lossy\"", "\"lossless\"");
        assert!(Manifest::parse(wrong.as_bytes()).unwrap_err().to_string().contains("lossless"));
    }
}
