//! The part of Python's pickle that a table of tensors needs, and no more.
//!
//! A pickle is a program: it may name any function of Python and call it. Nothing is ever called here; a name other
//! than those that PyTorch uses for tensors refuses the whole file, so that nobody passes on a file that would attack
//! the next reader. What is allowed is less than what PyTorch's own careful loader (`torch.load(weights_only=True)`)
//! allows.

use super::objects::{Storage, Value, append, build, class, make, set, storage, tuple};
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// The pickles of a checkpoint are tables of names and shapes: ResNet-152's has 120 KB.
const MAX_PICKLE_BYTES: u64 = 4 << 20;
/// Names and numbers of a line are short.
const MAX_LINE_BYTES: u64 = 4096;
/// Why a pickle is refused.
#[derive(Debug)]
pub enum Refusal {
    /// It asks for this.
    Class(String),
    Broken(String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken("it ends early".to_owned()),
            _ => Self::Broken(error.to_string()),
        }
    }
}

/// Reads one pickle to its end. Returns what it holds, and every storage that it mentions.
///
/// # Errors
/// When it asks for what is not allowed, or is broken.
pub fn read(pickle: &mut impl BufRead) -> Result<(Value, Vec<Rc<Storage>>), Refusal> {
    let mut pickle = pickle.take(MAX_PICKLE_BYTES);
    let mut machine = Machine { stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), storages: Vec::new() };
    loop {
        let opcode = byte(&mut pickle)?;
        if opcode == b'.' {
            return Ok((machine.pop()?, machine.storages));
        }
        machine.step(opcode, &mut pickle)?;
    }
}

pub fn broken<T>(reason: &str) -> Result<T, Refusal> {
    Err(Refusal::Broken(reason.to_owned()))
}

/// Python's: a stack, the places of the marks on it, and values kept under a number.
struct Machine {
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
    storages: Vec<Rc<Storage>>,
}

