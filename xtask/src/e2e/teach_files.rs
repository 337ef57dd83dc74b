//! Files for the tests of the lab that is taught pictures: PNGs, and zips as nobody should make them. No tests.

use anyhow::{Context, Result};
use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, Crc};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Of the pictures that are really there.
const SIDE: u32 = 96;

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A PNG in colours whose header says `width` and `height`, whatever `rows` holds.
fn png(width: u32, height: u32, rows: &[u8]) -> Result<Vec<u8>> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind.as_slice(), data].concat();
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(&body);
        file.extend(checksum(&body).to_be_bytes());
    };
    // Eight bits of red, green and blue.
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(rows)?;
    chunk(b"IDAT", &packed.finish()?);
    chunk(b"IEND", &[]);
    Ok(file)
}

/// Stripes of `class`: across, upright, or slanting. No two are the same.
pub fn stripes(class: usize, n: usize) -> Result<Vec<u8>> {
    let random = |i: usize| {
        let x = ((n + 1) as f64 * 12.9898 + class as f64 * 4.1 + i as f64 * 78.233).sin() * 43_758.545_3;
        x - x.floor()
    };
    let colour = |i: usize| [random(i), random(i + 1), random(i + 2)].map(|share| (255.0 * share) as u8);
    let (dark, light) = (colour(1).map(|v| v / 3), colour(5).map(|v| 255 - v / 3));
    let width = 6 + (6.0 * random(9)) as u32;
    let mut rows = Vec::new();
    for y in 0..SIDE {
        // Each row begins with its filter: none.
        rows.push(0);
        for x in 0..SIDE {
            let along = [y, x, x + y][class % 3];
            rows.extend(if (along / width).is_multiple_of(2) { dark } else { light });
        }
    }
    png(SIDE, SIDE, &rows)
}

/// A small file whose header claims a picture of 40,000 x 40,000 pixels.
pub fn enormous() -> Result<Vec<u8>> {
    png(40_000, 40_000, &[0; 64])
}

/// `folder/CLASS/N.png`, and the files of each class.
pub fn picture_folder(folder: &Path, classes: &[&str], per_class: usize) -> Result<Vec<Vec<PathBuf>>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let mut all = Vec::new();
    for (class, name) in classes.iter().enumerate() {
        fs::create_dir_all(folder.join(name))?;
        let mut files = Vec::new();
        for n in 0..per_class {
            let file = folder.join(name).join(format!("{name}-{n}.png"));
            fs::write(&file, stripes(class, n)?)?;
            files.push(file);
        }
        all.push(files);
    }
    Ok(all)
}

/// Writes a zip with exactly these names, whatever they are. `deflated` packs the files.
pub fn zip(path: &Path, files: &[(String, Vec<u8>)], deflated: bool) -> Result<()> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, contents) in files {
        let at = bytes.len() as u32;
        let packed = if deflated {
            let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(contents)?;
            packed.finish()?
        } else {
            contents.clone()
        };
        // The same in both places: version, flags, method, time, date, checksum, lengths, no extra fields.
        let mut shared = Vec::new();
        [20_u16, 0, if deflated { 8 } else { 0 }, 0, 0x21].iter().for_each(|v| shared.extend(v.to_le_bytes()));
        let lengths = [checksum(contents), packed.len() as u32, contents.len() as u32];
        lengths.iter().for_each(|v| shared.extend(v.to_le_bytes()));
        [name.len() as u16, 0].iter().for_each(|v| shared.extend(v.to_le_bytes()));
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&shared);
        bytes.extend(name.bytes());
        bytes.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(shared);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.bytes());
    }
    let (start, length, count) = (bytes.len() as u32, directory.len() as u32, files.len() as u16);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    [length, start].iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    bytes.extend([0, 0]);
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
