//! The two kinds of file that `torch.save` writes: a zip archive since PyTorch 1.6, pickles and numbers in a row before.

use super::objects::{Storage, Value, View};
use super::pickle::{self, Refusal, broken};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// How the legacy form begins: a pickle of its magic number.
const LEGACY_MAGIC: [u8; 14] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const LEGACY_VERSION: i64 = 1001;
const BIG_ENDIAN: &str = "it was written on a machine with the other order of bytes";

/// A name, and its tensor; `None` for what is no tensor.
type Entry = (Rc<str>, Option<View>);

/// An open checkpoint: what is in it by name, and where the numbers are.
pub struct Container {
    pub entries: Vec<Entry>,
    numbers: RefCell<Numbers>,
}

enum Numbers {
    /// The archive, and the folder within it that all entries are in.
    Zip(ZipArchive<BufReader<File>>, String),
    /// Where each storage begins, in bytes.
    Legacy(File, HashMap<Rc<str>, u64>),
}

impl Container {
    /// Reads the tables of a file; its numbers are left where they are.
    ///
    /// # Errors
    /// When it asks for anything but tensors, or is not as PyTorch writes it.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        (&file).take(LEGACY_MAGIC.len() as u64).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        if start.is_empty() {
            broken("it is empty")
        } else if start.starts_with(b"PK") {
            open_zip(file)
        } else if start == LEGACY_MAGIC {
            open_legacy(file)
        } else {
            broken("it begins neither as the zip nor as the legacy files that torch.save writes")
        }
    }

    /// The bytes of a tensor's elements, in the order of its axes.
    ///
    /// # Errors
    /// When the storage is not in the file or the tensor reaches beyond it.
    pub fn read(&self, view: &View) -> Result<Vec<u8>, Refusal> {
        let storage = &view.storage;
        let (first, count) = storage.part.unwrap_or((0, storage.count));
        let whole = self.numbers.borrow_mut().read(storage)?;
        let size = storage.element.bytes() as usize;
        let outside = || Refusal::Broken("a tensor reaches beyond its numbers".to_owned());
        let part = usize::try_from(first).ok().zip(usize::try_from(count).ok()).and_then(|(first, count)| {
            whole.get(first.checked_mul(size)?..first.checked_add(count)?.checked_mul(size)?)
        });
        gather(part.ok_or_else(outside)?, size, view).ok_or_else(outside)
    }
}

impl Numbers {
    /// All bytes of a storage.
    fn read(&mut self, storage: &Storage) -> Result<Vec<u8>, Refusal> {
        let expected = storage.count.checked_mul(storage.element.bytes());
        let bytes = match self {
            Self::Zip(archive, folder) => {
                let mut entry = archive.by_name(&format!("{folder}data/{}", storage.key)).map_err(of_zip)?;
                // Not more than the file is long: that was compared when it was opened.
                let mut bytes = Vec::with_capacity(entry.size() as usize);
                entry.read_to_end(&mut bytes)?;
                bytes
            }
            Self::Legacy(file, places) => {
                let place = places.get(&storage.key).copied();
                let place = place.ok_or_else(|| Refusal::Broken("it lacks the numbers of a tensor".to_owned()))?;
                file.seek(SeekFrom::Start(place))?;
                let mut bytes = Vec::new();
                // Compared with the length of the file when it was opened.
                file.take(expected.unwrap_or(0)).read_to_end(&mut bytes)?;
                bytes
            }
        };
        if Some(bytes.len() as u64) != expected {
            return broken(&format!(
                "its numbers {} are {} bytes, which is not what its tensors say",
                storage.key,
                bytes.len()
            ));
        }
        Ok(bytes)
    }
}

fn of_zip(error: ZipError) -> Refusal {
    Refusal::Broken(error.to_string())
}

fn open_zip(file: File) -> Result<Container, Refusal> {
    let length = file.metadata()?.len();
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(of_zip)?;
    let mut folder = None;
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(of_zip)?;
        let name = entry.name().map_err(of_zip)?.into_owned();
        // PyTorch compresses nothing: a file that unpacks to more than itself is made to hurt.
        if entry.compression() != CompressionMethod::Stored || entry.size() > length {
            return broken(&format!("its part {name} is compressed, which PyTorch never does"));
        }
        let before = name.strip_suffix("data.pkl").filter(|before| before.is_empty() || before.ends_with('/'));
        if before.is_some_and(|before| folder.replace(before.to_owned()).is_some()) {
            return broken("it holds more than one data.pkl");
        }
    }
    let Some(folder) = folder else { return broken("its zip holds no data.pkl") };
    let order = format!("{folder}byteorder");
    if archive.index_for_name(&order).is_some() {
        let mut text = String::new();
        archive.by_name(&order).map_err(of_zip)?.take(16).read_to_string(&mut text)?;
        if text.trim() != "little" {
            return broken(BIG_ENDIAN);
        }
    }
    let pickle = archive.by_name(&format!("{folder}data.pkl")).map_err(of_zip)?;
    let (table, _) = pickle::read(&mut BufReader::new(pickle))?;
    let entries = entries(&table)?;
    Ok(Container { entries, numbers: RefCell::new(Numbers::Zip(archive, folder)) })
}

