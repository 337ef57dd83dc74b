//! Kept pictures into one zip, and one of them as augmentation changes it.

use crate::data::archive::{ArchiveWriter, MOST_FILE_BYTES, PROJECT_FILE};
use crate::data::{Square, augment, augmentation_stream};
use crate::protocol::{Augmentation, Event, Fault, RequestId, TeachEvent};
use crate::worker::{blob, outbox, picture};
use web_sys::Blob;

/// Width and height of an example: what the networks see.
const SIDE: usize = 224;
const EXAMPLES: usize = 6;
/// The archive is put together in memory, of which a page in a browser has 4 GB at most.
const MOST_BYTES: u64 = 1 << 30;

/// Puts a project and its pictures into one file.
///
/// # Errors
/// When a picture cannot be read any more, or all together are too large.
pub async fn zip(request: RequestId, project: &str, names: &[String], blobs: &[Blob]) -> Result<(), Fault> {
    let contents = blobs.iter().map(|blob| blob.size() as u64).sum::<u64>() + project.len() as u64;
    if contents > MOST_BYTES {
        return Err(Fault::OutOfMemory { needed: contents, limit: MOST_BYTES });
    }
    let paths = names.iter().map(String::len).sum::<usize>() + PROJECT_FILE.len();
    // Room for all of it at once: a vector that grows would need up to three times as much.
    let mut writer = ArchiveWriter::with_room(names.len() + 1, paths, contents as usize);
    writer.add(PROJECT_FILE, project.as_bytes())?;
    for (name, picture) in names.iter().zip(blobs) {
        writer.add(name, &blob::bytes(name, picture, MOST_FILE_BYTES).await?)?;
    }
    outbox::post_with(Event::Teach(TeachEvent::Zipped { request }), vec![writer.finish()?]);
    Ok(())
}

/// Shows a picture as training would see it, several times.
///
/// # Errors
/// When it cannot be decoded.
pub async fn preview(
    request: RequestId,
    file: &Blob,
    augmentation: &Augmentation,
    mask: f64,
    seed: u32,
) -> Result<(), Fault> {
    let name = "the picture";
    let photo = picture::decode(name, &blob::bytes(name, file, MOST_FILE_BYTES).await?).await?.rgb;
    let square = photo.cut(Square::of(photo.width, photo.height, SIDE, SIDE));
    let example = |epoch| augment(&square, augmentation, mask, &mut augmentation_stream(seed, epoch, 0)).to_rgba();
    let examples = (0..EXAMPLES).map(example).collect();
    outbox::post_with(Event::Teach(TeachEvent::Previewed { request, side: SIDE }), examples);
    Ok(())
}
