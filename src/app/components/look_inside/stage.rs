//! The photo as the network gets to see it, with what is laid over it.

use crate::app::charts::colormap::{Colormap, Extent};
use crate::app::charts::pixels::{Grid, Pixels, Raster, atlas};
use crate::app::erase;
use crate::app::state::inside::Inside;
use crate::protocol::Region;
use leptos::prelude::*;

/// A smaller part of the photo says little by itself, in pixels of the network's input.
const SMALLEST_CROP: f64 = 40.0;

/// `main`: the large one, which carries the ids; the other is its small copy beside the maps of a phone.
pub fn stage(lab: Inside, main: bool) -> AnyView {
    let photo = Signal::derive(move || {
        lab.photos.taken.with(|photo| {
            photo.as_ref().map_or(Raster::default(), |photo| {
                let (width, height, rgba) = photo.rgba(0.0, 0.0, 1.0, 1.0);
                Raster { width, height, rgba }
            })
        })
    });
    let words = move || {
        let name = lab.photos.taken.with(|photo| photo.as_ref().map_or("none yet".to_owned(), |p| p.name.clone()));
        let at = lab.details.explained.with(|explained| {
            explained.as_ref().map(|a| {
                format!(
                    ". Framed: the receptive field, {}x{} pixels",
                    a.receptive_field.height, a.receptive_field.width
                )
            })
        });
        format!("Photo: {name}{}", at.unwrap_or_default())
    };
    view! {
        <div class="stage" role="img" aria-label=erase::text(words)>
            <div class="stage-photo" id=main.then_some("photo-picture")><Pixels raster=photo class="smooth" /></div>
            {erase::maybe(move || map_over(lab, main))}
            {erase::maybe(move || cam_over(lab, main))}
            {erase::view(move || frames(lab))}
        </div>
    }
    .into_any()
}

/// The selected map, unless a heat map is there.
fn map_over(lab: Inside, main: bool) -> Option<AnyView> {
    let channel = lab.maps.selected.get().filter(|_| lab.classes.cam.with(Option::is_none))?;
    let raster = Signal::derive(move || enlarged(lab, channel));
    Some(over(main.then_some("map-enlarged"), raster, "", lab.maps.opacity))
}

fn cam_over(lab: Inside, main: bool) -> Option<AnyView> {
    let cam = lab.classes.cam.get()?;
    let grid = Grid { maps: 1, columns: 1, map_width: cam.width, map_height: cam.height, gap: 0 };
    let raster = atlas(&cam.values(), grid, Colormap::Viridis, Extent { low: 0.0, high: 1.0 });
    Some(over(main.then_some("cam"), Signal::stored(raster), "smooth", lab.classes.opacity))
}

fn over(id: Option<&'static str>, raster: Signal<Raster>, class: &'static str, opacity: RwSignal<u32>) -> AnyView {
    view! {
        <div class="stage-over" id=id style:opacity=erase::text(move || share(opacity.get()))>
            <Pixels raster class />
        </div>
    }
    .into_any()
}

fn share(percent: u32) -> String {
    format!("{:.2}", f64::from(percent) / 100.0)
}

/// One map in the colours of the grid.
fn enlarged(lab: Inside, channel: usize) -> Raster {
    let (across, colours) = (lab.maps.across.get(), lab.maps.colours());
    lab.maps.looked.with(|looked| {
        let Some(looked) = looked.as_ref().filter(|looked| !looked.is_vector()) else { return Raster::default() };
        let [_, map_height, map_width] = looked.shape;
        let grid = Grid { maps: 1, columns: 1, map_width, map_height, gap: 0 };
        atlas(&looked.map(channel), grid, colours, looked.extent(channel, across))
    })
}

/// The receptive field of the value pointed at, and where the selected map is strongest.
fn frames(lab: Inside) -> AnyView {
    let side = lab.side() as f64;
    let pointed = lab.details.at.with(Option::is_some);
    let field =
        lab.details.explained.with(|explained| explained.as_ref().filter(|_| pointed).map(|a| a.receptive_field));
    let heat = lab.classes.cam.with(Option::is_some);
    let patches = lab.details.patches.with(|patches| {
        // They belong to the map, whose place a heat map takes.
        let all = patches.iter().filter(|_| !heat).flat_map(|patches| patches.iter()).map(|patch| patch.region);
        // Larger ones only hide the photo.
        all.filter(|region| f64::from(region.width) < side / 3.0).collect::<Vec<_>>()
    });
    view! {
        {patches.into_iter().map(|region| frame(region, side, "patch-frame")).collect_view()}
        {field.map(|region| frame(region, side, "receptive-field"))}
    }
    .into_any()
}

fn frame(region: Region, side: f64, class: &'static str) -> AnyView {
    let percent = |v: f64| format!("{:.3}%", v / side * 100.0);
    view! {
        <span
            class=class
            style:left=percent(region.x.into())
            style:top=percent(region.y.into())
            style:width=percent(region.width.into())
            style:height=percent(region.height.into())
        ></span>
    }
    .into_any()
}

/// A part of the photo, given in pixels of the network's input. A small part comes with what is around it, and a frame.
pub fn crop(lab: Inside, region: Region) -> (Raster, Option<AnyView>) {
    let side = lab.side() as f64;
    let (x, y, width, height) =
        (f64::from(region.x), f64::from(region.y), f64::from(region.width), f64::from(region.height));
    let length = width.max(height).max(SMALLEST_CROP).min(side);
    let start = |start: f64, part: f64| (start + part / 2.0 - length / 2.0).clamp(0.0, side - length);
    let (left, top) = (start(x, width), start(y, height));
    let raster = lab.photos.taken.with_untracked(|photo| {
        photo.as_ref().map_or(Raster::default(), |photo| {
            let share = length / side;
            let (width, height, rgba) = photo.rgba(left / side, top / side, share, share);
            Raster { width, height, rgba }
        })
    });
    let percent = |v: f64| format!("{:.2}%", v / length * 100.0);
    let framed = (width < length || height < length).then(|| {
        view! {
            <span
                class="patch-frame"
                style:left=percent(x - left)
                style:top=percent(y - top)
                style:width=percent(width)
                style:height=percent(height)
            ></span>
        }
        .into_any()
    });
    (raster, framed)
}
