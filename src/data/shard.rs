//! Weights in files of at most 16 MB, so that downloads can be resumed and little memory is needed at a time.
//!
//! A shard is a safetensors file. Kernels and matrices are half-precision floats, vectors (biases, batch norms) whole
//! ones, and a tensor too large for one shard is cut into pieces of some rows each. The file is stored as `*.planes.gzip`:
//! every even byte first, then every odd byte, then gzip. The two halves of a half-precision number are unlike (one
//! holds sign and size, the other fine noise), and kept apart SqueezeNet's compress to 87 % instead of 92.

use super::{DataError, Problem, gunzip};
use flate2::{Compression, write::GzEncoder};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::io::Write;

/// The most a shard may hold, unpacked.
pub const MAX_SHARD_BYTES: usize = 16 << 20;
/// What is put into one: while it is read it takes four times as much memory, beside the network that it becomes part of.
const SHARD_BYTES: usize = 8 << 20;
/// Room for the header of a shard.
const HEADER_BYTES: usize = 1 << 20;

/// A tensor, or some rows of one that is too large for a shard.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// PyTorch's name: `classifier.1.weight`.
    pub tensor: String,
    /// Where in the tensor's first axis these rows begin.
    pub first_row: usize,
    /// Of the piece.
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Piece {
    fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// `name` of a whole tensor, `name[3..7]` of rows.
    fn label(&self, whole: bool) -> String {
        let (first, end) = (self.first_row, self.first_row + self.rows());
        if whole { self.tensor.clone() } else { format!("{}[{first}..{end}]", self.tensor) }
    }

    fn dtype(&self) -> Dtype {
        if self.shape.len() > 1 { Dtype::F16 } else { Dtype::F32 }
    }
}

/// Packs tensors (name, shape, values), in order, into as few shards as possible.
///
/// # Errors
/// When a single row of a tensor is larger than a shard, there are not as many values as its shape says, or a value is
/// infinite or too large for half precision.
pub fn write_shards(
    tensors: impl IntoIterator<Item = (String, Vec<usize>, Vec<f32>)>,
) -> Result<Vec<Vec<u8>>, DataError> {
    let mut shards = Vec::new();
    let mut pieces: Vec<(Piece, bool)> = Vec::new();
    let mut used = HEADER_BYTES;
    for (tensor, shape, values) in tensors {
        if shape.iter().product::<usize>() != values.len() {
            let reason = format!("{tensor} has {} values and the shape {shape:?}", values.len());
            return Err(DataError::new(&tensor, 0, Problem::BadShard { reason }));
        }
        let rows = shape.first().copied().unwrap_or(1).max(1);
        let row_values = values.len() / rows;
        let row_bytes = row_values * if shape.len() > 1 { 2 } else { 4 };
        let mut first_row = 0;
        while first_row < rows {
            let fit = (SHARD_BYTES - used) / row_bytes.max(1);
            // Small tensors are not cut: the next shard has room for them.
            let whole_fits_alone = rows * row_bytes <= SHARD_BYTES - HEADER_BYTES;
            let take = if whole_fits_alone && fit < rows { 0 } else { fit.min(rows - first_row) };
            if take == 0 {
                if pieces.is_empty() {
                    let reason = format!("a row of {tensor} has {row_bytes} bytes");
                    return Err(DataError::new(&tensor, 0, Problem::BadShard { reason }));
                }
                shards.push(pack(&std::mem::take(&mut pieces))?);
                used = HEADER_BYTES;
                continue;
            }
            let mut piece_shape = shape.clone();
            if let Some(first) = piece_shape.first_mut() {
                *first = take;
            }
            let part = values[first_row * row_values..(first_row + take) * row_values].to_vec();
            pieces.push((Piece { tensor: tensor.clone(), first_row, shape: piece_shape, values: part }, take == rows));
            used += take * row_bytes;
            first_row += take;
        }
    }
    if !pieces.is_empty() {
        shards.push(pack(&pieces)?);
    }
    Ok(shards)
}

