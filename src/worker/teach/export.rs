//! The files a visitor takes home, and the network of such a file put to use.

use super::{Teach, post, post_with};
use crate::data::archive::ArchiveWriter;
use crate::models::architecture;
use crate::protocol::{Fault, RequestId, TeachEvent, TeachExport};
use crate::train::export::history_csv;
use crate::train::taught::{Facts, Model, Origin, model_card, pytorch_script};
use crate::worker::fetch::Fetcher;

/// The exported page: its own files, in `public/export/` of this site, and the modules that compute.
const PAGE: &[&str] = &["index.html", "classify.js", "style.css", "README.txt"];
const PAGE_FOLDER: &str = "export/";
const LOADER: &str = "worker_cpu_loader.js";
const MODULE: &[&str] = &["worker_cpu.js", "worker_cpu_bg.wasm"];
/// Under this name the page looks for its network.
const PAGE_WEIGHTS: &str = "model.safetensors";
const PAGE_CARD: &str = "MODEL-CARD.md";
/// No text of the page, and no module, is larger.
const LARGEST_TEXT: u64 = 1 << 20;
const LARGEST_MODULE: u64 = 32 << 20;

impl Teach {
    pub(super) async fn export(&mut self, request: RequestId, what: TeachExport, name: &str) -> Result<(), Fault> {
        let stem = stem(name);
        let (file, bytes) = match what {
            TeachExport::Safetensors => (weights_file(&stem), self.model_file(name).await?.1),
            TeachExport::PytorchScript => {
                let (script, settings) = (format!("{stem}.py"), &self.running()?.session.course.settings);
                let text = pytorch_script(settings, &script, &weights_file(&stem));
                (script, text.into_bytes())
            }
            TeachExport::Page => (format!("{stem}-page.zip"), self.page(name).await?),
            TeachExport::ModelCard => {
                let (facts, _) = self.model_file(name).await?;
                (format!("{stem}-model-card.md"), self.card(&facts)?.into_bytes())
            }
            TeachExport::HistoryCsv => {
                let csv = history_csv(&self.running()?.session.history);
                (format!("{stem}-history.csv"), csv.into_bytes())
            }
        };
        post_with(TeachEvent::Exported { request, what, name: file }, vec![bytes]);
        Ok(())
    }

    /// Answers from now on with the network of an exported file.
    pub(super) fn use_file(&mut self, request: RequestId, name: &str, file: &[u8]) -> Result<(), Fault> {
        let (device, ..) = self.device.clone().ok_or(Fault::NoRun)?;
        let model = Model::from_bytes(name, file, &device)?;
        let Facts { name, classes, version, results, architecture: key, .. } = model.facts.clone();
        let network = architecture(&key).map_or(key, |known| known.card.title.to_owned());
        let accuracy = results.test.map(|test| test.accuracy);
        self.used = Some(model);
        post(TeachEvent::Used { request, name, network, version, classes, accuracy });
        Ok(())
    }

    async fn model_file(&mut self, name: &str) -> Result<(Facts, Vec<u8>), Fault> {
        let run = self.running()?;
        run.session.model_file(name, run.familiarity.as_ref()).await
    }

    fn card(&self, facts: &Facts) -> Result<String, Fault> {
        let session = &self.run.as_ref().ok_or(Fault::NoRun)?.session;
        let about = self.loaded.as_ref().map(|loaded| &loaded.about);
        let origin = about.map_or_else(Origin::default, |about| Origin {
            title: about.title.clone(),
            licence: about.licence.clone(),
            source: about.source.clone(),
        });
        let now = String::from(js_sys::Date::new_0().to_iso_string());
        Ok(model_card(session, facts, &origin, now.get(..10)))
    }

    /// The zip with everything a page needs that classifies with this network.
    async fn page(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let (facts, weights) = self.model_file(name).await?;
        let fetcher = Fetcher::new(&self.assets)?;
        let mut files = Vec::new();
        for file in PAGE {
            files.push((*file, fetcher.file(&format!("{PAGE_FOLDER}{file}"), LARGEST_TEXT).await?));
        }
        let loader = fetcher.file(LOADER, LARGEST_TEXT).await?;
        // The loader asks for one version of the modules, and so does this: no cache mixes two.
        let version = version(&String::from_utf8_lossy(&loader)).to_owned();
        files.push((LOADER, loader));
        for file in MODULE {
            files.push((*file, fetcher.file(&format!("{file}{version}"), LARGEST_MODULE).await?));
        }
        files.push((PAGE_CARD, self.card(&facts)?.into_bytes()));
        files.push((PAGE_WEIGHTS, weights));
        let (paths, contents) = files.iter().fold((0, 0), |(p, c), (path, bytes)| (p + path.len(), c + bytes.len()));
        let mut zip = ArchiveWriter::with_room(files.len(), paths, contents);
        for (path, bytes) in files {
            zip.add(path, &bytes)?;
        }
        Ok(zip.finish()?)
    }
}

fn weights_file(stem: &str) -> String {
    format!("{stem}.safetensors")
}

/// A name as the beginning of a file's name: letters, digits and hyphens.
fn stem(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "my-network".to_owned() } else { parts.join("-") }
}

/// What a loader puts after the names of its modules: `?v=` and a digest.
fn version(loader: &str) -> &str {
    let from = loader.find("?v=").map_or("", |place| &loader[place..]);
    &from[..from.find('"').unwrap_or(0)]
}
