//! All pictures of the project, to look through, move and remove.

use super::tiles::Tiles;
use crate::app::components::look_inside::controls::{Choice, button, select};
use crate::app::erase;
use crate::app::state::teach::{Filter, use_teach};
use crate::app::words;
use leptos::prelude::*;

/// Of the select that moves pictures: nothing is chosen.
const NOWHERE: &str = "";

#[component]
pub fn GalleryPanel() -> impl IntoView {
    let lab = use_teach();
    let chosen = move || lab.gallery.chosen.with(Vec::len);
    let classes = move || lab.projects.with_current(|project| project.classes.clone()).unwrap_or_default();
    let twice = erase::memo(move || lab.projects.in_two_classes());
    let filters = move || {
        let mut all = vec![Choice::new("all", "All classes")];
        all.extend(classes().iter().map(|class| Choice::new(class.id.to_string(), &class.name)));
        if let Filter::These { title, .. } = lab.gallery.filter.get() {
            all.push(Choice::new("these", title));
        }
        all
    };
    let filter = move || match lab.gallery.filter.get() {
        Filter::All => "all".to_owned(),
        Filter::Class(id) => id.to_string(),
        Filter::These { .. } => "these".to_owned(),
    };
    let choose_filter = move |value: String| {
        if let Ok(id) = value.parse() {
            lab.gallery.show(Filter::Class(id));
        } else if value == "all" {
            lab.gallery.show(Filter::All);
        }
    };
    let targets = move || {
        // It says what to do, and goes back to saying so after every move.
        lab.gallery.chosen.with(|_| ());
        let mut all = vec![Choice::new(NOWHERE, "Move to …")];
        all.extend(classes().iter().map(|class| Choice::new(class.id.to_string(), &class.name)));
        all
    };
    let relabel = move |value: String| {
        if let Ok(class) = value.parse() {
            lab.relabel(&lab.gallery.chosen.with_untracked(Vec::clone), class);
            lab.gallery.clear();
        }
    };
    let remove = move || {
        lab.remove_pictures(&lab.gallery.chosen.with_untracked(Vec::clone));
        lab.gallery.clear();
    };
    let shown = erase::memo(move || lab.shown());
    let title = move || match lab.gallery.filter.get() {
        Filter::These { title, .. } => format!("Gallery: {title}"),
        _ => "Gallery".to_owned(),
    };
    let words = move || {
        let (shown, chosen) = (shown.with(Vec::len), chosen());
        let selected = if chosen > 0 { format!(", {} chosen", words::count(chosen)) } else { String::new() };
        format!("{} shown{selected}. Click a picture to choose it, with Shift all up to it.", words::count(shown))
    };
    let show_twice = move || lab.show_in_gallery("in two classes".to_owned(), twice.get_untracked());
    view! {
        <section class="panel gallery-panel" id="gallery-panel" aria-labelledby="gallery-title" hidden=erase::flag(move || lab.projects.pictures().is_empty())>
            <h3 id="gallery-title" tabindex="-1">{erase::text(title)}</h3>
            <div class="controls">
                {select("gallery-filter", "Show", Box::new(filters), Box::new(filter), Box::new(choose_filter))}
                {button("gallery-all", "Choose all shown", move || shown.with(Vec::is_empty), move || {
                    lab.gallery.chosen.set(shown.with_untracked(|shown| shown.iter().map(|picture| picture.id).collect()));
                })}
                {button("gallery-none", "Choose none", move || chosen() == 0, move || lab.gallery.clear())}
                {select("gallery-move", "Chosen pictures", Box::new(targets), Box::new(|| NOWHERE.to_owned()), Box::new(relabel))}
                {button("gallery-remove", "Remove chosen", move || chosen() == 0, remove)}
            </div>
            <p class="hint" id="gallery-words">{erase::text(words)}</p>
            {erase::maybe(move || {
                let count = twice.with(Vec::len);
                (count > 0).then(|| view! {
                    <div class="notice warning" id="in-two-classes">
                        <p>{format!("{} of these are the same picture in more than one class. A network cannot learn both answers: remove or move one of each.", words::count(count))}</p>
                        {button("show-twice", "Show them", || false, show_twice)}
                    </div>
                }.into_any())
            })}
            <Tiles shown=shown />
        </section>
    }
    .into_any()
}