fn pack(pieces: &[(Piece, bool)]) -> Result<Vec<u8>, DataError> {
    let mut data = Vec::with_capacity(pieces.len());
    for (piece, whole) in pieces {
        let bytes: Vec<u8> = match piece.dtype() {
            Dtype::F16 => piece.values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect(),
            _ => piece.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        // As it will be read again: [`read_shard`] refuses what is not finite.
        let is_kept = |v: &f32| if piece.dtype() == Dtype::F16 { f16::from_f32(*v).is_finite() } else { v.is_finite() };
        if let Some(bad) = piece.values.iter().find(|v| !is_kept(v)) {
            let reason = format!("{} holds {bad}, which cannot be stored", piece.tensor);
            return Err(DataError::new(&piece.tensor, 0, Problem::BadShard { reason }));
        }
        data.push((piece.label(*whole), piece.dtype(), piece.shape.clone(), bytes));
    }
    let broken = |e: &dyn std::fmt::Display| {
        DataError::new("the shard", 0, Problem::BadShard { reason: format!("it cannot be written: {e}") })
    };
    let views = data
        .iter()
        .map(|(label, dtype, shape, bytes)| Ok((label, TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|e| broken(&e))?;
    let mut file = safetensors::serialize(views, None).map_err(|e| broken(&e))?;
    if file.len() % 2 == 1 {
        // Not with the types used here, whose sizes are even.
        file.push(0);
    }
    write_planes("the shard", &file)
}

/// Compresses a file of half-precision numbers as a shard is: even bytes, odd bytes, gzip.
///
/// # Errors
/// Only when there is no memory left.
pub(super) fn write_planes(file: &str, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let packed = gzip.write_all(&to_planes(bytes)).and_then(|()| gzip.finish());
    packed.map_err(|e| {
        let reason = format!("it cannot be written: {e}");
        DataError::new(file, 0, Problem::BadShard { reason })
    })
}

/// Undoes [`write_planes`].
///
/// # Errors
/// When it is broken or truncated, or larger than `limit` bytes.
pub(super) fn read_planes(file: &str, bytes: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
    Ok(from_planes(&gunzip(file, bytes, limit)?))
}

/// Unpacks a shard; half-precision values become whole ones.
///
/// # Errors
/// When it is broken or truncated, larger than [`MAX_SHARD_BYTES`], or holds anything but half and whole floats.
pub fn read_shard(file: &str, bytes: &[u8]) -> Result<Vec<Piece>, DataError> {
    let bad = |reason: String| DataError::new(file, 0, Problem::BadShard { reason });
    let unpacked = read_planes(file, bytes, MAX_SHARD_BYTES)?;
    let tensors = SafeTensors::deserialize(&unpacked).map_err(|e| bad(e.to_string()))?;
    let mut pieces = Vec::with_capacity(tensors.len());
    for (label, view) in tensors.iter() {
        let values: Vec<f32> = match view.dtype() {
            Dtype::F16 => view.data().as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Dtype::F32 => view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            other => return Err(bad(format!("{label} is stored as {other:?}"))),
        };
        if values.iter().any(|v| !v.is_finite()) {
            return Err(bad(format!("{label} holds values that are not finite numbers")));
        }
        let (tensor, first_row) = parse_label(label).ok_or_else(|| bad(format!("{label:?} names no rows")))?;
        pieces.push(Piece { tensor, first_row, shape: view.shape().to_vec(), values });
    }
    // In the order of the rows, whatever the order in the file.
    pieces.sort_by(|a, b| (&a.tensor, a.first_row).cmp(&(&b.tensor, b.first_row)));
    Ok(pieces)
}

fn parse_label(label: &str) -> Option<(String, usize)> {
    let Some((tensor, rows)) = label.strip_suffix(']').and_then(|rest| rest.split_once('[')) else {
        return Some((label.to_owned(), 0));
    };
    Some((tensor.to_owned(), rows.split_once("..")?.0.parse().ok()?))
}

fn to_planes(bytes: &[u8]) -> Vec<u8> {
    let even = bytes.iter().step_by(2);
    let odd = bytes.iter().skip(1).step_by(2);
    even.chain(odd).copied().collect()
}

fn from_planes(planes: &[u8]) -> Vec<u8> {
    let (even, odd) = planes.split_at(planes.len().div_ceil(2));
    let mut bytes = Vec::with_capacity(planes.len());
    for (i, low) in even.iter().enumerate() {
        bytes.push(*low);
        bytes.extend(odd.get(i));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_come_together_again() {
        assert_eq!(to_planes(&[1, 2, 3, 4, 5, 6]), [1, 3, 5, 2, 4, 6]);
        for length in 0..9_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            assert_eq!(from_planes(&to_planes(&bytes)), bytes);
        }
    }

    #[test]
    fn tensors_come_back_rounded_to_half_precision_and_in_pieces_where_they_are_large() {
        let large = (0..3000 * 4096).map(|i| (i % 1000) as f32 / 8.0).collect::<Vec<f32>>();
        let tensors = [
            ("a.weight".to_owned(), vec![2, 1, 1, 2], vec![0.5, -0.25, 0.1, 3.0]),
            ("a.bias".to_owned(), vec![2], vec![0.1, 1e-7]),
            ("b.weight".to_owned(), vec![3000, 4096], large.clone()),
        ];
        let shards = write_shards(tensors).expect("all values are small numbers");
        assert_eq!(shards.len(), 4, "25 MB of half-precision values");
        let pieces: Vec<Piece> = shards.iter().flat_map(|s| read_shard("shard", s).expect("just written")).collect();
        let find = |name: &str| pieces.iter().filter(|p| p.tensor == name).collect::<Vec<_>>();
        assert_eq!(find("a.weight")[0].values, [0.5, -0.25, 0.099_975_586, 3.0]);
        assert_eq!(find("a.bias")[0].values, [0.1, 1e-7], "vectors stay whole floats");
        let rows = find("b.weight");
        assert!(rows.len() == 4 && rows[0].first_row == 0 && rows[1].first_row == rows[0].shape[0]);
        let joined: Vec<f32> = rows.iter().flat_map(|p| p.values.iter().copied()).collect();
        assert_eq!(joined, large);
    }

    #[test]
    fn broken_shards_and_impossible_values_are_refused() {
        let shard = write_shards([("a.weight".to_owned(), vec![1, 2], vec![1.0, 2.0])]).expect("small").remove(0);
        assert!(read_shard("cut", &shard[..shard.len() - 3]).is_err());
        assert!(read_shard("empty", &[]).is_err());
        assert!(read_shard("text", b"not a shard").is_err());
        assert!(write_shards([("a.weight".to_owned(), vec![1, 1], vec![1e6])]).is_err(), "above half precision");
        assert!(write_shards([("a.weight".to_owned(), vec![1, 1], vec![f32::NAN])]).is_err());
        assert!(write_shards([("a.bias".to_owned(), vec![1], vec![f32::INFINITY])]).is_err());
        assert!(write_shards([("a.bias".to_owned(), vec![2], vec![1.0])]).is_err(), "not as many as the shape says");
    }
}
