use crate::app::state::{Tone, use_lab};
use leptos::prelude::*;

/// What went wrong or is worth knowing, with a button where the page can help. Urgent ones are read out at once.
#[component]
pub fn Notices() -> impl IntoView {
    let lab = use_lab();
    view! {
        <div class="notices" id="notices">
            <For each=move || lab.notices.get() key=|notice| notice.id let(notice)>
                {
                    let (class, role) = match notice.tone {
                        Tone::Info => ("notice info", "status"),
                        Tone::Warning => ("notice warning", "status"),
                        Tone::Error => ("notice error", "alert"),
                    };
                    let id = notice.id;
                    let action = notice.action.map(|action| {
                        let notice = notice.clone();
                        view! {
                            <button type="button" class="button small" on:click=move |_| lab.act(&notice)>
                                {action.label()}
                            </button>
                        }
                    });
                    view! {
                        <div class=class role=role>
                            <p>{notice.text}</p>
                            <div class="notice-buttons">
                                {action}
                                <button
                                    type="button"
                                    class="button quiet small"
                                    aria-label="Dismiss this notice"
                                    on:click=move |_| lab.dismiss(id)
                                >
                                    "Dismiss"
                                </button>
                            </div>
                        </div>
                    }
                }
            </For>
        </div>
    }
    .into_any()
}
