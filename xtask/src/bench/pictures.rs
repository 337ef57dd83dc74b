//! Sets of pictures as zips, for the lab that is taught them.

use super::teach::is_picture;
use crate::browser::Page;
use crate::sh;
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use walkdir::WalkDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Packs a tar of class folders as a zip; pictures are not compressed again.
pub fn as_zip(tar: &Path, folder: &Path) -> Result<PathBuf> {
    ensure!(tar.is_file(), "there is no {}; give the folder it is in with --mirror", tar.display());
    let unpacked = folder.join("unpacked");
    fs::create_dir_all(&unpacked)?;
    sh::output(Command::new("tar").arg("-xf").arg(tar).arg("-C").arg(&unpacked))?;
    let file = folder.join("pictures.zip");
    let mut zip = ZipWriter::new(fs::File::create(&file)?);
    for entry in WalkDir::new(&unpacked).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() && is_picture(entry.path()) {
            let name = entry.path().strip_prefix(&unpacked)?.to_string_lossy().into_owned();
            add(&mut zip, &name, &fs::read(entry.path())?)?;
        }
    }
    zip.finish()?;
    Ok(file)
}

/// Photos that the browser cuts out of the samples, each another part.
pub struct Photos<'a> {
    page: &'a Page,
}

impl<'a> Photos<'a> {
    /// On a page of the site.
    pub fn new(page: &'a Page) -> Self {
        Self { page }
    }

    /// So many of them in two classes.
    pub fn zip(&self, folder: &Path, count: usize) -> Result<PathBuf> {
        let file = folder.join("photos.zip");
        let mut zip = ZipWriter::new(fs::File::create(&file)?);
        for n in 0..count {
            let picture = self.page.eval(&format!("({CUT})({n})"))?;
            let bytes = STANDARD.decode(picture.as_str().context("a picture")?)?;
            add(&mut zip, &format!("photos/{}/{n:04}.jpg", ["even", "odd"][n % 2]), &bytes)?;
        }
        zip.finish()?;
        Ok(file)
    }
}

fn add(zip: &mut ZipWriter<fs::File>, name: &str, bytes: &[u8]) -> Result<()> {
    zip.start_file(name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))?;
    Ok(zip.write_all(bytes)?)
}

/// Twelve megapixels as phones make them would take hours to draw two thousand times; one is enough to be scaled.
const CUT: &str = "async n => {
    window.sources ??= await Promise.all(['astronaut', 'chelsea', 'coffee', 'rocket'].map(async name =>
        createImageBitmap(await (await fetch(document.baseURI + 'samples/' + name + '.jpg')).blob())));
    const source = window.sources[n % window.sources.length];
    const random = i => { const x = Math.sin((n + 1) * 12.9898 + i * 78.233) * 43758.5453; return x - Math.floor(x) };
    const canvas = new OffscreenCanvas(1152, 864), c = canvas.getContext('2d');
    const width = source.width * (0.5 + 0.4 * random(1)), height = width * 0.75;
    c.drawImage(source, (source.width - width) * random(2), Math.max(0, source.height - height) * random(3), width, height, 0, 0, 1152, 864);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
}";
