//! Small pictures of one size on their way into a store: `datasets/<name>/<part>-<n>.pixels.gzip`.

use super::pictures::About;
use super::store::{Staging, Store, put};
use anyhow::Result;
use receptive::data::{DatasetForm, DatasetPart, InstalledDataset, Pictures, write_pixels};

/// A set whose shards are added one by one. Dropped unfinished, it leaves nothing.
pub struct PixelSet {
    staging: Staging,
    entry: InstalledDataset,
}

impl PixelSet {
    /// Begins a set of pictures of this size, in the place of what has this name.
    ///
    /// # Errors
    /// When the name is none, or the folder cannot be made.
    pub fn begin(store: &Store, about: &About, classes: Vec<String>, [height, width]: [usize; 2]) -> Result<Self> {
        let entry = InstalledDataset {
            name: about.name.clone(),
            title: about.title.clone(),
            classes,
            parts: Vec::new(),
            licence: about.licence.clone(),
            source: about.source.clone(),
            form: DatasetForm::Pixels { height, width, lossy: false },
        };
        Ok(Self { staging: store.stage("datasets", &about.name)?, entry })
    }

    /// What follows is `train`, `test` or whatever it is called.
    pub fn begin_part(&mut self, name: &str) {
        let counts = vec![0; self.entry.classes.len()];
        self.entry.parts.push(DatasetPart { name: name.to_owned(), counts, shards: Vec::new() });
    }

    /// Adds a shard to the part that was begun last; `of` is how many the part will have.
    ///
    /// # Errors
    /// When the pictures do not fit into a shard, or it cannot be written.
    pub fn add(&mut self, pictures: &Pictures, of: usize) -> Result<()> {
        let InstalledDataset { name, title, classes, parts, licence, source, .. } = &mut self.entry;
        let Some(part) = parts.last_mut() else { return Ok(()) };
        let number = part.shards.len();
        let path = format!("datasets/{name}/{}-{number:02}.pixels.gzip", part.name);
        let title = format!("{title}, {}, part {} of {of}", part.name, number + 1);
        self.staging.add(&path, &write_pixels(pictures)?, &title, licence, source)?;
        part.shards.push(path);
        let more = pictures.counts(classes.len());
        part.counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        Ok(())
    }

    /// Installs it, and returns its entry and the bytes written.
    ///
    /// # Errors
    /// When something cannot be moved to its place; then nothing has changed.
    pub fn finish(mut self, are_lossy: bool) -> Result<(InstalledDataset, u64)> {
        if let DatasetForm::Pixels { lossy, .. } = &mut self.entry.form {
            *lossy = are_lossy;
        }
        let written = self.staging.assets().iter().map(|asset| asset.bytes).sum();
        let entry = self.entry.clone();
        self.staging.finish(|manifest| put(&mut manifest.datasets, entry, |d| &d.name))?;
        Ok((self.entry, written))
    }
}
