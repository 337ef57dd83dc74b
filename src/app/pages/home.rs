//! The landing page: what this is, the labs there are, and what was found on this device.

use crate::app::browser;
use crate::app::components::{GooglenetDiagram, InsideDiagram, NetworkDiagram, TeachDiagram};
use crate::app::erase;
use leptos::prelude::*;

#[component]
pub fn Home() -> impl IntoView {
    browser::document().set_title("Receptive: a CNN laboratory in your browser");
    view! {
        <section class="hero">
            <h1>"Watch a neural network learn, on your own device"</h1>
            <p class="lede">
                "Receptive is a laboratory for convolutional networks, the kind that reads handwriting and recognises pictures. "
                "You start real training with one button, see every number the network works with, and try it on your own drawing."
            </p>
        </section>

        <section class="labs" aria-labelledby="labs-title">
            <h2 id="labs-title">"The labs"</h2>
            {lab_card(
                "lenet/",
                view! { <NetworkDiagram /> }.into_any(),
                "LeNet-5 learns to read digits",
                "The network of Yann LeCun and colleagues (1998) learns from 60,000 handwritten digits of the MNIST collection. Every one of its 61,706 numbers starts at random; after ten rounds it reads digits it has never seen.",
                &["train, pause, step by step", "draw a digit", "look inside", "take the weights home"],
            )}
            {lab_card(
                "inside/",
                view! { <InsideDiagram /> }.into_any(),
                "Look inside a network",
                "The networks that made computers see, from AlexNet (2012) to ResNet (2015), look at a photo of yours: what their kernels look for, what every layer makes of it, and which parts of the photo speak for the answer.",
                &["your photo or camera", "kernels and feature maps", "every sum spelt out", "why that answer", "what every layer costs"],
            )}
            {lab_card(
                "teach/",
                view! { <TeachDiagram /> }.into_any(),
                "Teach it your own pictures",
                "Twenty pictures of each thing are enough: a network that has seen a million others learns to tell yours apart, usually within a minute. See why it works, try it with the camera, and take it home.",
                &["your own classes", "camera, files, folders", "trains on this device", "where it is wrong", "take the network home"],
            )}
            {lab_card(
                "googlenet/",
                view! { <GooglenetDiagram /> }.into_any(),
                "GoogLeNet: long training, honest curves",
                "A network of six million numbers (2014) learns small pictures for hours, if you let it. Two curves tell how it goes: read them with a coach that names its reasons, and try its remedy beside the run you have.",
                &["trains for hours, safely", "over- and underfitting", "a coach with reasons", "runs laid over one another", "time-lapse of all epochs"],
            )}
        </section>

        <section class="promises" aria-label="What you can rely on">
            <div class="promise">
                <h2>"Nothing to install"</h2>
                <p>"One web page. It works on a laptop, a school tablet or a phone, and keeps your run when you close it."</p>
            </div>
            <div class="promise">
                <h2>"Nothing is uploaded"</h2>
                <p>"The network learns inside this page. Your drawings, your files and your runs stay on your device."</p>
            </div>
            <div class="promise">
                <h2>"This device"</h2>
                <ThisDevice />
            </div>
        </section>
    }
    .into_any()
}

/// One lab; the whole card is its link.
fn lab_card(path: &str, picture: AnyView, title: &'static str, text: &'static str, facts: &[&'static str]) -> AnyView {
    view! {
        <article class="lab-card">
            <div class="lab-card-picture">{picture}</div>
            <div class="lab-card-text">
                <h3><a class="lab-card-link" href=format!("{}{path}", browser::site_root())>{title}</a></h3>
                <p>{text}</p>
                <ul class="facts" aria-label="In this lab">
                    {facts.iter().map(|fact| view! { <li>{*fact}</li> }).collect_view()}
                </ul>
                <span class="button primary" aria-hidden="true">"Open the lab"</span>
            </div>
        </article>
    }
    .into_any()
}

/// What was found here, each by asking the browser.
#[component]
fn ThisDevice() -> impl IntoView {
    let webgpu = RwSignal::new(None::<bool>);
    erase::spawn(async move {
        let found = browser::has_webgpu().await;
        // The visitor may have left the page by now.
        webgpu.try_set(Some(found));
    });
    let storage = if browser::can_store() { "runs can be saved" } else { "runs cannot be saved" };
    view! {
        <dl class="device-facts">
            <dt>"CPU"</dt>
            // boot.js lets the app start only where this is so.
            <dd>"WebAssembly with SIMD: found"</dd>
            <dt>"Graphics"</dt>
            <dd id="webgpu-found">
                {erase::text(move || {
                    let found = match webgpu.get() {
                        None => "WebGPU: looking …",
                        Some(true) => "WebGPU: found",
                        Some(false) => "WebGPU: not found; the CPU does the work",
                    };
                    found.to_owned()
                })}
            </dd>
            <dt>"Storage"</dt>
            <dd>{storage}</dd>
        </dl>
    }
}
