//! Weights that the repository ships, compressed as far as gzip allows: every visitor of a lab downloads them.

use crate::sh;
use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use receptive::data::Asset;
use std::fs;
use std::io::Read;
use std::path::Path;
use zopfli::{Format, Options};

/// Compresses anew what lies below `weights/`; what would not become smaller stays as it is. The manifest is to be measured
/// after that.
///
/// # Errors
/// When a file cannot be read, unpacked or written.
pub fn run(folder: &Path, assets: &[Asset]) -> Result<()> {
    for asset in assets.iter().filter(|asset| asset.path.starts_with("weights/") && asset.path.ends_with(".gzip")) {
        sh::say(&format!("Compressing {} (usually 2 to 20 seconds for each megabyte)", asset.path));
        let path = folder.join(&asset.path);
        let before = fs::read(&path).with_context(|| format!("cannot read {}", asset.path))?;
        let after = smallest(&before).with_context(|| format!("{} cannot be compressed anew", asset.path))?;
        println!("{} bytes, {} before", after.len().min(before.len()), before.len());
        if after.len() < before.len() {
            let partial = path.with_extension("partial");
            fs::write(&partial, after)?;
            fs::rename(partial, path)?;
        }
    }
    Ok(())
}

/// The same content in a gzip file that took longer to make.
fn smallest(gzip: &[u8]) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut content)?;
    let mut smaller = Vec::new();
    zopfli::compress(Options::default(), Format::Gzip, &content[..], &mut smaller)?;
    Ok(smaller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use receptive::data::sha256;
    use std::io::Write;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn asset(path: &str) -> Asset {
        let text = |text: &str| text.to_owned();
        Asset {
            path: text(path),
            title: text("t"),
            bytes: 0,
            sha256: sha256(b""),
            licence: text("l"),
            source: text("s"),
        }
    }

    #[test]
    fn weights_shrink_and_say_the_same() {
        // Bytes of which small ones are the more frequent, as in the planes of exponents.
        let content: Vec<u8> =
            (0..60_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 20).trailing_zeros() as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        for name in ["weights/a", "runs/a"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("x.gzip"), gzip(&content)).unwrap();
        }
        run(folder.path(), &[asset("weights/a/x.gzip"), asset("runs/a/x.gzip")]).unwrap();
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let (shrunk, other) = (read("weights/a/x.gzip"), read("runs/a/x.gzip"));
        assert!(shrunk.len() < other.len(), "{} and {}", shrunk.len(), other.len());
        assert_eq!(other, gzip(&content), "only weights are compressed anew");
        let mut unpacked = Vec::new();
        GzDecoder::new(&shrunk[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        run(folder.path(), &[asset("weights/a/x.gzip")]).unwrap();
        assert_eq!(read("weights/a/x.gzip"), shrunk, "the second time nothing is gained");
    }

    #[test]
    fn what_is_no_gzip_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("weights")).unwrap();
        let path = folder.path().join("weights/x.gzip");
        fs::write(&path, "nothing of the kind").unwrap();
        let error = run(folder.path(), &[asset("weights/x.gzip")]).unwrap_err();
        assert!(error.to_string().contains("weights/x.gzip"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"nothing of the kind");
    }
}
