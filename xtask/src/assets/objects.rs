//! What a checkpoint's pickle may be about: tensors, and what they are made of.
//!
//! Every way is read in which `torch.save` has written tensors since 2017: rebuilt by a function, wrapped as
//! parameters, and made empty and then given their state.

use super::pickle::{Refusal, broken};
use std::cell::RefCell;
use std::rc::Rc;

/// Tuples in tuples: a storage in the state of a tensor has three.
const MAX_DEPTH: usize = 8;

/// What a pickle is about.
#[derive(Clone, Debug)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Text(Rc<str>),
    Tuple(Rc<Tuple>),
    List(Rc<RefCell<Vec<Value>>>),
    Table(Rc<RefCell<Vec<Entry>>>),
    Class(Class),
    Storage(Rc<Storage>),
    /// `None` until its state is known.
    Tensor(Rc<RefCell<Option<View>>>),
    /// What no tensor needs: `None`, fractions, settings beside the weights.
    Other,
}

/// A key of a table and its value.
pub type Entry = (Rc<str>, Value);

#[derive(Debug)]
pub struct Tuple {
    pub items: Vec<Value>,
    depth: usize,
    /// Whether a list or table is in it, however deep.
    open: bool,
}

/// A name that may stand in a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    OrderedDict,
    /// `_rebuild_tensor(storage, offset, shape, stride, …)`
    Rebuild,
    /// `Parameter(tensor, …)`, `_rebuild_parameter(tensor, …)`
    Parameter,
    /// `FloatTensor()`, whose state is that of `_rebuild_tensor`.
    Empty,
    Storage(Element),
}

/// What a storage is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
}

/// A run of numbers in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Storage {
    pub key: Rc<str>,
    pub element: Element,
    pub count: u64,
    /// The part of it, in elements, that this one is.
    pub part: Option<(u64, u64)>,
}

/// How a tensor lies in its storage; offset and strides in elements.
#[derive(Clone, Debug)]
pub struct View {
    pub storage: Rc<Storage>,
    pub offset: u64,
    pub shape: Vec<usize>,
    pub strides: Vec<u64>,
}

impl Element {
    pub fn bytes(self) -> u64 {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }
}

/// # Errors
/// When it is nested more deeply than anything in a checkpoint.
pub fn tuple(items: Vec<Value>) -> Result<Value, Refusal> {
    let depth = |item: &Value| if let Value::Tuple(tuple) = item { tuple.depth } else { 0 };
    let depth = 1 + items.iter().map(depth).max().unwrap_or(0);
    if depth > MAX_DEPTH {
        return broken("its pickle is nested more deeply than tensors are");
    }
    let open = items.iter().any(can_grow);
    Ok(Value::Tuple(Rc::new(Tuple { items, depth, open })))
}

fn can_grow(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Table(_) => true,
        Value::Tuple(tuple) => tuple.open,
        _ => false,
    }
}

/// Adds to the list on top of the stack. Lists hold nothing that could still grow: so nothing can be nested without
/// end, which would need as deep a stack to be dropped.
///
/// # Errors
/// When there is no list.
pub fn append(top: Option<&Value>, items: Vec<Value>) -> Result<(), Refusal> {
    let Some(Value::List(list)) = top else { return broken("its pickle appends to what is no list") };
    let mut list = list.try_borrow_mut().map_err(|_| Refusal::Broken("a list is in use".to_owned()))?;
    for item in items {
        let item = match item {
            // Python 2 writes the entries of a table as lists of two.
            Value::List(pair) => match pair.try_borrow().as_deref().map(Vec::as_slice) {
                Ok([key, value]) if !can_grow(key) && !can_grow(value) => tuple(vec![key.clone(), value.clone()])?,
                _ => Value::Other,
            },
            item if can_grow(&item) => Value::Other,
            item => item,
        };
        list.push(item);
    }
    Ok(())
}

/// Fills the table on top of the stack with keys and values.
///
/// # Errors
/// When there is no table.
pub fn set(top: Option<&Value>, items: &[Value]) -> Result<(), Refusal> {
    let Some(Value::Table(table)) = top else { return broken("its pickle fills what is no table") };
    for pair in items.chunks(2) {
        insert(&mut table.borrow_mut(), pair);
    }
    Ok(())
}

/// Gives what is on top of the stack its state. Only a tensor that was made empty needs one; those of tables (versions
/// of modules) and of parameters (whether they are trained) say nothing about the numbers.
///
/// # Errors
/// When it is of no use.
pub fn build(top: Option<&Value>, state: &Value) -> Result<(), Refusal> {
    match (top, state) {
        (Some(Value::Tensor(tensor)), Value::Tuple(state)) if tensor.borrow().is_none() => {
            let view = view(&state.items)?;
            *tensor.borrow_mut() = Some(view);
            Ok(())
        }
        (Some(Value::Tensor(tensor)), _) if tensor.borrow().is_none() => broken("a tensor has no state"),
        (Some(Value::Tensor(_) | Value::Table(_)), _) => Ok(()),
        _ => broken("its pickle gives a state to what has none"),
    }
}

