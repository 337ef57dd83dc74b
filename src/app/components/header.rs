use crate::app::browser;
use crate::app::erase;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const MEMORY: &str = "receptive.theme";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    /// As the system has it.
    Auto,
    Light,
    Dark,
}

impl Theme {
    fn remembered() -> Self {
        match browser::remembered(MEMORY).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// The style sheet reads `data-theme`; without it the system decides.
    fn apply(self) {
        let Some(root) = browser::document().document_element() else { return };
        if self == Self::Auto {
            root.remove_attribute("data-theme").ok();
            browser::forget(MEMORY);
        } else {
            root.set_attribute("data-theme", self.name()).ok();
            browser::remember(MEMORY, self.name());
        }
    }
}

/// The way to a lab; says whether one is there.
fn lab_link(path: &'static str, name: &'static str) -> AnyView {
    let place = use_location().pathname;
    let here = move || place.with(|place| place.trim_matches('/').rsplit('/').next() == Some(path)).then_some("page");
    view! { <a href=format!("{}{path}/", browser::site_root()) aria-current=erase::attribute(move || here().map(str::to_owned))>{name}</a> }.into_any()
}

/// Name, ways to the labs, colour theme.
#[component]
pub fn Header() -> impl IntoView {
    let theme = RwSignal::new(Theme::remembered());
    erase::effect(move || theme.get().apply());
    let label = move || {
        let now = theme.get();
        format!("Colours: {}. Switch to {}.", now.name(), now.next().name())
    };
    view! {
        <header class="site-header">
            <a class="brand" href=browser::site_root()>
                <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                    <rect class="brand-frame" x="2" y="2" width="20" height="20" rx="3" />
                    <rect class="brand-field" x="6" y="6" width="9" height="9" rx="1" />
                    <circle class="brand-dot" cx="10.5" cy="10.5" r="1.7" />
                </svg>
                <span>"Receptive"</span>
            </a>
            <span class="site-claim">"a CNN laboratory in your browser"</span>
            <nav class="site-nav" aria-label="Labs">
                {lab_link("lenet", "LeNet-5")}
                {lab_link("inside", "Look inside")}
                {lab_link("teach", "Teach")}
                {lab_link("googlenet", "GoogLeNet")}
            </nav>
            <button
                type="button"
                id="theme"
                class="button quiet"
                aria-label=erase::text(label)
                title=erase::text(label)
                on:click=erase::click(move |_| theme.update(|t| *t = t.next()))
            >
                <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                    <circle class="theme-ring" cx="10" cy="10" r="7" />
                    <path class="theme-half" d="M10 3a7 7 0 0 1 0 14z" />
                </svg>
                <span class="theme-name">{erase::text(move || {
                        let name = match theme.get() {
                            Theme::Auto => "Auto",
                            Theme::Light => "Light",
                            Theme::Dark => "Dark",
                        };
                        name.to_owned()
                    })}</span>
            </button>
        </header>
    }
    .into_any()
}
