//! Where pictures come from. Each source tells every picture, and returns its classes in its own order.

use super::job::Job;
use crate::data::archive::{Archive, Contents, Entry, MOST_FILE_BYTES};
use crate::data::{DataError, Problem, TEXTURES, texture};
use crate::protocol::Fault;
use crate::protocol::teach_catalog::MOST_PICTURES;
use crate::worker::blob::{self, BlobReader};
use crate::worker::fetch::Fetcher;
use safetensors::SafeTensors;
use web_sys::Blob;

/// So many files of an archive are refused by name; of the others only the number is told.
const REFUSED_BY_NAME: usize = 20;

/// Files that the visitor chose, in their order: the n-th answer is about the n-th file.
pub async fn files(job: &mut Job, names: &[String], blobs: &[Blob]) -> Result<Vec<String>, Fault> {
    job.total = blobs.len();
    for (name, blob) in names.iter().zip(blobs) {
        if job.stopped() {
            break;
        }
        // A file out of a folder is named with its path.
        let class = name.rsplit('/').nth(1).filter(|folder| !folder.is_empty());
        match blob::bytes(name, blob, MOST_FILE_BYTES).await {
            Ok(file) => job.take(name, class, &file).await,
            Err(fault) => job.refuse(name, fault),
        }
    }
    Ok(Vec::new())
}

/// A zip: a project, or folders of pictures.
pub async fn archive(job: &mut Job, name: &str, blob: Blob) -> Result<Vec<String>, Fault> {
    let (mut archive, entries) = Archive::open(name, BlobReader::new(blob)?)?;
    let Contents { project, pictures, classes, mut refused, others } = Contents::of(name, entries)?;
    let no_picture = || Problem::BadArchive { reason: "it is not a picture".to_owned() };
    refused.extend(others.iter().map(|entry| entry.refused(no_picture())));
    let read = |entry: Entry| {
        let json = archive.read(&entry, MOST_FILE_BYTES)?;
        let broken = |_| entry.refused(Problem::BadArchive { reason: "it is not a text".to_owned() });
        String::from_utf8(json).map_err(broken)
    };
    match project.map(read) {
        Some(Ok(json)) => job.tell_project(json),
        Some(Err(error)) => refused.insert(0, error),
        None => {}
    }
    job.total = pictures.len() + refused.len();
    job.pass_over(refused.len().saturating_sub(REFUSED_BY_NAME));
    for error in refused.into_iter().take(REFUSED_BY_NAME) {
        job.refuse(&error.file.clone(), error.into());
    }
    for picture in pictures {
        if job.stopped() {
            break;
        }
        match archive.read(&picture.entry, MOST_FILE_BYTES) {
            Ok(file) => job.take(&picture.name, picture.class.as_deref(), &file).await,
            Err(error) => job.refuse(&picture.name, error.into()),
        }
    }
    Ok(classes)
}

/// A data set that this host installed: all its parts, shard by shard. Of a very large one as much as a project takes;
/// its shards are mixed, so that this is some of every class.
pub async fn dataset(job: &mut Job, name: &str, fetcher: &Fetcher) -> Result<Vec<String>, Fault> {
    let manifest = fetcher.manifest().await?;
    let found = manifest.picture_sets().find(|dataset| dataset.name == name);
    let dataset = found.ok_or_else(|| DataError::new(name, 0, Problem::NotListed))?;
    job.total = dataset.pictures().min(MOST_PICTURES);
    let mut left = job.total;
    for path in dataset.files() {
        if job.stopped() || left == 0 {
            break;
        }
        let bytes = fetcher.verified(manifest.find(path)?, |_| ()).await?;
        let broken = |reason: String| DataError::new(path, 0, Problem::BadArchive { reason });
        let shard = SafeTensors::deserialize(&bytes).map_err(|e| broken(e.to_string()))?;
        for (label, file) in shard.iter().take(left) {
            if job.stopped() {
                break;
            }
            let (class, name) = label.split_once('/').ok_or_else(|| broken(format!("{label} is in no class")))?;
            job.take(name, Some(class), file.data()).await;
            left -= 1;
        }
    }
    Ok(dataset.classes.clone())
}

/// Pictures that are drawn here, the classes in turn.
pub async fn textures(job: &mut Job, per_class: usize, seed: u32) -> Result<Vec<String>, Fault> {
    let per_class = per_class.min(MOST_PICTURES / TEXTURES.len());
    job.total = per_class * TEXTURES.len();
    for index in 0..per_class {
        for (class, name) in TEXTURES.iter().enumerate() {
            if job.stopped() {
                break;
            }
            // At most a few thousand.
            let picture = texture(class, seed, index as u32);
            job.take_drawn(&format!("{name} {}.jpg", index + 1), Some(name), &picture).await;
        }
    }
    Ok(TEXTURES.map(str::to_owned).to_vec())
}
