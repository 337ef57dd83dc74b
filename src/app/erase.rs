//! Boxes for the closures that views are made of.
//!
//! Leptos makes the code around a closure once for each type, and every closure is a type of its own. In a box they
//! are of one type, which makes the page's module a good deal smaller.

use leptos::prelude::AnyView;
use web_sys::{Event, FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};

/// A view that changes.
pub fn view(f: impl FnMut() -> AnyView + Send + 'static) -> Box<dyn FnMut() -> AnyView + Send> {
    Box::new(f)
}

/// A view that may be there.
pub fn maybe(f: impl FnMut() -> Option<AnyView> + Send + 'static) -> Box<dyn FnMut() -> Option<AnyView> + Send> {
    Box::new(f)
}

/// A text that changes, also as the value of an attribute.
pub fn text(f: impl FnMut() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(f)
}

/// The value of an attribute that may be there.
pub fn attribute(f: impl FnMut() -> Option<String> + Send + 'static) -> Box<dyn FnMut() -> Option<String> + Send> {
    Box::new(f)
}

/// A switch, such as `hidden` or `disabled`.
pub fn flag(f: impl FnMut() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(f)
}

/// What happens on a click.
pub fn click(f: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(f)
}

/// What happens on `input` or `change`.
pub fn event(f: impl FnMut(Event) + 'static) -> Box<dyn FnMut(Event)> {
    Box::new(f)
}

/// What a pointer does: mouse, finger or pen.
pub fn pointer(f: impl FnMut(PointerEvent) + 'static) -> Box<dyn FnMut(PointerEvent)> {
    Box::new(f)
}

/// What a key does.
pub fn key(f: impl FnMut(KeyboardEvent) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    Box::new(f)
}

/// What happens on `focus` or `blur`.
pub fn focus(f: impl FnMut(FocusEvent) + 'static) -> Box<dyn FnMut(FocusEvent)> {
    Box::new(f)
}
