//! Which project is open, and what can be done with it as a whole.

use super::add::files_of;
use crate::app::components::look_inside::controls::{Choice, button, select};
use crate::app::erase;
use crate::app::state::teach::{room_words, use_teach};
use leptos::prelude::*;

#[component]
pub fn ProjectsPanel() -> impl IntoView {
    let lab = use_teach();
    let sure = RwSignal::new(false);
    let options = move || {
        lab.projects.all.with(|all| all.iter().map(|project| Choice::new(&project.id, &project.name)).collect())
    };
    let current = move || lab.projects.with_current(|project| project.id.clone()).unwrap_or_default();
    let name = move || lab.projects.with_current(|project| project.name.clone()).unwrap_or_default();
    let none = move || lab.projects.current().is_none();
    let busy = move || none() || lab.collecting.is_busy();
    let open = move |event: web_sys::Event| {
        if let Some(chosen) = files_of(&event).into_iter().next() {
            lab.open_zip(chosen.name, chosen.file);
        }
    };
    let room = move || {
        let room = lab.projects.room.get();
        room.map_or("The browser does not tell how much it lets this page store.".to_owned(), |room| room_words(&room))
    };
    view! {
        <section class="panel projects-panel" aria-labelledby="projects-title">
            <h2 id="projects-title">"Project"</h2>
            <div class="controls">
                {select("project-select", "Open", Box::new(options), Box::new(current), Box::new(move |id| lab.switch_project(id)))}
                <label class="choice">
                    <span>"Name"</span>
                    <input
                        id="project-name"
                        maxlength="60"
                        prop:value=erase::text(name)
                        disabled=erase::flag(none)
                        on:change=erase::event(move |event| lab.rename_project(&event_target_value(&event)))
                    />
                </label>
                {button("project-new", "New project", busy, move || lab.new_project("New project".to_owned()))}
                {button("project-save", "Save as a zip", move || busy() || lab.collecting.saving.get(), move || lab.save_project())}
                <span class="file-button">
                    <label class="button small" for="project-open">"Open a zip"</label>
                    <input type="file" id="project-open" class="visually-hidden" accept=".zip,application/zip" on:change=erase::event(open) />
                </span>
                {button("project-delete", "Remove project", busy, move || sure.set(true))}
                {button("undo", "Undo", move || lab.newest_step().is_none() || lab.collecting.is_busy(), move || lab.undo())}
            </div>
            <div class="controls sure" hidden=erase::flag(move || !sure.get())>
                <p>{erase::text(move || format!("Remove “{}” with all its pictures and runs? Undo brings it back until this page is reloaded.", name()))}</p>
                {button("project-delete-yes", "Remove it", || false, move || {
                    sure.set(false);
                    lab.remove_project();
                })}
                {button("project-delete-no", "Keep it", || false, move || sure.set(false))}
            </div>
            <p class="hint">
                <span id="undo-what">{erase::text(move || lab.newest_step().map(|what| format!("Undo would take back: {what}. ")).unwrap_or_default())}</span>
                "Everything stays on this device, also after a reload; save a zip to take a project elsewhere. "
                <span id="room">{erase::text(move || format!("{}.", room().trim_end_matches('.')))}</span>
            </p>
            {erase::maybe(move || {
                lab.warn_if_little_room().map(|(text, action)| {
                    let empty = action.map(|_| button("empty-bin", "Empty the bin", || false, move || lab.empty_bin()));
                    view! { <div class="notice warning" role="status" id="little-room"><p>{text}</p>{empty}</div> }.into_any()
                })
            })}
        </section>
    }
    .into_any()
}
