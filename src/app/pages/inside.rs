//! The lab that looks inside a network.

use crate::app::browser;
use crate::app::components::{LookInside, Notices};
use crate::app::erase;
use crate::app::state::inside::use_inside;
use crate::protocol::{Backend, Group};
use leptos::prelude::*;

#[component]
pub fn InsidePage() -> impl IntoView {
    browser::document().set_title("Look inside a network · Receptive");
    let lab = use_inside();
    lab.open();
    on_cleanup(move || lab.leave());
    let group = move || {
        lab.networks.open.with(|open| match open.as_ref().map(|open| open.group) {
            None => "",
            Some(Group::First) => "first",
            Some(Group::Features) => "features",
            Some(Group::Classifier) => "classifier",
        })
    };
    let backend = move || {
        lab.device.with(|device| match device.ready() {
            None => "",
            Some(Backend::Cpu) => "cpu",
            Some(Backend::Webgpu) => "webgpu",
        })
    };
    view! {
        <div
            class="lab"
            id="inside-lab"
            data-network=erase::text(move || lab.networks.open.with(|open| open.as_ref().map_or(String::new(), |open| open.name.clone())))
            data-group=erase::text(move || group().to_owned())
            data-layer=erase::text(move || lab.maps.looked.with(|looked| looked.as_ref().map_or(String::new(), |looked| looked.layer.clone())))
            data-photo=erase::text(move || lab.photos.taken.with(|photo| photo.as_ref().map_or(String::new(), |photo| photo.name.clone())))
            data-backend=erase::text(move || backend().to_owned())
            data-computed=erase::text(move || lab.computed.get().to_string())
            data-busy=erase::text(move || lab.is_busy().to_string())
        >
            <header class="lab-head">
                <h1>"Look inside a network"</h1>
                <p class="lede">
                    "Choose a photo: a network trained on a million pictures looks at it, here, on your device. See its kernels, its feature maps, and the sums behind every value."
                </p>
            </header>
            <Notices id="inside-notices" board=lab.notices act=Callback::new(move |notice| lab.act(&notice)) />
            <LookInside />
            <p class="visually-hidden" role="status" aria-live="polite" id="inside-announcement">{erase::text(move || lab.announcement.get())}</p>
        </div>
    }
    .into_any()
}
