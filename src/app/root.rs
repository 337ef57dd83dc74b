//! The app: routes, frame, and what every page shares.

use super::browser;
use super::components::{Footer, Header};
use super::pages::{GooglenetPage, Home, InsidePage, LenetPage, NotFound, TeachPage};
use super::state::Lab;
use super::state::googlenet::Googlenet;
use super::state::inside::Inside;
use super::state::teach::Teach;
use crate::app::erase;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// The pages, as functions of one type, see [`super::erase`].
const HOME: fn() -> AnyView = || view! { <Home /> }.into_any();
const LENET: fn() -> AnyView = || view! { <LenetPage /> }.into_any();
const INSIDE: fn() -> AnyView = || view! { <InsidePage /> }.into_any();
const TEACH: fn() -> AnyView = || view! { <TeachPage /> }.into_any();
const GOOGLENET: fn() -> AnyView = || view! { <GooglenetPage /> }.into_any();

/// Puts the app into the page; called once by its binary.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    // Outlives the pages, so that a run goes on while the visitor looks at another page.
    provide_context(Lab::new());
    provide_context(Inside::new());
    provide_context(Teach::new());
    provide_context(Googlenet::new());
    let skip = |event: web_sys::MouseEvent| {
        // A bare `#main` would lead to the site's root, because of the page's <base>.
        event.prevent_default();
        browser::focus("main");
    };
    view! {
        <Router base=browser::site_path()>
            <a class="skip-link" href="#main" on:click=erase::click(skip)>"Skip to the content"</a>
            <Header />
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=HOME />
                    <Route path=path!("/lenet") view=LENET />
                    <Route path=path!("/inside") view=INSIDE />
                    <Route path=path!("/teach") view=TEACH />
                    <Route path=path!("/googlenet") view=GOOGLENET />
                </FlatRoutes>
            </main>
            <Footer />
        </Router>
    }
}
