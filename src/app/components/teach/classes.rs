//! The classes, each with its name, its newest pictures, and ways to add more.

use super::add::files_of;
use super::camera::RecordCamera;
use super::thumbnail::thumbnail;
use crate::app::browser;
use crate::app::components::look_inside::controls::button;
use crate::app::erase;
use crate::app::projects_store::Class;
use crate::app::state::teach::{FEWEST_CLASSES, Filter, MOST_CLASSES, Target, Teach, class_hint, use_teach};
use crate::app::words;
use leptos::prelude::*;

/// So many pictures of a class are shown beside it.
const NEWEST: usize = 6;

#[component]
pub fn ClassesPanel() -> impl IntoView {
    let lab = use_teach();
    // The class whose camera is open.
    let camera = RwSignal::new(None::<u32>);
    let name = RwSignal::new(String::new());
    let complaint = RwSignal::new(String::new());
    let add = move || match lab.add_class(&name.get_untracked()) {
        Ok(id) => {
            name.set(String::new());
            complaint.set(String::new());
            lab.collecting.target.set(Some(id));
            lab.announce("The class is added.");
        }
        Err(sentence) => complaint.set(sentence),
    };
    let classes = erase::memo(move || lab.projects.with_current(|project| project.classes.clone()).unwrap_or_default());
    let places = move || classes.get().into_iter().map(|class| class.id).collect::<Vec<_>>();
    let advice = move || match classes.with(Vec::len) {
        n if n < FEWEST_CLASSES => "At least two classes are needed: what shall be told apart?".to_owned(),
        n if n == MOST_CLASSES => format!("{MOST_CLASSES} classes is the most."),
        _ => String::new(),
    };
    view! {
        <div class="teach-classes">
            <ol class="class-list" aria-label="Classes">
                <For each=places key=|id| *id let(id)>
                    {class_row(lab, id, classes, camera)}
                </For>
            </ol>
            <div class="panel new-class">
                <label class="choice">
                    <span>"Name of a new class"</span>
                    <input
                        id="class-new-name"
                        maxlength="60"
                        prop:value=erase::text(move || name.get())
                        on:input=erase::event(move |event| name.set(event_target_value(&event)))
                        on:keydown=erase::key(move |event| {
                            if event.key() == "Enter" {
                                add();
                            }
                        })
                        aria-describedby="class-complaint"
                    />
                </label>
                {button("class-add", "Add class", move || lab.projects.current().is_none(), add)}
                <p class="complaint" id="class-complaint" role="alert">{erase::text(move || complaint.get())}</p>
                <p class="hint">{erase::text(advice)}</p>
            </div>
        </div>
    }
    .into_any()
}

fn class_row(lab: Teach, id: u32, classes: Memo<Vec<Class>>, camera: RwSignal<Option<u32>>) -> AnyView {
    let name = move || {
        classes.with(|all| all.iter().find(|class| class.id == id).map(|class| class.name.clone())).unwrap_or_default()
    };
    let place = move || classes.with(|all| all.iter().position(|class| class.id == id)).unwrap_or_default();
    let complaint = RwSignal::new(String::new());
    let count = erase::memo(move || lab.projects.count(id));
    let rename = move |event: web_sys::Event| {
        let wanted = event_target_value(&event);
        match lab.rename_class(id, &wanted) {
            Ok(()) => complaint.set(String::new()),
            Err(sentence) => complaint.set(format!("{sentence} It is still called “{}”.", name())),
        }
        // Also where the name stays as it was.
        set_event_target_value(&event, &untrack(name));
    };
    let take = move |event: web_sys::Event| lab.collect_files(files_of(&event), Target::Class(id));
    let files_id = format!("class-files-{id}");
    let folder_id = format!("class-folder-{id}");
    let says = move |what: &'static str| erase::text(move || format!("{what} “{}”", name()));
    let newest = move || {
        let pictures = lab.projects.pictures();
        let own = pictures.iter().rev().filter(|picture| picture.class == id).take(NEWEST);
        own.map(|picture| picture.id).collect::<Vec<_>>()
    };
    let words = move || match count.get() {
        1 => "1 picture".to_owned(),
        n => format!("{} pictures", words::count(n)),
    };
    let toggle_camera = move |_| camera.update(|open| *open = if *open == Some(id) { None } else { Some(id) });
    view! {
        <li class="panel teach-class" data-class-name=erase::text(name) data-class-id=id.to_string()>
            <div class="class-head">
                <input
                    class="class-name"
                    maxlength="60"
                    aria-label=erase::text(move || format!("Name of class {}", place() + 1))
                    prop:value=erase::text(name)
                    on:change=erase::event(rename)
                />
                <button type="button" class="button small class-up" aria-label=says("Move up:") disabled=erase::flag(move || place() == 0) on:click=erase::click(move |_| lab.reorder_class(id, false))>"↑"</button>
                <button type="button" class="button small class-down" aria-label=says("Move down:") disabled=erase::flag(move || place() + 1 >= classes.with(Vec::len)) on:click=erase::click(move |_| lab.reorder_class(id, true))>"↓"</button>
                <button type="button" class="button small class-remove" aria-label=says("Remove the class") disabled=erase::flag(move || lab.collecting.is_busy()) on:click=erase::click(move |_| lab.remove_class(id))>"Remove"</button>
            </div>
            <p class="complaint" role="alert">{erase::text(move || complaint.get())}</p>
            <p class="class-count"><strong>{erase::text(words)}</strong>" "<span class="hint">{erase::text(move || class_hint(count.get()))}</span></p>
            <div class="class-newest">
                <For each=newest key=|id| *id let(picture)>{thumbnail(picture, String::new())}</For>
            </div>
            <div class="class-buttons">
                <span class="file-button">
                    <label class="button small" for=files_id.clone()>"Pictures"</label>
                    <input type="file" id=files_id class="visually-hidden class-files" multiple accept="image/*,.zip,application/zip" aria-label=says("Add pictures to") on:change=erase::event(take) />
                </span>
                <span class="file-button">
                    <label class="button small" for=folder_id.clone()>"Folder"</label>
                    <input type="file" id=folder_id class="visually-hidden class-folder" multiple prop:webkitdirectory=true aria-label=says("Add a folder to") on:change=erase::event(take) />
                </span>
                <button type="button" id=format!("class-camera-{id}") class="button small class-camera" aria-label=says("Camera for") aria-expanded=erase::text(move || (camera.get() == Some(id)).to_string()) on:click=erase::click(toggle_camera)>"Camera"</button>
                <button
                    type="button"
                    class="button quiet small class-show"
                    aria-label=says("Show the pictures of")
                    disabled=erase::flag(move || count.get() == 0)
                    on:click=erase::click(move |_| {
                        lab.gallery.show(Filter::Class(id));
                        browser::scroll_to("gallery-panel");
                    })
                >
                    "Show"
                </button>
            </div>
            {erase::maybe(move || (camera.get() == Some(id)).then(|| view! { <RecordCamera class=id open=camera /> }.into_any()))}
        </li>
    }
    .into_any()
}

/// Sets the text of the field an event came from.
fn set_event_target_value(event: &web_sys::Event, value: &str) {
    use wasm_bindgen::JsCast;
    if let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        input.set_value(value);
    }
}
