//! NumPy's file format for one array, version 1.0. Pure.
//!
//! Source: NumPy's documentation of `numpy.lib.format`.

/// The header is padded so that the values begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// 32-bit floats, little-endian.
    F32,
    /// Bytes.
    U8,
}

/// A `.npy` file of these values, row-major, as `numpy.save` writes it.
pub fn npy(dtype: Dtype, shape: &[usize], values: &[u8]) -> Vec<u8> {
    let descr = match dtype {
        Dtype::F32 => "<f4",
        Dtype::U8 => "|u1",
    };
    let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
    // A tuple of one needs its comma.
    let comma = if sides.len() == 1 { "," } else { "" };
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}{comma}), }}", sides.join(", "));
    // Magic, version, length; and the line break that ends the header.
    let length = (10 + header.len() + 1).next_multiple_of(ALIGNMENT) - 10;
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&(length as u16).to_le_bytes());
    file.extend_from_slice(format!("{header:<width$}\n", width = length - 1).as_bytes());
    file.extend_from_slice(values);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `numpy.save` (2.x) writes for `numpy.array([[1.5, -2.0]], dtype="<f4")`.
    const FLOATS: &[u8] = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }                                                          \n\x00\x00\xc0?\x00\x00\x00\xc0";
    /// The same for `numpy.arange(3, dtype="u1")`.
    const BYTES: &[u8] = b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }                                                            \n\x00\x01\x02";

    #[test]
    fn files_are_those_of_numpy() {
        let floats: Vec<u8> = [1.5_f32, -2.0].into_iter().flat_map(f32::to_le_bytes).collect();
        assert_eq!(npy(Dtype::F32, &[1, 2], &floats), FLOATS);
        assert_eq!(npy(Dtype::U8, &[3], &[0, 1, 2]), BYTES);
    }
}