fn insert(table: &mut Vec<Entry>, pair: &[Value]) {
    // What is not called by a text is no tensor of a network.
    if let [Value::Text(key), value] = pair {
        let value = match value {
            Value::Tensor(_) | Value::Bool(_) | Value::Int(_) => value.clone(),
            _ => Value::Other,
        };
        table.push((key.clone(), value));
    }
}

/// The class of this name.
///
/// # Errors
/// When it has no place in a checkpoint.
pub fn class(module: &str, name: &str) -> Result<Class, Refusal> {
    let element = |kind: &str| {
        let kinds = [
            ("Double", Element::F64),
            ("Float", Element::F32),
            ("Half", Element::F16),
            ("BFloat16", Element::Bf16),
            ("Long", Element::I64),
            ("Int", Element::I32),
        ];
        kinds.into_iter().find(|(known, _)| *known == kind).map(|(_, element)| element)
    };
    let found = match (module, name) {
        ("collections", "OrderedDict") => Some(Class::OrderedDict),
        ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Some(Class::Rebuild),
        ("torch._utils", "_rebuild_parameter") | ("torch.nn.parameter", "Parameter") => Some(Class::Parameter),
        // Files may have been written on a GPU.
        ("torch" | "torch.cuda", _) => match (name.strip_suffix("Storage"), name.strip_suffix("Tensor")) {
            (Some(kind), _) => element(kind).map(Class::Storage),
            (_, Some(kind)) => element(kind).map(|_| Class::Empty),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| Refusal::Class(format!("{module}.{name}")))
}

/// What a class makes of its arguments.
///
/// # Errors
/// When PyTorch would not write it so.
pub fn make(class: &Value, arguments: &Value) -> Result<Value, Refusal> {
    let (Value::Class(class), Value::Tuple(arguments)) = (class, arguments) else {
        return Err(Refusal::Class("a call of what is no class".to_owned()));
    };
    match (class, arguments.items.as_slice()) {
        (Class::OrderedDict, []) => Ok(Value::Table(Rc::default())),
        (Class::OrderedDict, [Value::List(pairs)]) => {
            let mut table = Vec::new();
            for pair in pairs.borrow().iter() {
                if let Value::Tuple(pair) = pair {
                    insert(&mut table, &pair.items);
                }
            }
            Ok(Value::Table(Rc::new(RefCell::new(table))))
        }
        (Class::Rebuild, items) => Ok(Value::Tensor(Rc::new(RefCell::new(Some(view(items)?))))),
        (Class::Parameter, [tensor @ Value::Tensor(_), ..]) => Ok(tensor.clone()),
        (Class::Empty | Class::Parameter, []) => Ok(Value::Tensor(Rc::default())),
        _ => broken("a tensor is made in a way that PyTorch does not use"),
    }
}

/// `(storage, offset, shape, strides, …)`, or a parameter's `(tensor, …)`.
fn view(items: &[Value]) -> Result<View, Refusal> {
    if let [Value::Tensor(tensor), ..] = items {
        let view = tensor.borrow().clone();
        return view.ok_or_else(|| Refusal::Broken("a tensor has no state".to_owned()));
    }
    let [Value::Storage(storage), Value::Int(offset), Value::Tuple(shape), Value::Tuple(strides), ..] = items else {
        return broken("a tensor is described in a way that PyTorch does not use");
    };
    let numbers = |tuple: &Tuple| {
        let number = |item: &Value| if let Value::Int(n) = item { u64::try_from(*n).ok() } else { None };
        tuple.items.iter().map(number).collect::<Option<Vec<u64>>>()
    };
    let offset = u64::try_from(*offset).ok();
    let (Some(offset), Some(shape), Some(strides)) = (offset, numbers(shape), numbers(strides)) else {
        return broken("a tensor has a size below zero");
    };
    if shape.len() != strides.len() {
        return broken("a tensor has more axes than strides");
    }
    let shape = shape.into_iter().map(|n| n as usize).collect();
    Ok(View { storage: storage.clone(), offset, shape, strides })
}

/// `('storage', class, key, device, count)`, in older files with `None` or `(key, offset, count)` of a part behind it.
///
/// # Errors
/// When PyTorch would not write it so.
pub fn storage(id: &Value) -> Result<Rc<Storage>, Refusal> {
    let unusual = || Refusal::Broken("it refers to numbers in a way that PyTorch does not use".to_owned());
    let Value::Tuple(id) = id else { return Err(unusual()) };
    let [Value::Text(kind), Value::Class(Class::Storage(element)), Value::Text(key), _, Value::Int(count), rest @ ..] =
        id.items.as_slice()
    else {
        return Err(unusual());
    };
    let natural = |value: &Value| if let Value::Int(n) = value { u64::try_from(*n).ok() } else { None };
    let part = match rest {
        [] | [Value::Other] => None,
        [Value::Tuple(part)] => match part.items.as_slice() {
            [_, offset, count] => Some(natural(offset).zip(natural(count)).ok_or_else(unusual)?),
            _ => return Err(unusual()),
        },
        _ => return Err(unusual()),
    };
    let count = u64::try_from(*count).map_err(|_| unusual())?;
    if &**kind != "storage" {
        return Err(unusual());
    }
    Ok(Rc::new(Storage { key: key.clone(), element: *element, count, part }))
}
