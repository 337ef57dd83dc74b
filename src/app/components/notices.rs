use crate::app::erase;
use crate::app::state::{Notice, NoticeBoard, Tone};
use leptos::prelude::*;

/// What went wrong or is worth knowing, with a button where the page can help. Urgent ones are read out at once.
#[component]
pub fn Notices(id: &'static str, board: NoticeBoard, act: Callback<Notice>) -> impl IntoView {
    view! {
        <div class="notices" id=id>
            <For each=move || board.all.get() key=|notice| notice.id let(notice)>
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
                            <button type="button" class="button small" on:click=erase::click(move |_| act.run(notice.clone()))>
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
                                    on:click=erase::click(move |_| board.dismiss(id))
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
