//! Pictures in a grid. Only those in view are on the page, however many there are.

use super::thumbnail::thumbnail;
use crate::app::browser;
use crate::app::erase;
use crate::app::projects_store::PictureInfo;
use crate::app::state::teach::{Teach, use_teach};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::ResizeObserver;

/// Width and height of a tile with its gap, in pixels.
const TILE: f64 = 96.0;
/// So many rows above and below are drawn too, so that scrolling shows no holes.
const SPARE: usize = 2;

/// Where the grid stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Window {
    columns: usize,
    /// The first row drawn, and how many.
    row: usize,
    rows: usize,
}

#[component]
pub fn Tiles(shown: Memo<Vec<PictureInfo>>) -> impl IntoView {
    let lab = use_teach();
    let grid = NodeRef::<html::Div>::new();
    let window = RwSignal::new(Window::default());
    let look = move || {
        let Some(grid) = grid.get_untracked() else { return };
        let columns = ((f64::from(grid.client_width()) / TILE) as usize).max(1);
        let first = (f64::from(grid.scroll_top()) / TILE) as usize;
        let rows = (f64::from(grid.client_height()) / TILE).ceil() as usize + 1 + 2 * SPARE;
        let now = Window { columns, row: first.saturating_sub(SPARE), rows };
        if window.get_untracked() != now {
            window.set(now);
        }
    };
    let watch = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn Fn()>)>);
    erase::effect(move || {
        let Some(grid) = grid.get() else { return };
        let on_resize = Closure::<dyn Fn()>::new(look);
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&grid);
            watch.set_value(Some((observer, on_resize)));
        }
        look();
    });
    on_cleanup(move || {
        if let Some((observer, _)) = watch.try_update_value(Option::take).flatten() {
            observer.disconnect();
        }
    });
    // The grid is smaller with fewer pictures, and may have scrolled.
    erase::effect(move || {
        shown.track();
        set_timeout(look, std::time::Duration::ZERO);
    });
    let rows = move || shown.with(Vec::len).div_ceil(window.get().columns.max(1));
    let visible = move || {
        let Window { columns, row, rows } = window.get();
        shown.with(|shown| {
            let first = (row * columns).min(shown.len());
            let last = ((row + rows) * columns).min(shown.len());
            let tile =
                |(i, picture): (usize, &PictureInfo)| (picture.id, picture.class, first + i, picture.name.clone());
            shown[first..last].iter().enumerate().map(tile).collect::<Vec<_>>()
        })
    };
    // One stop for the Tab key, always at a tile that is drawn; arrows move inside.
    let at = RwSignal::new(0_usize);
    let stop = erase::memo(move || {
        let Window { columns, row, rows } = window.get();
        let last = ((row + rows) * columns).min(shown.with(Vec::len)).saturating_sub(1);
        at.get().clamp((row * columns).min(last), last)
    });
    view! {
        <div
            class="gallery"
            id="gallery"
            node_ref=grid
            role="group"
            aria-label="Pictures"
            on:scroll=erase::event(move |_| look())
            hidden=erase::flag(move || shown.with(Vec::is_empty))
        >
            <div class="gallery-room" style:height=erase::text(move || format!("{}px", rows() as f64 * TILE))>
                <For each=visible key=|(id, class, place, _)| (*id, *class, *place) let(tile)>
                    {tile_view(lab, tile, shown, window, (at, stop))}
                </For>
            </div>
        </div>
        <p class="empty" hidden=erase::flag(move || !shown.with(Vec::is_empty))>"No pictures here yet."</p>
    }
    .into_any()
}

fn tile_view(
    lab: Teach,
    (id, class, place, name): (u32, u32, usize, String),
    shown: Memo<Vec<PictureInfo>>,
    window: RwSignal<Window>,
    (focused, stop): (RwSignal<usize>, Memo<usize>),
) -> AnyView {
    let class_name = move || {
        let names = |project: &crate::app::projects_store::Project| {
            project.classes.iter().find(|own| own.id == class).map(|own| own.name.clone())
        };
        lab.projects.with_current(names).flatten().unwrap_or_default()
    };
    let at = move |along: fn(usize, usize) -> usize| {
        let columns = window.get().columns.max(1);
        format!("{}px", along(place, columns) as f64 * TILE)
    };
    let chosen = move || lab.gallery.chosen.with(|chosen| chosen.contains(&id));
    let press = move |event: web_sys::MouseEvent| {
        if event.shift_key() {
            let order: Vec<u32> = shown.with_untracked(|shown| shown.iter().map(|picture| picture.id).collect());
            lab.gallery.toggle(id, Some(&order));
        } else {
            lab.gallery.toggle(id, None);
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let columns = window.get_untracked().columns.max(1) as isize;
        let step = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "ArrowUp" => -columns,
            "ArrowDown" => columns,
            "Delete" => {
                if lab.gallery.chosen.with_untracked(|chosen| !chosen.is_empty()) {
                    browser::click("gallery-remove");
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let next = place.checked_add_signed(step);
        if let Some(next) = next.and_then(|next| shown.with_untracked(|shown| shown.get(next).map(|p| p.id))) {
            browser::focus(&format!("tile-{next}"));
        }
    };
    let alt = name.clone();
    view! {
        <button
            type="button"
            class="tile"
            id=format!("tile-{id}")
            data-picture-id=id.to_string()
            data-class-name=erase::text(class_name)
            title=erase::text(move || format!("{}: {name}", class_name()))
            aria-pressed=erase::text(move || chosen().to_string())
            style:left=erase::text(move || at(|place, columns| place % columns))
            style:top=erase::text(move || at(|place, columns| place / columns))
            tabindex=erase::text(move || if stop.get() == place { "0" } else { "-1" }.to_owned())
            on:focus=erase::focus(move |_| focused.set(place))
            on:click=erase::click(press)
            on:keydown=erase::key(key)
        >
            {thumbnail(id, alt)}
            <span class="tile-class" aria-hidden="true">{erase::text(class_name)}</span>
        </button>
    }
    .into_any()
}