impl Machine {
    /// The opcodes are those of Python's `pickletools`.
    fn step(&mut self, opcode: u8, pickle: &mut impl BufRead) -> Result<(), Refusal> {
        match opcode {
            // The version.
            0x80 => drop(byte(pickle)?),
            b'(' => self.marks.push(self.stack.len()),
            b'N' => self.stack.push(Value::Other),
            0x88 => self.stack.push(Value::Bool(true)),
            0x89 => self.stack.push(Value::Bool(false)),
            b'K' => self.stack.push(Value::Int(byte(pickle)?.into())),
            b'M' => self.stack.push(Value::Int(u16::from_le_bytes(array(pickle)?).into())),
            b'J' => self.stack.push(Value::Int(i32::from_le_bytes(array(pickle)?).into())),
            0x8a => {
                let length = byte(pickle)?;
                let integer = integer(&bytes(pickle, length.into())?);
                self.stack.push(integer);
            }
            b'G' => {
                array::<8>(pickle)?;
                self.stack.push(Value::Other);
            }
            b'U' => {
                let length = byte(pickle)?;
                self.text(pickle, length.into())?;
            }
            b'T' | b'X' => {
                let length = u32::from_le_bytes(array(pickle)?);
                self.text(pickle, length)?;
            }
            b')' => self.stack.push(tuple(Vec::new())?),
            b't' => {
                let items = self.pop_mark()?;
                self.stack.push(tuple(items)?);
            }
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
                items.reverse();
                self.stack.push(tuple(items)?);
            }
            b']' => self.stack.push(Value::List(Rc::default())),
            b'}' => self.stack.push(Value::Table(Rc::default())),
            b'a' => {
                let item = self.pop()?;
                append(self.stack.last(), vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                append(self.stack.last(), items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                set(self.stack.last(), &[key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                set(self.stack.last(), &items)?;
            }
            b'q' => self.keep(byte(pickle)?.into())?,
            b'r' => self.keep(u32::from_le_bytes(array(pickle)?))?,
            b'h' => self.recall(byte(pickle)?.into())?,
            b'j' => self.recall(u32::from_le_bytes(array(pickle)?))?,
            b'c' => self.stack.push(Value::Class(class(&line(pickle)?, &line(pickle)?)?)),
            b'Q' => {
                let id = self.pop()?;
                let storage = storage(&id)?;
                self.storages.push(storage.clone());
                self.stack.push(Value::Storage(storage));
            }
            // REDUCE calls with arguments, NEWOBJ makes an object from them: for what is allowed it is the same.
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                let class = self.pop()?;
                self.stack.push(make(&class, &arguments)?);
            }
            b'b' => {
                let state = self.pop()?;
                build(self.stack.last(), &state)?;
            }
            b'i' => return Err(Refusal::Class(format!("{}.{}", line(pickle)?, line(pickle)?))),
            0x82..=0x84 => return Err(Refusal::Class("Python's extension registry".to_owned())),
            0x8c..=0x98 => return broken("its pickle has protocol 4 or newer, and PyTorch's usual protocol 2 is read"),
            other => return broken(&format!("{other:#04x} is no pickle instruction that tensors need")),
        }
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, Refusal> {
        // What lies below a mark is not there.
        if self.stack.len() <= self.marks.last().copied().unwrap_or(0) {
            return broken("its pickle takes more than there is");
        }
        self.stack.pop().ok_or_else(|| Refusal::Broken("its pickle takes more than there is".to_owned()))
    }

    fn pop_mark(&mut self) -> Result<Vec<Value>, Refusal> {
        match self.marks.pop() {
            Some(mark) if mark <= self.stack.len() => Ok(self.stack.split_off(mark)),
            _ => broken("its pickle takes more than there is"),
        }
    }

    fn text(&mut self, pickle: &mut impl BufRead, length: u32) -> Result<(), Refusal> {
        let text = bytes(pickle, length)?;
        self.stack.push(Value::Text(String::from_utf8_lossy(&text).into()));
        Ok(())
    }

    fn keep(&mut self, number: u32) -> Result<(), Refusal> {
        let Some(value) = self.stack.last() else { return broken("its pickle keeps what is not there") };
        self.memo.insert(number, value.clone());
        Ok(())
    }

    fn recall(&mut self, number: u32) -> Result<(), Refusal> {
        let Some(value) = self.memo.get(&number) else { return broken("its pickle recalls what was not kept") };
        self.stack.push(value.clone());
        Ok(())
    }
}

/// A whole number of any length, the lowest byte first.
fn integer(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Other;
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut whole = [if negative { 0xff } else { 0 }; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(whole))
}

fn byte(pickle: &mut impl BufRead) -> io::Result<u8> {
    array::<1>(pickle).map(|[byte]| byte)
}

fn array<const N: usize>(pickle: &mut impl BufRead) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    pickle.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// So many bytes; what a file only claims to have takes no memory.
fn bytes(pickle: &mut impl BufRead, count: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pickle.take(count.into()).read_to_end(&mut bytes)?;
    if bytes.len() < count as usize { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}

fn line(pickle: &mut impl BufRead) -> Result<String, Refusal> {
    let mut text = Vec::new();
    pickle.take(MAX_LINE_BYTES).read_until(b'\n', &mut text)?;
    if text.pop() != Some(b'\n') {
        return broken("a name in its pickle has no end");
    }
    // What is shown in a message must not change the terminal.
    Ok(String::from_utf8_lossy(&text).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(pickle: &[u8]) -> Result<Value, Refusal> {
        read(&mut &pickle[..]).map(|(value, _)| value)
    }

    /// Each of these would run `id` when Python's pickle opens it.
    #[test]
    fn whatever_else_is_named_is_refused_by_name() {
        for (pickle, name) in [
            (&b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R."[..], "posix.system"),
            (b"cbuiltins\neval\n(S'1'\ntR.", "builtins.eval"),
            (b"(ios\nsystem\n.", "os.system"),
            (b"\x80\x02ctorch\nload\n.", "torch.load"),
            (b"\x80\x02ctorch.cuda\nStorage\n.", "torch.cuda.Storage"),
        ] {
            let Err(Refusal::Class(got)) = verdict(pickle) else { panic!("{name} was let through") };
            assert_eq!(got, name);
        }
        assert!(matches!(verdict(b"\x80\x02\x82\x01."), Err(Refusal::Class(_))));
        // A class that is allowed, made to hold what is not a tensor.
        assert!(matches!(verdict(b"\x80\x02ctorch._utils\n_rebuild_parameter\n)R."), Err(Refusal::Broken(_)) | Ok(_)));
        assert!(matches!(verdict(b"\x80\x02K\x01)R."), Err(Refusal::Class(_))));
        // Protocol 4 takes names from its stack.
        assert!(matches!(verdict(b"\x80\x04\x8c\x05posix\x8c\x06system\x93."), Err(Refusal::Broken(_))));
    }

    #[test]
    fn broken_pickles_are_refused_without_holding_what_they_claim() {
        for pickle in [
            &b""[..],
            b"\x80",
            b"\x80\x02",
            b".",
            b"(.",
            b"]h\x01a.",
            b"K\x01\x85\x86.",
            b"K\x01(\x85.",
            b"X\xff\xff\xff\xffabc",
            b"cno end",
            b"\xff.",
            b"t.",
            b"K\x01q",
        ] {
            assert!(matches!(verdict(pickle), Err(Refusal::Broken(_))), "{pickle:?}");
        }
    }

    /// Values that hold each other without end would overflow the stack of whoever drops them.
    #[test]
    fn nothing_can_be_nested_without_end() {
        let nested = |step: &[u8]| [b"\x80\x02)q\x00", step.repeat(100_000).as_slice(), b"."].concat();
        assert!(matches!(verdict(&nested(b"\x85")), Err(Refusal::Broken(_))));
        // A list in a tuple in a list, and so on.
        let list = verdict(&nested(b"\x850]q\x00h\x00\x85a"));
        assert!(matches!(list, Err(Refusal::Broken(_))), "0 (POP) is not needed");
        drop(verdict(&nested(b"]q\x01h\x00ah\x01q\x00")));
        drop(verdict(&nested(b"]q\x01h\x00\x85ah\x01q\x00")));
        drop(verdict(&nested(b"}q\x01X\x01\x00\x00\x00kh\x00sh\x01q\x00")));
        // In itself.
        drop(verdict(b"]q\x00h\x00a."));
    }

    #[test]
    fn whole_numbers_have_their_sign() {
        let number = |bytes: &[u8]| if let Value::Int(n) = integer(bytes) { Some(n) } else { None };
        assert_eq!(number(&[]), Some(0));
        assert_eq!(number(&[0xff]), Some(-1));
        assert_eq!(number(&[0xe9, 3]), Some(1001));
        assert_eq!(number(&[0; 9]), None);
    }
}
