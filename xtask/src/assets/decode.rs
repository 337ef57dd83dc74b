//! Pictures decoded: which size they have, and their colours.

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use receptive::data::Rgb;
use std::io::Cursor;

/// Height and width of a picture as it is shown, by its header; `None` where that cannot be read.
pub fn size_of(file: &[u8]) -> Option<[usize; 2]> {
    let (size, _, _) = open(file)?;
    Some(size)
}

/// A picture of this height and width, as it is shown: turned as it says, what is transparent on white, of a moving one
/// the first frame. `None` where it cannot be decoded or has another size; then nothing is.
pub fn decode(file: &[u8], size: [usize; 2]) -> Option<Rgb> {
    let (its, orientation, decoder) = open(file)?;
    if its != size {
        return None;
    }
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let [height, width] = size;
    Some(Rgb::from_rgba(width, height, &picture.into_rgba8()))
}

/// Whether the format may have changed the pixels: JPEG, and WebP unless it holds the kind of data that does not.
pub fn is_lossy(file: &[u8]) -> bool {
    let lossless_webp = || file.windows(4).any(|four| four == b"VP8L");
    file.starts_with(b"\xff\xd8") || file.starts_with(b"RIFF") && !lossless_webp()
}

/// Reads the header.
fn open(file: &[u8]) -> Option<([usize; 2], Orientation, impl ImageDecoder)> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let (height, width) = (height as usize, width as usize);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let lies = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    Some((if lies { [width, height] } else { [height, width] }, orientation, decoder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    fn encoded(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let opaque = DynamicImage::ImageRgba8(picture.clone());
        let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(opaque.to_rgb8()) } else { opaque };
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// Three wide and two high: red, green, blue above; white, black, nothing below.
    fn flag() -> RgbaImage {
        let rows = [[[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]], [[255; 4], [0, 0, 0, 255], [9, 9, 9, 0]]];
        RgbaImage::from_fn(3, 2, |x, y| Rgba(rows[y as usize][x as usize]))
    }

    #[test]
    fn every_format_is_decoded_and_what_is_transparent_is_white() {
        let expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 255, 255];
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            let file = encoded(&flag(), format);
            assert_eq!((size_of(&file), is_lossy(&file)), (Some([2, 3]), false), "{format:?}");
            assert_eq!(decode(&file, [2, 3]).unwrap().pixels, expected, "{format:?}");
            assert_eq!(decode(&file, [3, 2]), None, "{format:?}");
        }
        // One colour comes through JPEG as it was, or one value off.
        let grey = RgbaImage::from_pixel(16, 8, Rgba([100, 100, 100, 255]));
        let file = encoded(&grey, ImageFormat::Jpeg);
        assert_eq!((size_of(&file), is_lossy(&file)), (Some([8, 16]), true));
        let decoded = decode(&file, [8, 16]).unwrap();
        assert_eq!((decoded.width, decoded.height, decoded.pixels.len()), (16, 8, 16 * 8 * 3));
        assert!(decoded.pixels.iter().all(|value| value.abs_diff(100) <= 1));
    }

    /// Exif with the one entry “orientation 6”: turn it clockwise to see it as it was.
    #[test]
    fn pictures_lying_on_their_side_are_turned() {
        let jpeg = encoded(&RgbaImage::from_pixel(16, 8, Rgba([100, 100, 100, 255])), ImageFormat::Jpeg);
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
        assert_eq!(size_of(&turned), Some([16, 8]));
        let decoded = decode(&turned, [16, 8]).unwrap();
        assert_eq!((decoded.width, decoded.height), (8, 16));
    }

    #[test]
    fn broken_pictures_are_none() {
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Jpeg] {
            let whole = encoded(&flag(), format);
            for length in 0..whole.len() {
                // What is cut off near its end may still be shown: what counts is that there is an answer.
                drop(decode(&whole[..length], [2, 3]));
            }
            assert_eq!(decode(&whole[..12], [2, 3]), None, "{format:?}");
        }
        assert_eq!((size_of(b""), size_of(b"\x89PNG\r\n\x1a\nhello")), (None, None));
    }
}
