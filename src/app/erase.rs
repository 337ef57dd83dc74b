//! Boxes for the closures that views are made of.
//!
//! Leptos makes the code around a closure once for each type, and every closure is a type of its own. In a box they
//! are of one type, which makes the page's module a good deal smaller.

use leptos::prelude::AnyView;
use web_sys::{Event, MouseEvent};

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
