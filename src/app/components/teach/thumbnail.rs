//! A small picture out of the storage. Its address exists only as long as it is shown.

use crate::app::erase;
use crate::app::projects_store as store;
use crate::protocol::PictureId;
use leptos::prelude::*;
use web_sys::Url;

/// `alt` is empty where the words are beside it.
pub fn thumbnail(id: PictureId, alt: String) -> AnyView {
    let address = RwSignal::new(None::<String>);
    let source = StoredValue::new(None::<String>);
    erase::spawn(async move {
        let Ok(Some(blob)) = store::blob(id).await else { return };
        let Ok(made) = Url::create_object_url_with_blob(&blob) else { return };
        // It may have been scrolled away by now.
        if source.try_update_value(|source| *source = Some(made.clone())).is_none() {
            Url::revoke_object_url(&made).ok();
        }
        address.try_set(Some(made));
    });
    on_cleanup(move || {
        if let Some(address) = source.try_update_value(Option::take).flatten() {
            Url::revoke_object_url(&address).ok();
        }
    });
    view! { <img class="thumbnail" alt=alt draggable="false" src=erase::attribute(move || address.get()) /> }.into_any()
}
