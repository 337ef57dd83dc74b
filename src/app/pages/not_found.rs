use crate::app::browser;
use leptos::prelude::*;

/// An address this site does not have.
#[component]
pub fn NotFound() -> impl IntoView {
    browser::document().set_title("Not found · Receptive");
    view! {
        <div class="prose">
            <h1>"There is no such page"</h1>
            <p>"The address may be mistyped. " <a href=browser::site_root()>"All labs are on the first page."</a></p>
        </div>
    }
}