/// Five pickles (magic number, version, machine, the table, the keys of the storages), then for each storage the number
/// of its elements, in eight bytes, and the elements.
fn open_legacy(file: File) -> Result<Container, Refusal> {
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    pickle::read(&mut reader)?;
    if !matches!(pickle::read(&mut reader)?.0, Value::Int(LEGACY_VERSION)) {
        return broken("it has an unknown version of the legacy form");
    }
    let Value::Table(machine) = pickle::read(&mut reader)?.0 else { return broken("it does not describe its machine") };
    let is_little = |(key, value): &(Rc<str>, Value)| &**key == "little_endian" && matches!(value, Value::Bool(true));
    if !machine.borrow().iter().any(is_little) {
        return broken(BIG_ENDIAN);
    }
    let (table, used) = pickle::read(&mut reader)?;
    let entries = entries(&table)?;
    let Value::List(keys) = pickle::read(&mut reader)?.0 else { return broken("it does not list its numbers") };
    let mut storages: HashMap<&str, &Storage> = HashMap::new();
    for storage in &used {
        let first = storages.entry(&storage.key).or_insert(storage);
        if (first.count, first.element) != (storage.count, storage.element) {
            return broken("its tensors do not agree about their numbers");
        }
    }
    let mut place = reader.stream_position()?;
    let mut places = HashMap::new();
    for key in keys.borrow().iter() {
        let Value::Text(key) = key else { return broken("it does not list its numbers") };
        let Some(storage) = storages.get(&**key) else { return broken("it has numbers that belong to no tensor") };
        let mut count = [0; 8];
        reader.seek(SeekFrom::Start(place))?;
        reader.read_exact(&mut count)?;
        if u64::from_le_bytes(count) != storage.count {
            return broken("it has another number of elements than its tensors");
        }
        places.insert(key.clone(), place + 8);
        let end = storage.count.checked_mul(storage.element.bytes()).and_then(|bytes| (place + 8).checked_add(bytes));
        match end.filter(|end| *end <= length) {
            Some(end) => place = end,
            None => return broken("it ends early"),
        }
    }
    Ok(Container { entries, numbers: RefCell::new(Numbers::Legacy(reader.into_inner(), places)) })
}

/// The tensors of a table.
fn entries(content: &Value) -> Result<Vec<Entry>, Refusal> {
    let Value::Table(table) = content else { return broken("it holds no table of tensors") };
    let mut entries = Vec::new();
    for (name, value) in table.borrow().iter() {
        entries.push((name.clone(), if let Value::Tensor(tensor) = value { tensor.borrow().clone() } else { None }));
    }
    Ok(entries)
}

/// A tensor's elements, each of `size` bytes, in the order of its axes; `None` where it reaches beyond the storage.
fn gather(storage: &[u8], size: usize, view: &View) -> Option<Vec<u8>> {
    let View { offset, shape, strides, .. } = view;
    let offset = usize::try_from(*offset).ok()?;
    let count = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n))?;
    if count == 0 {
        return Some(Vec::new());
    }
    let mut expected = 1;
    let dense = shape.iter().zip(strides).rev().all(|(n, stride)| {
        let fits = *n == 1 || *stride == expected;
        // No more than the count in the end.
        expected *= *n as u64;
        fits
    });
    if dense {
        let (start, end) = (offset.checked_mul(size)?, offset.checked_add(count)?.checked_mul(size)?);
        return storage.get(start..end).map(<[u8]>::to_vec);
    }
    // A tensor may repeat its elements (stride 0), but not make more of them than a network has.
    if count > storage.len() {
        return None;
    }
    let mut bytes = Vec::with_capacity(count * size);
    for i in 0..count {
        let (mut rest, mut place) = (i, offset as u64);
        for (n, stride) in shape.iter().zip(strides).rev() {
            place = place.checked_add(((rest % n) as u64).checked_mul(*stride)?)?;
            rest /= n;
        }
        let start = usize::try_from(place).ok()?.checked_mul(size)?;
        bytes.extend(storage.get(start..start.checked_add(size)?)?);
    }
    Some(bytes)
}
