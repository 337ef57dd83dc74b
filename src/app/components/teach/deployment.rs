//! What a real deployment would need, on one page, and what of it is here.

use leptos::prelude::*;

/// What, what it means, and what this page does of it; empty where it does nothing.
const NEEDS: [(&str, &str, &str); 9] = [
    (
        "Service",
        "A program that takes a picture and gives an answer within a promised time, with a queue, limits and a health check.",
        "The same network answers in a worker of this page; the exported page is such an answering part for one user.",
    ),
    (
        "Container",
        "Network, program and libraries in one image that is built again from its sources and runs the same everywhere.",
        "The exported PyTorch script and weights are what would go into it.",
    ),
    (
        "Scaling",
        "More copies when more pictures come, several pictures computed together, a graphics card where it pays.",
        "",
    ),
    (
        "Model versions",
        "Every answer names the network that gave it; a new one runs beside the old before it replaces it, and can be taken back.",
        "Every run keeps its settings, seed and results; each can be chosen again, laid beside another, and its name is in the log.",
    ),
    (
        "Drift alarms",
        "What comes in is compared with what was learned from; someone is told when it changes.",
        "Log and drift: distances of what was tried against those of the validation part, with a sentence when they differ.",
    ),
    (
        "Privacy",
        "Pictures of people are theirs: consent, encryption, deletion, and no copy where none is needed.",
        "Pictures stay on this device. Nothing is sent anywhere; removing the project removes them.",
    ),
    (
        "Audit",
        "Who saw which answer when, what they did with it, and whether it was right in the end.",
        "The log with time, answer, probability and distance, as a table. Without names, and whoever uses this browser can clear it.",
    ),
    (
        "DICOM",
        "Hospitals keep pictures in this format, 12 bits deep and with data of the patient; they come through a PACS and answers go back there.",
        "",
    ),
    (
        "Approval",
        "A medical device needs a clinical study in the places where it is used, an approval by the authorities, and someone responsible.",
        "A model card says on what the network was trained and how it was measured. It is no approval.",
    ),
];

#[component]
pub fn Deployment() -> impl IntoView {
    let row = |(what, meaning, here): (&'static str, &'static str, &'static str)| {
        let here = if here.is_empty() { "Nothing." } else { here };
        view! {
            <tr>
                <th scope="row">{what}</th>
                <td>{meaning}</td>
                <td>{here}</td>
            </tr>
        }
    };
    view! {
        <details class="deployment" id="deployment">
            <summary>"What a real deployment would need, and what this page does of it"</summary>
            <div class="scroll" tabindex="0" role="group" aria-label="What a real deployment would need">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col">"What it means"</th>
                            <th scope="col">"What is here"</th>
                        </tr>
                    </thead>
                    <tbody>{NEEDS.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
