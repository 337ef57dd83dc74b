/// Segments that say how to decode a picture: JFIF, tables, the two common kinds of frame, restarts.
const DECODING: &[u8] = &[0xe0, 0xdb, 0xc0, 0xc2, 0xc4, 0xdd];
const FRAMES: &[u8] = &[0xc0, 0xc2];
const SCAN: u8 = 0xda;
/// Grey, or brightness and two of colour.
const MOST_COMPONENTS: u8 = 3;

/// Whether a file is a JPEG with nothing in it but the picture: no place where it was taken, no other way up, no colours
/// of a press. Every program shows such a file alike.
pub fn is_plain_jpeg(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\xff\xd8").filter(|rest| rest.ends_with(b"\xff\xd9")) else {
        return false;
    };
    while let [0xff, marker, high, low, ..] = *rest {
        if marker == SCAN {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        // Two bytes of length, precision, height, width, components.
        let components = rest.get(9).copied().unwrap_or_default();
        if !DECODING.contains(&marker) || FRAMES.contains(&marker) && components > MOST_COMPONENTS {
            return false;
        }
        let Some(next) = rest.get(2 + length..) else { return false };
        rest = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_plain_jpeg;

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
        assert!(!is_plain_jpeg(&file(&[jfif, frame(4)])), "for a press");
        for length in 0..plain.len() {
            assert!(!is_plain_jpeg(&plain[..length]), "cut off after {length}");
        }
        assert!(!is_plain_jpeg(b"\x89PNG\r\n"));
        assert!(!is_plain_jpeg(b"\xff\xd8\xff\xe0\0\0\xff\xd9"), "a segment shorter than its own length");
    }
}
