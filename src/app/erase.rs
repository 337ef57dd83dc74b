//! Boxes for the closures that views are made of.
//!
//! Leptos makes the code around a closure once for each type, and every closure is a type of its own. In a box they
//! are of one type, which makes the page's module a good deal smaller.

use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use web_sys::{Event, FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};

/// Begins something that waits in between.
pub fn spawn(f: impl Future<Output = ()> + 'static) {
    boxed_spawn(Box::pin(f));
}

fn boxed_spawn(f: Pin<Box<dyn Future<Output = ()>>>) {
    leptos::task::spawn_local(f);
}

/// Does something now, and again whenever a signal it read changed.
pub fn effect(f: impl FnMut() + 'static) {
    boxed_effect(Box::new(f));
}

fn boxed_effect(mut f: Box<dyn FnMut()>) {
    Effect::new(move |_| f());
}

/// Sets up what is to go on as long as the page lives, such as effects. What calls this may be a page that is left.
pub fn for_good(f: impl FnOnce() + 'static) {
    boxed_for_good(Box::new(f));
}

fn boxed_for_good(f: Box<dyn FnOnce()>) {
    let before = Owner::current();
    // From here on this is the owner of everything; what comes after it belongs to the one before again.
    let root = Owner::new_root(None);
    root.with(f);
    if let Some(before) = before {
        before.set();
    }
    std::mem::forget(root);
}

/// A value that follows from signals, and tells only when it changed.
pub fn memo<T: PartialEq + Send + Sync + 'static>(f: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    boxed_memo(Box::new(f))
}

fn boxed_memo<T: PartialEq + Send + Sync + 'static>(f: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| f())
}

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

/// A signal that may hold something large. As with closures, what it holds is in a box of one type.
pub struct Kept<T> {
    signal: RwSignal<Option<Arc<dyn Any + Send + Sync>>>,
    what: PhantomData<fn() -> T>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { signal: RwSignal::new(None), what: PhantomData }
    }
}

impl<T: Any + Send + Sync> Kept<T> {
    pub fn set(&self, value: Option<Arc<T>>) {
        self.signal.set(value.map(|value| value as Arc<dyn Any + Send + Sync>));
    }

    pub fn get(&self) -> Option<Arc<T>> {
        of_type(self.signal.get())
    }

    pub fn get_untracked(&self) -> Option<Arc<T>> {
        of_type(self.signal.get_untracked())
    }

    pub fn with<R>(&self, f: impl FnOnce(&Option<Arc<T>>) -> R) -> R {
        f(&self.get())
    }

    pub fn with_untracked<R>(&self, f: impl FnOnce(&Option<Arc<T>>) -> R) -> R {
        f(&self.get_untracked())
    }
}

/// Nothing of another type was ever put in.
fn of_type<T: Any + Send + Sync>(value: Option<Arc<dyn Any + Send + Sync>>) -> Option<Arc<T>> {
    value?.downcast().ok()
}

/// As [`Kept`], of a list, which is empty at first.
pub struct List<T>(Kept<Vec<T>>);

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Kept::default())
    }
}

impl<T: Any + Clone + Send + Sync> List<T> {
    pub fn set(&self, list: Vec<T>) {
        self.0.set(Some(Arc::new(list)));
    }

    pub fn get(&self) -> Vec<T> {
        self.with(Vec::clone)
    }

    pub fn with<R>(&self, f: impl FnOnce(&Vec<T>) -> R) -> R {
        f(self.0.get().as_deref().unwrap_or(&Vec::new()))
    }

    pub fn with_untracked<R>(&self, f: impl FnOnce(&Vec<T>) -> R) -> R {
        f(self.0.get_untracked().as_deref().unwrap_or(&Vec::new()))
    }
}
