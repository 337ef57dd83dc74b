/// Segments that say how to decode a picture: JFIF, tables, the two common kinds of frame, restarts.
const DECODING: &[u8] = &[0xe0, 0xdb, 0xc0, 0xc2, 0xc4, 0xdd];
const FRAMES: &[u8] = &[0xc0, 0xc2];
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
const START: &[u8] = b"\xff\xd8";
const END: &[u8] = b"\xff\xd9";
/// A segment's length counts itself.
const LENGTH_BYTES: usize = 2;
/// Grey, or brightness and two of colour.
const MOST_COMPONENTS: u8 = 3;

/// Marker and body of a part of a file.
type Segment<'a> = (u8, &'a [u8]);

/// Whether a file is a JPEG with nothing in it but the picture, and comments: no place where it was taken, no other way
/// up, no colours of a press or of one screen. Every program shows such a file alike.
pub fn is_plain_jpeg(bytes: &[u8]) -> bool {
    let is_plain = |(marker, body): &Segment| {
        // Precision, height, width, components.
        let components = body.get(5).copied().unwrap_or_default();
        *marker == COMMENT || DECODING.contains(marker) && (!FRAMES.contains(marker) || components <= MOST_COMPONENTS)
    };
    bytes.ends_with(END) && segments(bytes).is_some_and(|(segments, _)| segments.iter().all(is_plain))
}

/// The same without comments; and out of a file that a browser wrote in the usual colours, without that it says so. A file
/// of another form stays as it is.
pub fn to_plain_jpeg(bytes: Vec<u8>) -> Vec<u8> {
    let Some((segments, scan)) = segments(&bytes) else { return bytes };
    let mut plain = START.to_vec();
    for (marker, body) in segments.into_iter().filter(|(marker, _)| DECODING.contains(marker)) {
        // It was read from two bytes.
        let length = (body.len() + LENGTH_BYTES) as u16;
        plain.extend([0xff, marker]);
        plain.extend(length.to_be_bytes());
        plain.extend(body);
    }
    plain.extend(scan);
    plain
}

/// Every segment before the picture itself, and from there on everything.
fn segments(bytes: &[u8]) -> Option<(Vec<Segment<'_>>, &[u8])> {
    let mut rest = bytes.strip_prefix(START)?;
    let mut segments = Vec::new();
    while let [0xff, marker, high, low, after @ ..] = rest {
        if *marker == SCAN {
            return Some((segments, rest));
        }
        let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(LENGTH_BYTES)?;
        let (body, next) = after.split_at_checked(length)?;
        segments.push((*marker, body));
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{is_plain_jpeg, to_plain_jpeg};

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() + 2) as u16;
        [&[0xff, marker], length.to_be_bytes().as_slice(), body].concat()
    }

    fn file(segments: &[Vec<u8>]) -> Vec<u8> {
        [b"\xff\xd8".to_vec(), segments.concat(), b"\xff\xda\0\x08pixels\xff\xd9".to_vec()].concat()
    }

    #[test]
    fn only_what_is_nothing_but_a_picture_is_plain() {
        let jfif = segment(0xe0, b"JFIF\0");
        let frame = |components| segment(0xc0, &[8, 0, 9, 0, 9, components]);
        let plain = file(&[jfif.clone(), segment(0xdb, &[0; 65]), frame(3)]);
        assert!(is_plain_jpeg(&plain));
        assert!(!is_plain_jpeg(&file(&[jfif.clone(), segment(0xe1, b"Exif\0\0")])), "it may say where it was taken");
        assert!(!is_plain_jpeg(&file(&[jfif.clone(), frame(4)])), "for a press");
        let written = file(&[jfif, segment(0xe2, b"ICC_PROFILE\0"), segment(0xdb, &[0; 65]), frame(3)]);
        assert!(!is_plain_jpeg(&written), "it has a profile of colours");
        assert_eq!(to_plain_jpeg(written), plain);
        let commented = file(&[segment(0xfe, b"by a scanner"), plain[2..plain.len() - 12].to_vec()]);
        assert!(is_plain_jpeg(&commented));
        assert_eq!(to_plain_jpeg(commented), plain);
        assert_eq!(to_plain_jpeg(plain.clone()), plain);
        assert_eq!(to_plain_jpeg(b"GIF89a".to_vec()), b"GIF89a");
        for length in 0..plain.len() {
            assert!(!is_plain_jpeg(&plain[..length]), "cut off after {length}");
        }
        assert!(!is_plain_jpeg(b"\x89PNG\r\n"));
        assert!(!is_plain_jpeg(b"\xff\xd8\xff\xe0\0\0\xff\xd9"), "a segment shorter than its own length");
    }
}
