//! Reads messages: plain JavaScript objects, as serde-wasm-bindgen writes them.
//!
//! That crate could read them too. But it looks at an object's members and asks the type for each what it is, and the
//! code for that, made anew for every type of the protocol, was a twentieth of the page's module. Here the type says
//! which members it has, and they are fetched in its order. Only what is optional may be left out, whatever
//! `#[serde(default)]` says: app and worker are of one version.

use js_sys::{Array, Object, Reflect};
use serde::de::value::{Error, StringDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor};
use serde::de::{Error as _, IntoDeserializer};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast, JsValue};

/// # Errors
/// When the object is not of this type.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    T::deserialize(Js(value))
}

struct Js(JsValue);

impl Js {
    // Kept out of the code that is made for every type.
    #[inline(never)]
    fn number(&self) -> Result<f64, Error> {
        self.0.as_f64().ok_or_else(|| Error::custom("a number is missing"))
    }

    #[inline(never)]
    fn text(&self) -> Result<String, Error> {
        self.0.as_string().ok_or_else(|| Error::custom("a text is missing"))
    }

    #[inline(never)]
    fn items(self) -> Result<Items, Error> {
        let array = self.0.dyn_into::<Array>().map_err(|_| Error::custom("a list is missing"))?;
        Ok(Items { length: array.length(), from: array.into(), names: None, next: 0 })
    }

    /// Name and content of a variant: `"Name"`, or `{ Name: content }`.
    #[inline(never)]
    fn variant(self) -> Result<(String, Self), Error> {
        if let Some(name) = self.0.as_string() {
            return Ok((name, Self(JsValue::UNDEFINED)));
        }
        let entry = Object::entries(self.0.unchecked_ref()).get(0);
        let entry = entry.dyn_into::<Array>().map_err(|_| Error::custom("an empty message"))?;
        Ok((Self(entry.get(0)).text()?, Self(entry.get(1))))
    }

    /// The members with these names, in this order.
    fn members(self, names: &'static [&'static str]) -> Items {
        Items { from: self.0, names: Some(names), next: 0, length: names.len() as u32 }
    }
}

/// One or more integer types.
macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_i64(self.number()? as i64)
        }
    )*};
}

impl<'de> Deserializer<'de> for Js {
    type Error = Error;

    integers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("the protocol has no such type"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.0.as_bool().ok_or_else(|| Error::custom("yes or no is missing"))?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_undefined() || self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.members(names))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple_struct map identifier ignored_any }
}

impl<'de> EnumAccess<'de> for Js {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let (name, content) = self.variant()?;
        let name: StringDeserializer<Error> = name.into_deserializer();
        Ok((seed.deserialize(name)?, content))
    }
}

impl<'de> VariantAccess<'de> for Js {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.members(names))
    }
}

/// Values in order: of a list, or of an object's members.
struct Items {
    from: JsValue,
    names: Option<&'static [&'static str]>,
    next: u32,
    length: u32,
}

impl Items {
    #[inline(never)]
    fn take(&mut self) -> Option<Js> {
        if self.next == self.length {
            return None;
        }
        let value = match self.names {
            Some(names) => Reflect::get(&self.from, &names[self.next as usize].into()),
            None => Reflect::get_u32(self.from.unchecked_ref(), self.next),
        };
        self.next += 1;
        Some(Js(value.unwrap_or(JsValue::UNDEFINED)))
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.take().map(|value| seed.deserialize(value)).transpose()
    }
}
